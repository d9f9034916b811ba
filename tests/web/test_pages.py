from __future__ import annotations

from typing import Any

import httpx2
import pytest

from engine import queries
from engine.errors import UsageError
from engine.queries import doors
from engine.service.looking import listing, pages
from engine.verbs.pages import cursor, place
from engine.verbs.table import run
from engine.web.limits import MOST_QUERY
from tests.web.servers import problem
from tests.worlds import BESS, World

MANY = 9


def filled(world: World) -> list[str]:
    refs = [world.open(aware_on=f"2025-12-{12 - at % 5:02}") for at in range(MANY - 2)]
    refs += [world.open(happened_on="2025-11-30") for _ in range(2)]
    world.take(refs[0], "start_deciding")
    return refs


def read(world: World, name: str, key: str, size: int, **raw: Any) -> list[Any]:
    """A whole list, page by page; no page is longer than it was asked to be."""
    found: list[Any] = []
    after = None
    while True:
        page = run(world.place, BESS, name, {**raw, "limit": size, "after": after})
        assert isinstance(page, dict)
        assert len(page[key]) <= size
        found += page[key]
        after = page["next"]
        if after is None:
            return found


@pytest.mark.parametrize("size", [1, 2, 3, MANY, 50])
def test_pages_together_are_the_whole_list_in_its_order(world: World, size: int) -> None:
    refs = filled(world)
    wish = listing.Wish()

    shown = read(world, "list", "cases", size)
    due = read(world, "deadlines", "deadlines", size)
    events = read(world, "history", "events", size, ref=refs[0])
    hits = read(world, "find", "cases", size, text="in our area")

    whole = listing.with_punctuality(world.place, listing.cases(world.place, wish))
    assert shown == whole
    every = listing.running(world.place)
    assert sorted(map(str, due)) == sorted(map(str, every))
    assert [one["due_on"] for one in due] == [one["due_on"] for one in every]
    assert events == world.events(refs[0])
    assert hits == listing.find(world.place, BESS, "in our area")
    assert len(shown) == len(hits) == MANY


def test_a_page_of_what_waits_on_somebody_is_as_full_as_any(world: World) -> None:
    filled(world)
    mine = read(world, "list", "cases", 2, mine="true")
    assert [one["ref"] for one in mine] == [
        one["ref"] for one in listing.cases(world.place, listing.Wish(mine="bess"))
    ]
    assert len(mine) == MANY - 1


def test_what_comes_between_two_pages_neither_hides_nor_repeats_an_entry(world: World) -> None:
    filled(world)
    first = pages.cases(world.place, listing.Wish(), 4)
    world.open(aware_on="2025-12-01")

    rest = pages.cases(world.place, listing.Wish(), 50, first.after)

    refs = [one["ref"] for one in (*first.found, *rest.found)]
    assert len(refs) == len(set(refs)) == MANY


def test_a_page_of_deadlines_is_found_by_its_index_and_nothing_is_counted_off(
    world: World,
) -> None:
    if world.place.database.dialect != "sqlite":
        pytest.skip("the plan of SQLite is looked at")
    with world.place.database.read() as tx:
        due = tx.rows(f"EXPLAIN QUERY PLAN {queries.DUE_AFTER}", ("", "", "", "", "", 0, 5))
        told = tx.rows(f"EXPLAIN QUERY PLAN {queries.HISTORY_PAGE}", ("", "", 0, 5))
    assert "INDEX deadlines_running " in str(due)
    assert "SCAN" not in str(due) + str(told)
    assert "TEMP B-TREE" not in str(told)
    assert "OFFSET" not in "".join(map(str, [*vars(queries).values(), *vars(doors).values()]))


@pytest.mark.parametrize(
    "word",
    ["", "%", "bm90IGEgY3Vyc29y", cursor(("a",)), cursor((1, 2, 3)), cursor((0, 0, "\n", "x"))],
)
def test_a_cursor_of_another_list_or_of_none_is_a_mistake(world: World, word: str) -> None:
    with pytest.raises(UsageError, match='"after" is what an earlier answer'):
        run(world.place, BESS, "list", {"after": word})


def test_a_cursor_says_where_an_entry_stands_and_no_more() -> None:
    there = (0, 1, "2025-12-19", "2025-K7QF29")
    assert place(str(cursor(there))) == there
    assert cursor(None) is None


def test_over_http_a_list_comes_in_pages_with_a_link_to_the_next(
    office: World, bess: httpx2.Client
) -> None:
    filled(office)
    found = bess.get("/cases", params={"limit": 4, "workflow": "incident"})
    refs = [one["ref"] for one in found.json()["cases"]]

    again = bess.get(found.links["next"]["url"].removeprefix("/v1"))

    assert "workflow=incident" in found.headers["link"]
    assert len(refs) == 4
    assert not set(refs) & {one["ref"] for one in again.json()["cases"]}
    assert "next" not in again.links or again.json()["next"]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x", "1.5", "\u0661"])
def test_a_page_holds_between_one_and_two_hundred(bess: httpx2.Client, limit: str) -> None:
    told = problem(bess.get("/cases", params={"limit": limit}), 400)
    assert told["mistakes"] == ['"limit" is a whole number from 1 to 200.']


def test_an_address_may_not_be_longer_than_it_needs_to_be(bess: httpx2.Client) -> None:
    problem(bess.get("/cases", params={"state": "x" * (MOST_QUERY + 1)}), 400)
