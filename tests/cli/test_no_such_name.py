"""A name that is misspelt is refused alike by `next`, `why-not` and `explain`."""

from __future__ import annotations

import pytest

from tests.next_steps.test_cli_next import whole
from tests.offices import Office

WRONG_USE, NO_CASE = 2, 3


@pytest.mark.parametrize(
    ("command", "typed", "meant"),
    [
        ("why-not", "start_decidng", '"Begin the decision" [start_deciding]'),
        ("why-not", "start-deciding", '"Begin the decision" [start_deciding]'),
        ("why-not", "Begin the decision", '"Begin the decision" [start_deciding]'),
        ("explain", "notificaton", '"Notify the Panel" [notification]'),
        ("explain", "Notify the Panel", '"Notify the Panel" [notification]'),
    ],
)
def test_a_misspelt_step_or_timescale_is_told_with_the_one_that_was_meant(
    office: Office, command: str, typed: str, meant: str
) -> None:
    ref = office.open()
    said = whole(office.refused(WRONG_USE, command, ref, typed))

    assert f'This process has no {NOUN[command]} "{typed}"; did you mean ' in said
    assert meant in said


NOUN = {"why-not": "step", "explain": "timescale"}


@pytest.mark.parametrize("command", ["why-not", "explain"])
def test_a_name_that_is_like_none_is_told_where_all_of_them_are(
    office: Office, command: str
) -> None:
    ref = office.open()
    said = whole(office.refused(WRONG_USE, command, ref, "zzzz"))

    where = {"why-not": f"`casetrail next {ref} --all`", "explain": f"`casetrail explain {ref}`"}
    assert where[command] in said
    assert len(said) < 160


@pytest.mark.parametrize("words", [("next",), ("why-not", "start_deciding"), ("explain",)])
def test_a_misspelt_case_is_told_with_the_one_that_was_meant(
    office: Office, words: tuple[str, ...]
) -> None:
    ref = next(ref for ref in iter(office.open, "") if ref[-1] != ref[-2])
    command, *more = words
    swapped = f"{ref[:-2]}{ref[-1]}{ref[-2]}"

    for typed in (swapped, f"{ref}.7"):
        said = whole(office.refused(NO_CASE, command, typed, *more))
        assert f"Did you mean {ref}?" in said
