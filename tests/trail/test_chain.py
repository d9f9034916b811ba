from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import (
    GENESIS,
    Break,
    canonical,
    check_chain,
    clean_text,
    event_hash,
    links,
)

EVENT: dict[str, Any] = {
    "v": 1,
    "log": "sample",
    "stream": "2025-K7QF29",
    "type": "transition taken",
    "happened": "2025-12-15",
    "recorded": "2025-12-15T09:03:11.123456Z",
    "clock": "real",
    "actor": {"decided": "avery", "door": "command line"},
    "evidence": "",
    "edition": "cd" * 32,
    "command": "ef" * 16,
    "body": {"transition": "start_rapid_review"},
    "sealed": {"name/p1/1": "0f" * 32},
}


def chain_of(count: int, **parts: Any) -> list[str]:
    texts, head = [], GENESIS
    for n in range(1, count + 1):
        texts.append(canonical({**EVENT, **parts, "n": n, "prev": head}))
        head = event_hash(texts[-1])
    return texts


def first_problem(texts: list[str]) -> int:
    """The number of the first event that breaks the chain, read the slow way; 0 for none."""
    head, first = GENESIS, json.loads(texts[0])
    for n, text in enumerate(texts, 1):
        event = json.loads(text)
        expected = (n, head, first["log"], first["stream"])
        if tuple(event.get(name) for name in ("n", "prev", "log", "stream")) != expected:
            return n
        head = hashlib.sha256(b"\x00" + text.encode()).hexdigest()
    return 0


def broken_at(found: Break | None) -> int:
    return found.n if found else 0


def test_an_unbroken_chain_gives_the_hash_of_each_event() -> None:
    texts = chain_of(4)

    assert list(links(texts)) == [event_hash(text) for text in texts]
    assert list(links(texts, "sample", "2025-K7QF29")) == [event_hash(text) for text in texts]
    assert check_chain(texts) is None
    assert check_chain([]) is None


def test_any_character_altered_breaks_the_chain_or_changes_its_head() -> None:
    texts = chain_of(3)
    *_, head = links(texts)

    for which, text in enumerate(texts):
        for at, character in enumerate(text):
            altered = text[:at] + ("x" if character != "x" else "y") + text[at + 1 :]
            found = list(links([*texts[:which], altered, *texts[which + 1 :]]))
            assert isinstance(found[-1], Break) or (which == 2 and found[-1] != head)


@pytest.mark.parametrize(
    ("order", "n"),
    [
        ([1, 2, 3], 1),
        ([0, 2, 3], 2),
        ([0, 1, 3, 2], 3),
        ([1, 0, 2, 3], 1),
        ([0, 0, 1], 2),
        ([0, 1, 2, 3, 3], 5),
    ],
)
def test_a_missing_moved_or_repeated_event_is_found_where_it_is(order: list[int], n: int) -> None:
    texts = chain_of(4)

    assert broken_at(check_chain([texts[i] for i in order])) == n


def test_what_is_cut_off_at_the_end_shows_only_against_the_head() -> None:
    texts = chain_of(4)
    *_, head = links(texts)
    *_, shorter = links(texts[:3])

    assert check_chain(texts[:3]) is None
    assert shorter != head


@pytest.mark.parametrize("part", ["log", "stream"])
def test_a_chain_does_not_pass_from_one_stream_to_another(part: str) -> None:
    texts = chain_of(2)
    alien = {**EVENT, "n": 3, "prev": event_hash(texts[-1]), part: "another"}

    assert broken_at(check_chain([*texts, canonical(alien)])) == 3


def test_the_chain_of_another_case_does_not_pass_for_this_one() -> None:
    texts = chain_of(2)

    assert broken_at(check_chain(texts, "sample", "2025-OTHER1")) == 1
    assert broken_at(check_chain(texts, "other", "2025-K7QF29")) == 1


@pytest.mark.parametrize(
    "text",
    ["", "null", "[]", "{}", "{", '{"n":true}', "[" * 100_000, '"\ud800"', "\ud800"],
    ids=lambda text: ascii(text[:20]),
)
def test_what_is_no_event_breaks_the_chain(text: str) -> None:
    assert broken_at(check_chain([text])) == 1
    assert broken_at(check_chain([*chain_of(1), text])) == 2


@pytest.mark.parametrize("n", [True, "1", 1.0])
def test_a_number_of_another_type_is_not_the_number(n: Any) -> None:
    text = json.dumps({**EVENT, "n": n, "prev": GENESIS}, sort_keys=True, separators=(",", ":"))

    assert broken_at(check_chain([text])) == 1


def test_a_break_says_what_is_wrong() -> None:
    texts = chain_of(3)
    found = check_chain([texts[0], texts[2]])

    assert found == Break(2, "the event numbered 2 is missing, or stands in another place")


kinds = st.text(st.characters(exclude_categories=("Cs", "Cc", "Mn")) | st.sampled_from('"\\{}'))
nested = st.dictionaries(
    st.sampled_from(["log", "n", "prev", "recorded", "sealed", "stream", "type", "v", "x"]),
    st.sampled_from(["sample", "2025-K7QF29", GENESIS, "}", "{", '"', "\\", ',"n":1', "é", 1, {}]),
)


@given(
    st.lists(
        st.fixed_dictionaries(
            {}, optional={"body": nested, "sealed": nested, "type": kinds.map(clean_text)}
        ),
        min_size=1,
        max_size=4,
    ),
    st.lists(st.sampled_from(["n", "prev", "log", "stream", "recorded", "sealed"]), max_size=1),
    st.sampled_from(["left out", "moved into the body", "kept"]),
)
def test_the_quick_check_finds_what_a_slow_reading_finds(
    parts: list[dict[str, Any]], names: list[str], fate: str
) -> None:
    texts, head = [], GENESIS
    for n, part in enumerate(parts, 1):
        event = {**EVENT, **part, "n": n, "prev": head}
        moved = {name: event.pop(name) for name in names if fate != "kept" and n == len(parts)}
        if fate == "moved into the body":
            rest = {name: event[name] for name in event.keys() - {"body"} - moved.keys()}
            event["body"] = {**rest, **moved}
        texts.append(canonical(event))
        head = event_hash(texts[-1])

    if "log" in json.loads(texts[0]) and "stream" in json.loads(texts[0]):
        assert broken_at(check_chain(texts)) == first_problem(texts)
    else:
        assert broken_at(check_chain(texts)) == 1


@pytest.mark.parametrize("depth", [1, 2])
def test_a_link_hidden_inside_an_event_is_not_its_link(depth: int) -> None:
    first = canonical({**EVENT, "n": 1, "prev": GENESIS})
    head = event_hash(first)
    hidden: dict[str, Any] = {**EVENT, "n": 2, "prev": head}
    for _ in range(depth):
        hidden = {"body": hidden}
    forgeries = [hidden, {**EVENT, "n": 9, **hidden}, {**EVENT, "sealed": hidden}]

    for forged in forgeries:
        assert broken_at(check_chain([first, canonical(forged)])) == 2


def test_a_stream_with_an_unusual_name_has_a_chain_all_the_same() -> None:
    for name in ('qu"ote', "back\\slash", "é", "{brace}", "line\nend"):
        assert check_chain(chain_of(3, stream=name, log=name)) is None


@pytest.mark.parametrize("length", range(0, 64, 3))
def test_an_event_of_any_length_must_name_the_one_before_it(length: int) -> None:
    first = canonical({**EVENT, "n": 1, "prev": GENESIS})
    short = {name: EVENT[name] for name in ("log", "recorded", "sealed", "stream", "type", "v")}
    alien = canonical({**short, "n": 2, "prev": "0" * length})

    assert broken_at(check_chain([first, alien])) == 2


def test_text_that_is_not_unicode_breaks_the_chain() -> None:
    [text] = chain_of(1)
    broken = text.replace("command line", "\ud800")

    assert broken_at(check_chain([broken])) == 1
    assert broken_at(check_chain([broken], "sample", "2025-K7QF29")) == 1
