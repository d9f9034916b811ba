"""Tables of which every column is wrapped, and what becomes of them on a narrow terminal."""

from __future__ import annotations

import pytest

from engine.cli.columns import columns

HEAD = ("Case", "What", "As it was", "Under the other")
LONG = "a rather long text that does not fit into one line of a column of its own"


@pytest.fixture(autouse=True)
def plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")


def test_a_table_is_as_wide_as_it_needs_to_be_and_a_case_is_named_once() -> None:
    rows = [("2026-AAAAAA", "one", "a", "b"), ("2026-AAAAAA", "two", "c", "")]

    assert columns(HEAD, rows) == [
        "Case         What  As it was  Under the other",
        "2026-AAAAAA  one   a          b",
        "             two   c",
    ]


@pytest.mark.parametrize("width", ["74", "80", "100"])
def test_every_column_is_wrapped_and_no_line_is_too_long(
    monkeypatch: pytest.MonkeyPatch, width: str
) -> None:
    monkeypatch.setenv("COLUMNS", width)
    lines = columns(HEAD, [("2026-AAAAAA", LONG, LONG, LONG), ("2026-BBBBBB", "x", LONG, "y")])

    assert max(map(len, lines)) <= int(width)
    assert [line.split("  ")[0] for line in lines if line[:1].strip()] == [
        "Case",
        "2026-AAAAAA",
        "2026-BBBBBB",
    ]
    for word in LONG.split():
        assert sum(line.count(word) for line in lines) >= 3


def test_what_one_column_does_not_need_the_others_get() -> None:
    lines = columns(HEAD, [("2026-AAAAAA", "x", LONG, "y")])

    assert len(lines) == 3
    assert lines[1].endswith("y")


def test_on_a_narrow_terminal_each_row_is_told_as_a_list(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    lines = columns(HEAD, [("2026-AAAAAA", LONG, "was", ""), ("2026-AAAAAA", "x", "y", LONG)])

    assert max(map(len, lines)) <= 60
    assert [line for line in lines if line.startswith("  - ")][1] == "  - 2026-AAAAAA: x"
    assert "    As it was: was" in lines
    assert sum("Under the other: " in line for line in lines) == 1


def test_a_table_without_rows_is_not_there() -> None:
    assert columns(HEAD, []) == []
