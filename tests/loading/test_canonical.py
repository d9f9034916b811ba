from __future__ import annotations

import hashlib
import json
from collections import OrderedDict
from dataclasses import astuple
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from engine.canonical import (
    Place,
    canonical,
    clean_text,
    commitment,
    event_hash,
    parse,
)
from engine.errors import TrailError, UsageError

EVENT: dict[str, Any] = {
    "v": 1,
    "log": "sample",
    "stream": "2025-K7QF29",
    "n": 5,
    "prev": "ab" * 32,
    "type": "transition taken",
    "happened": "2025-12-15",
    "recorded": "2025-12-15T09:03:11.123456Z",
    "clock": "real",
    "actor": {
        "decided": "avery",
        "recorded": "avery",
        "role": "business_unit",
        "agency": "partnership",
        "for": "",
        "door": "command line",
        "proof": "claimed",
    },
    "evidence": "",
    "edition": "cd" * 32,
    "command": "ef" * 16,
    "body": {"transition": "start_rapid_review", "from": "notified", "to": "rapid_review"},
    "sealed": {},
}
PLACE = Place("sample", "2025-K7QF29", "ef" * 16, "name", "p1", 1)
SALT = bytes(range(32))

written = st.text(st.characters(exclude_categories=("Cs", "Cc")) | st.sampled_from('\n\t"\\'))
texts = written.map(clean_text)
keys = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E) | st.just("\n"))
numbers = st.integers(1 - 2**53, 2**53 - 1)
leaves = texts | numbers | st.booleans() | st.none()
values = st.recursive(
    leaves, lambda inner: st.lists(inner) | st.dictionaries(keys, inner), max_leaves=30
)


@given(values)
def test_the_text_is_what_an_independent_rfc_8785_writes(value: Any) -> None:
    assert canonical(value).encode() == rfc8785.dumps(value)


def test_a_tuple_is_written_as_a_list() -> None:
    assert canonical({"b": (1, ("x",)), "a": None}) == '{"a":null,"b":[1,["x"]]}'


def test_the_example_of_rfc_8785_has_its_published_text() -> None:
    value = {"string": '€$\nA\'B"\\\\"/', "literals": [None, True, False]}

    assert canonical(value) == (
        '{"literals":[null,true,false],"string":"€$\\nA\'B\\"\\\\\\\\\\"/"}'
    )


@pytest.mark.parametrize(
    "unfit",
    [
        1.0,
        1e300,
        float("nan"),
        float("inf"),
        2**53,
        -(2**53),
        10**5000,
        b"bytes",
        {1, 2},
        date(2025, 12, 15),
        Decimal(1),
        OrderedDict(a=1),
        {1: "a"},
        {None: "a"},
        {True: "a"},
        {("a",): "a"},
        {"a": 1, 2: "b"},
        {"é": "a"},
        {"😀": "a"},
        {"a\x00": "a"},
        "\ud800",
        "a\udfff",
        "\x00",
        "a\r\nb",
        "\x08",
        "\x0b",
        "\x1b[0m",
        "\x7f",
        "\x85",
        "é\x9f",
        "e\u0301",
        "\u212b",
        "\\u0000\x01",
    ],
    ids=lambda unfit: type(unfit).__name__,
)
@pytest.mark.parametrize("depth", range(5))
def test_what_cannot_be_sealed_is_refused_wherever_it_lies(unfit: Any, depth: int) -> None:
    inside = [
        unfit,
        [1, unfit],
        ("a", unfit),
        {"a": "b", "c": unfit},
        [{"a": [None, {"x": unfit}]}],
    ]

    with pytest.raises(UsageError):
        canonical(inside[depth])


@given(written)
def test_text_is_taken_as_it_stands_exactly_when_cleaning_it_changes_nothing(text: str) -> None:
    if clean_text(text) == text:
        assert json.loads(canonical({"a": [text]})) == {"a": [text]}
    else:
        with pytest.raises(UsageError):
            canonical({"a": [text]})


def test_a_mark_after_a_line_end_is_not_mistaken_for_text_out_of_form() -> None:
    # Escaped, the line end becomes a letter n, with which the mark would combine.
    assert canonical(["\n\u0301"]).encode() == rfc8785.dumps(["\n\u0301"])


@pytest.mark.parametrize(
    ("unfit", "sentence"),
    [
        (0.5, r"^The trail holds only text, .* as text\.$"),
        ({0: 0}, r"^The trail holds only text, .* as text\.$"),
        (2**53, r"^A number in the trail must be below 2\^53; .* as text\.$"),
        ({"é": 0}, r"^The names of an event's parts are plain ASCII; .*\.$"),
        ("e\u0301", r"^The text is not in Unicode form NFC; .*\.$"),
        ("\ud800", r"^The text is not valid UTF-8; save it as UTF-8 and try again\.$"),
        ("\r", r"^The text holds a control character, U\+000D at character 1; .*\.$"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_what_to_do(unfit: Any, sentence: str) -> None:
    with pytest.raises(UsageError, match=sentence):
        canonical({"body": unfit})


def test_what_looks_like_an_escape_in_a_text_is_only_text() -> None:
    assert canonical(["\\u0000 \\b 1.5 ,12345678901234567890"]) == (
        '["\\\\u0000 \\\\b 1.5 ,12345678901234567890"]'
    )


def test_a_value_that_holds_itself_or_is_too_deep_is_refused() -> None:
    endless: list[Any] = []
    endless.append(endless)
    deep: list[Any] = []
    for _ in range(100_000):
        deep = [deep]

    for value in (endless, deep):
        with pytest.raises(UsageError):
            canonical(value)


@pytest.mark.parametrize("unfit", ["Sam Example \x00", "Sam Example \ud800", "Sam Example e\u0301"])
def test_a_refusal_never_repeats_the_text(unfit: str) -> None:
    with pytest.raises(UsageError) as refusal:
        canonical({"name": unfit})

    assert "Sam" not in str(refusal.value)
    assert refusal.value.__context__ is None


def test_cleaned_text_survives_a_word_processor() -> None:
    assert clean_text("Cafe\u0301\r\nline\rline\x0bline\tend") == "Café\nline\nline\nline\tend"


@given(written)
def test_cleaned_text_can_be_sealed_and_is_clean(text: str) -> None:
    clean = clean_text(text)

    assert clean_text(clean) == clean
    assert json.loads(canonical(clean)) == clean


@pytest.mark.parametrize("text", ["bell \x07", "nul \x00", "escape \x1b", "\x7f", "\x85", "\udce9"])
def test_cleaning_refuses_what_no_text_should_hold(text: str) -> None:
    with pytest.raises(UsageError):
        clean_text(text)


def test_a_control_character_is_named_with_its_place() -> None:
    with pytest.raises(UsageError, match=r"U\+0007 at character 3"):
        clean_text("ab\x07")


def test_the_hash_of_an_event_never_changes() -> None:
    assert event_hash(canonical(EVENT)) == (
        "72c7eb6084d539663577266c4947e68380cac7c5eb54568eff553b759e7d49b0"
    )


@given(texts)
def test_the_hash_is_that_of_a_leaf_of_rfc_9162(text: str) -> None:
    assert event_hash(text) == hashlib.sha256(b"\x00" + text.encode()).hexdigest()


def test_a_commitment_is_the_hash_of_its_salt_place_and_value() -> None:
    text = (
        '{"command":"' + "ef" * 16 + '","log":"sample","no":1,"of":"p1","question":"name",'
        '"stream":"2025-K7QF29","value":"Sam Example"}'
    )

    assert commitment(SALT, PLACE, "Sam Example") == (
        hashlib.sha256(b"\x02" + SALT + text.encode()).hexdigest()
    )


def test_a_commitment_changes_with_every_part_of_its_place() -> None:
    parts: tuple[Any, ...] = astuple(PLACE)
    others = [(*parts[:i], 2 if i == 5 else "other", *parts[i + 1 :]) for i in range(len(parts))]
    places = [Place(*one) for one in (parts, *others)]
    made = {
        commitment(salt, p, v) for p in places for salt in (SALT, bytes(32)) for v in ("a", "b")
    }

    assert len(made) == len(places) * 4


@pytest.mark.parametrize("size", [0, 16, 31, 33])
def test_a_salt_of_another_size_is_refused(size: int) -> None:
    with pytest.raises(UsageError, match=r"^The salt .* draw a new one\.$"):
        commitment(bytes(size), PLACE, "Sam Example")


@given(values)
def test_a_sealed_text_reads_back(value: Any) -> None:
    assert parse(canonical({"body": value})) == {"body": value}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '"a"',
        "null",
        "{",
        '{"a":1}x',
        ' {"a":1}',
        '{"a": 1}',
        '{"a":1}\n',
        '{"b":1,"a":1}',
        '{"a":1,"a":1}',
        '{"a":1,"a":2}',
        '{"a":1.0}',
        '{"a":1e2}',
        '{"a":-0}',
        '{"a":NaN}',
        '{"a":9007199254740992}',
        '{"a":"\\u0041"}',
        '{"a":"\\/"}',
        '{"é":1}',
        '{"a":' + "9" * 5000 + "}",
        "[" * 100_000,
    ],
    ids=lambda text: text[:20],
)
def test_a_text_in_any_other_form_is_not_read(text: str) -> None:
    with pytest.raises(TrailError, match=r"^A sealed event is not in the form .*\.$"):
        parse(text)


def test_text_that_a_later_unicode_would_normalise_is_still_read() -> None:
    assert parse('{"a":"e\u0301"}') == {"a": "e\u0301"}
