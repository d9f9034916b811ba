"""A sample partnership for tests: fictional people, a clock that the test holds, fixed chance."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from engine import calendars
from engine.apply_clocks import parts
from engine.calendars import at_local
from engine.case import Given
from engine.decide.steps.taking import Step
from engine.directory import Agency, Appointment, Directory, Person
from engine.keys import Keys
from engine.loading import load, sources
from engine.service import cases, editions
from engine.service.changing import Outcome
from engine.service.looking import reading
from engine.service.trail import verifying
from engine.service.workplace import By, Workplace

SAMPLE = Path(__file__).with_name("sample") / "incident"
CALENDAR = calendars.load("England and Wales")


class Clock:
    """The time as a test wants it."""

    def __init__(self, start: datetime) -> None:
        self.instant = start

    def __call__(self) -> datetime:
        """Each look at it is a microsecond later."""
        self.instant += timedelta(microseconds=1)
        return self.instant

    def go_to(self, day: str, hour: int = 10) -> None:
        """Set it to an hour, local time, of a day."""
        self.instant = at_local(date.fromisoformat(day), hour)


def chance(seed: int = 1) -> Callable[[int], bytes]:
    """Randomness that repeats itself."""
    return random.Random(seed).randbytes


KEYS = Keys(b"w" * 32, b"a" * 32, b"s" * 32)

PEOPLE = {
    p.id: p
    for p in (
        Person("bess", "Bess Sample", "business manager", "bess@partnership.example", "bess"),
        Person("lee", "Lee Sample", "director", "lee@council.example"),
        Person("dee", "Dee Sample", "named deputy", "dee@council.example"),
        Person("hana", "Hana Sample", "chief nurse", "hana@health.example"),
        Person("pol", "Pol Sample", "superintendent", "pol@police.example"),
        Person("eve", "Eve Sample", "chief executive", "eve@council.example"),
        Person("ed", "Ed Sample", "chief executive", "ed@health.example"),
    )
}

AGENCIES = {
    a.id: a
    for a in (
        Agency("council", "Sample Borough Council", "local authority", "lee"),
        Agency("board", "Sample Integrated Care Board", "integrated care board", "hana"),
        Agency("police", "Sample Police", "police", "pol"),
        Agency("hospital", "Sample Hospital Trust", "health provider", "hana"),
    )
}

DIRECTORY = Directory(
    people=PEOPLE,
    agencies=AGENCIES,
    appointments=(
        Appointment("bess", "business_unit", "council"),
        Appointment("lee", "local_authority", "council"),
        Appointment("dee", "local_authority", "council", deputy_for="lee"),
        Appointment("eve", "executive", "council"),
        Appointment("ed", "executive", "board"),
    ),
    fallbacks={"any role": "bess"},
)

BESS = By("bess")
LEE = By("lee")
EVE = By("eve")
ED = By("ed")


@dataclass(frozen=True, slots=True)
class World:
    """A partnership at work, and the clock that a test holds."""

    place: Workplace
    clock: Clock

    def open(self, **answers: str) -> str:
        """A new case of the sample process; yields its reference."""
        asked = {"place": "in our area"} | answers
        return cases.open_new(self.place, BESS, "incident", given(**asked)).ref

    def take(self, ref: str, step: str, by: By = BESS, **answers: str) -> Outcome:
        """Take a step."""
        return cases.take_step(self.place, by, ref, Step(step, given(**answers)))

    def record(self, ref: str, **answers: str) -> Outcome:
        """Record answers of the case."""
        return cases.record(self.place, BESS, ref, given(**answers))

    def deadline(self, ref: str, timescale: str, no: int = 1) -> dict[str, Any]:
        """A deadline as every door shows it."""
        shown = reading.show(self.place, BESS, ref)["deadlines"]
        return next(d for d in shown if d["timescale"] == timescale and d["no"] == no)

    def state(self, ref: str) -> str:
        """Where a case is."""
        return str(reading.show(self.place, BESS, ref)["state"])

    def opinions(self, ref: str) -> None:
        """Every statutory partner gives its opinion."""
        asked = [Given("opinion", "notify", agency) for agency in ("council", "board", "police")]
        cases.record(self.place, BESS, ref, asked)

    def notified(self, **answers: str) -> str:
        """A case of which the notification has been sent, so that it is being reviewed."""
        ref = self.open(**({"aware_on": "2025-12-12"} | answers))
        self.take(ref, "start_deciding")
        self.opinions(ref)
        self.take(ref, "decide_to_notify", LEE, rationale="The three tests of the law are met.")
        self.take(ref, "record_notification_sent", LEE)
        return ref

    def publishing(self) -> str:
        """A case of which the report was approved and submitted, so that it is to be published."""
        ref = self.notified()
        self.record(ref, report="The report.")
        for by in (EVE, ED):
            cases.approve(self.place, by, ref, "report")
        self.take(ref, "submit_review")
        return ref

    def events(self, ref: str) -> list[dict[str, Any]]:
        """The events of a case."""
        return reading.history(self.place, ref)

    def told(self, ref: str) -> list[Mapping[str, Any]]:
        """The same, and after each what it says of clocks as if that were an event of its own."""
        return [part for event in self.events(ref) for part in parts(event)]

    def verdict(self) -> verifying.Verdict:
        """What verification finds."""
        return verifying.verify(self.place)


def given(**answers: str) -> tuple[Given, ...]:
    """Answers of the case, as somebody gives them."""
    return tuple(Given(question, value) for question, value in answers.items())


def place_on(database: object, day: str = "2025-12-15", seed: int = 1) -> tuple[Workplace, Clock]:
    """A partnership at work on a database, at ten o'clock of a day."""
    clock = Clock(datetime(2025, 1, 1, tzinfo=UTC))
    clock.go_to(day)
    place = Workplace(
        log="sample",
        database=database,  # type: ignore[arg-type]
        keys=KEYS,
        directory=DIRECTORY,
        calendars={"England and Wales": CALENDAR},
        clock=clock,
        randomness=chance(seed),
    )
    return place, clock


def activate_sample(place: Workplace) -> None:
    """Bring the sample process into use."""
    editions.activate(place, BESS, load(SAMPLE), sources(SAMPLE))
