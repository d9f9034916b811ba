"""A reference that is none is told as it was typed, with the case that was probably meant."""

from __future__ import annotations

from engine.service import references
from tests.offices import Office


def test_a_reference_that_nobody_typed_is_never_spoken_of(office: Office) -> None:
    office.open()
    for blank in ("", "  "):
        assert "No reference was given; `casetrail list`" in office.refused(3, "show", blank)
    said = office.refused(3, "show", "2025-il0000")
    assert said.startswith("2025-IL0000 is not a reference that was ever given out")


def test_the_case_that_was_probably_meant_is_named(office: Office) -> None:
    ref = office.open()
    wrong = ref[:5] + ("0" if ref[5] != "0" else "1") + ref[6:]
    swapped = ref[:5] + ref[6] + ref[5] + ref[7:]
    for typed in {wrong, swapped, f"{ref}.7"} - {ref}:
        assert f"Did you mean {ref}?" in office.refused(3, "next", typed)
    far = references.made(1999, b"abcde")
    assert "Did you mean" not in office.refused(3, "next", far)
