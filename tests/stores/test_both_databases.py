from __future__ import annotations

import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest

from engine import database
from engine.case import Given
from engine.errors import EngineError, UsageError
from engine.service import cases
from engine.service.looking import ahead, explaining, listing, private, reading
from engine.service.workplace import By, Workplace
from tests import stories
from tests.postgres import PostgresServer
from tests.walking import Walk
from tests.worlds import place_on

COMMANDS = 320
NASTY = (
    "astral \U0001f468\u200d\U0001f469\u200d\U0001f467 \U00020000",
    "right to left \u05e9\u05dc\u05d5\u05dd \u202eabc\u202c \u0645\u0631\u062d\u0628\u0627",
    "composed \u00e9 and not e\u0301, \u1e9b\u0323",
    "x" * 10_000,
    "a\r\nb\rc\vd\te",
    "quotes ' \" \\ % $1 ? :name {braces} \\u0000",
    "\ufeff\u200b\u2028\u2029 hidden",
    "-- ; DROP TABLE cases",
)
REFUSED = ("nul \x00 inside", "bell \x07", "half \ud800 a pair", " \t\n ")
DEEDS: tuple[tuple[str, int], ...] = (
    ("open", 1),
    ("advance", 2),
    ("advance", 2),
    ("advance", 2),
    ("jump", 2),
    ("record", 2),
    ("correct", 2),
    ("undo", 1),
    ("redate", 2),
    ("extend", 2),
    ("approve", 2),
    ("add_person", 1),
    ("erase", 1),
    ("attach", 2),
    ("wait", 1),
    ("tick", 1),
)


def walked(url: str, commands: int, seed: int) -> Walk:
    """The same commands, whatever the database."""
    chance = random.Random(seed)
    place, clock = place_on(database.open(url, durable=False))
    walk = Walk(place, clock, "incident", "bess")
    while walk.done + walk.refused < commands:
        name, count = chance.choice(DEEDS)
        picks = [chance.randrange(60 if name == "wait" else 9999) for _ in range(count)]
        getattr(walk, name)(*picks)
        if place.database.dialect == "postgresql" and (walk.done + walk.refused) % 40 == 0:
            # A server that knows its tables reads small ones as they lie, in no order.
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute("ANALYZE")
    nasty(place)
    return walk


def nasty(place: Workplace) -> None:
    """Texts that databases are known to garble, in answers, reasons, names and searches."""
    place_asked = [Given("place", "in our area")]
    for text in NASTY:
        by = By("bess", reason=text)
        ref = cases.open_new(place, By("bess"), "incident", place_asked).ref
        cases.record(place, by, ref, [Given("rationale", text)])
        cases.correct(place, by, ref, [Given("rationale", f"{text} again")])
        cases.add_person(place, by, ref, "child", [Given("name", text)])
    for text in REFUSED:
        with pytest.raises(EngineError):
            cases.add_person(place, By("bess"), ref, "child", [Given("name", text)])
        with pytest.raises(EngineError):
            cases.correct(place, By("bess", reason=text), ref, [Given("rationale", "plain")])
    historic = [
        Given("place", "elsewhere"),
        Given("aware_on", "2020-02"),
        Given("happened_on", "2020"),
    ]
    cases.open_new(place, By("bess", on="2020-03"), "incident", historic, historic=True)


def seen(walk: Walk) -> dict[str, Any]:
    """Everything that the commands show."""
    place, by = walk.place, By("bess")
    with place.database.read() as tx:
        refs = [row[0] for row in tx.rows("SELECT ref FROM cases ORDER BY opened_on, ref")]
    shown: dict[str, Any] = {"said": walk.said}
    for ref in refs:
        shown[ref] = {
            "show": reading.show(place, by, ref),
            "next": ahead.next_steps(place, by, ref),
            "history": _history(place, ref),
            "personal": list(private.answers(place, by, ref, "compare").items()),
            "explain": [_explained(place, ref, t) for t in ("notification", "review", "progress")],
        }
    looks: dict[str, Callable[[], Any]] = {
        "list": lambda: listing.cases(place, listing.Wish(closed=True)),
        "late": lambda: listing.cases(place, listing.Wish(late=True)),
        "deadlines": lambda: listing.running(place),
        "today": lambda: listing.today_sheet(place),
        "find": lambda: [listing.find(place, by, text[:40]) for text in (*NASTY, "answer")],
    }
    shown |= {name: look() for name, look in looks.items()}
    shown["verified"] = walk.verified()
    return shown


def _history(place: Workplace, ref: str) -> list[dict[str, Any]]:
    """The events of a case; across cases each database has an order of its own."""
    events = reading.history(place, ref)
    places = [event.pop("position") for event in events]
    known = [place for place in places if place is not None]
    assert known == sorted(known)
    assert places == [*known, *[None] * (len(places) - len(known))]
    return events


def _explained(place: Workplace, ref: str, timescale: str) -> Any:
    try:
        return explaining.explain(place, ref, timescale)
    except UsageError as error:
        return str(error)


@pytest.mark.postgresql
@pytest.mark.parametrize("seed", [1, 2])
def test_the_same_commands_leave_the_same_record_on_both_databases(
    sqlite_sample: Path,
    postgres_sample: str,
    postgres_server: PostgresServer,
    tmp_path: Path,
    seed: int,
) -> None:
    name = postgres_server.create_database(postgres_sample)
    urls = [stories.copied(sqlite_sample, tmp_path), postgres_server.url(name)]
    one, other = (walked(url, COMMANDS // 2, seed) for url in urls)
    first, second = (json.loads(json.dumps(seen(walk), default=str)) for walk in (one, other))
    for walk in (one, other):
        walk.place.database.close()
    assert first.keys() == second.keys()
    for part in first:
        assert first[part] == second[part]
    assert first["verified"] == []
