from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.names import NamesPeriod, named

PERIODS = (
    NamesPeriod("2019-09-29", "2023-12-31", {"review group": "Review Advisory Group"}),
    NamesPeriod(
        "2024-01-01",
        "9999-12-31",
        {
            "review group": "case review panel",
            "chair of the review group": "lead reviewer",
            "independent scrutineer": "independent chair",
            "executive": "review group",
        },
    ),
)


@pytest.mark.parametrize(
    ("day", "expected"),
    [
        ("2019-09-28", "the review group met"),
        ("2019-09-29", "the Review Advisory Group met"),
        ("2023-12-31", "the Review Advisory Group met"),
        ("2024-01-01", "the case review panel met"),
    ],
)
def test_a_document_has_the_name_of_its_day(day: str, expected: str) -> None:
    assert named("the review group met", PERIODS, day) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Independent scrutineer: Sam", "Independent chair: Sam"),
        ("the independent scrutineer", "the independent chair"),
        ("Review Group", "Case review panel"),
        ("REVIEW GROUP", "CASE REVIEW PANEL"),
        ("the review\n  group's view", "the case review panel's view"),
        ("(review group)", "(case review panel)"),
        ("review groups", "review groups"),
        ("a non-review group-led preview group", "a non-review group-led preview group"),
        ("the chair of the review group", "the lead reviewer"),
        ("the executive", "the review group"),
    ],
    ids=lambda text: text.split("\n")[0],
)
def test_a_phrase_is_replaced_as_whole_words_and_keeps_its_capital(
    text: str, expected: str
) -> None:
    assert named(text, PERIODS, "2024-06-01") == expected


def test_a_partnership_without_names_of_its_own_keeps_the_neutral_ones() -> None:
    assert named("the review group", (), "2024-06-01") == "the review group"


phrases = st.text("ab (.*", min_size=1, max_size=6).filter(lambda text: text.strip())


@given(st.text("ab (.*", max_size=30), st.dictionaries(phrases, st.just("X"), max_size=4))
def test_only_phrases_change_whatever_characters_they_have(
    text: str, words: dict[str, str]
) -> None:
    found = named(text, [NamesPeriod("", "9999-12-31", words)], "2024-06-01")

    if not any(phrase.split()[0] in text for phrase in words):
        assert found == text
    assert "X" in found or found == text


# Letters whose upper and lower case differ in length, or are another letter's.
STRANGE = "review group \u0130\u0131\u017f\u212a\u00df\n"


@given(st.text(), st.text(STRANGE, min_size=1).filter(str.strip))
def test_no_text_and_no_phrase_is_too_strange(text: str, phrase: str) -> None:
    found = named(phrase, [NamesPeriod("", "9999-12-31", {phrase: "X"})], "2024-06-01")

    assert found.strip() in ("X", phrase.strip())
    named(f"{text} {phrase} {text}", [NamesPeriod("", "9999-12-31", {phrase: text})], "2024-06-01")
