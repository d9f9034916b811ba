"""Cases entered as history at the command line: opened, told and looked at."""

from __future__ import annotations

from typing import Any

from tests.offices import Office

PROCESS = "child_safeguarding_practice_review"


def opened(office: Office, on: str, *answers: str) -> str:
    """A historic case that was opened then, of which the place is known."""
    place = ("place_of_incident=in our area", "place_of_residence=in our area")
    more = ("--on", on, "--historic", "--edition", "2026-11", "--not-the-same")
    return str(office.json("open", PROCESS, *place, *answers, *more)["ref"])


def done(office: Office, ref: str, step: str, on: str, *answers: str) -> None:
    """A step that was taken long ago."""
    office.json("take", ref, step, *answers, "--on", on, "--already-done", "--as", "lee")


def shown(office: Office, ref: str, *words: str) -> str:
    """What is shown of a case, on one line."""
    return " ".join(office.ok("show", ref, *words).split())


def explained(office: Office, ref: str, timescale: str) -> str:
    """How a deadline is explained, on one line."""
    return " ".join(office.ok("explain", ref, timescale).split())


def deadlines(office: Office, ref: str) -> dict[str, dict[str, Any]]:
    """The deadlines of a case, by their timescales."""
    return {one["timescale"]: one for one in office.show(ref)["deadlines"]}
