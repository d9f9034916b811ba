"""The case journey through Casetrail's own service call: rules, seal, rows, deadlines, outbox."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parent))
sys.path.insert(0, str(Path(__file__).parents[1]))

from journey import ALT, EVENTS, STATES, STEPS, Meter, args, level, new_case

from engine import calendars, database
from engine.canonical import canonical
from engine.case import Given
from engine.decide.steps.taking import Step
from engine.definition import plain
from engine.directory import Appointment, Directory, Person
from engine.keys import Keys
from engine.loading import load
from engine.service import cases, editions
from engine.service.trail import sequencing, verifying
from engine.service.workplace import By, Workplace

BY = By("unit")


def definition() -> str:
    """The journey's twenty-four states, its guards and a timescale for every state, as a
    definition.
    """
    parts = [
        'title = "Case journey"\nedition = "bench"\nin_force = { from = 2018-06-29 }',
        'source = "bench/journey.py"\nworking_days = "England and Wales"',
        'starts_at = "draft"\nopening = ["score", "kind", "route", "harm", "children", "begun_on"]',
        'may_open = ["unit"]\nkept_by = ["unit"]\n\n[role.unit]\ntitle = "business unit"',
    ]
    for name, answer in (
        ("score", '"number"'),
        ("kind", '["0", "1"]'),
        ("route", '["0", "1", "2"]'),
        ("harm", '["serious", "other"]'),
        ("children", '"number"'),
        ("begun_on", '"date"'),
    ):
        parts.append(
            f'[question.{name}]\nask = "What is the {name}?"\nanswer = {answer}\n'
            'personal = false\nbecause = "of the benchmark"'
        )
    for state in STATES:
        ends = "closed = true" if state == "published" else 'waiting_on = "unit"'
        parts.append(f'[state.{state}]\ntitle = "{state.replace("_", " ")}"\n{ends}')
    for i, event in enumerate(EVENTS):
        for k, target in enumerate(level(i + 1)):
            extra = f', kind = "{k}"' if i + 1 == 4 else f', route = "{k}"' if i + 1 == 14 else ""
            sources = json.dumps(level(i))
            guard = f'score = "at least {i}", harm = "serious", children = "at least 1"{extra}'
            parts.append(
                f'[transition.{name_of(i, k)}]\ntitle = "{event} {k}"\nfrom = {sources}\n'
                f'to = "{target}"\nwho = "unit"\nonly_if = {{ {guard} }}'
            )
    for state in STATES:
        if state == "published":
            continue
        i = next(n for n in range(STEPS) if state in level(n))
        leaves = json.dumps([name_of(i, k) for k in range(len(level(i + 1)))])
        parts.append(
            f'[timescale.in_{state}]\ntitle = "Leave {state}"\ndue = "within 5 working days of '
            f'begun_on"\n'
            f'starts_in = ["{state}"]\nmet_by = {leaves}\nwaiting_on = "unit"\n'
            'time_from = { kind = "local", says = "may", source = "the benchmark" }\n'
            'confirmed = "recalled"\n'
            'remind = [{ at = "on the day it is due", tell = ["unit"] }]'
        )
    return "\n\n".join(parts)


def name_of(i: int, k: int) -> str:
    """The name of the transition of step i into the k-th state of the next level."""
    return EVENTS[i] if len(level(i + 1)) == 1 else f"{EVENTS[i]}_{k}"


def step_of(case: dict[str, object], i: int) -> str:
    """The transition that a case's guards let it take at step i."""
    if i + 1 not in ALT:
        return name_of(i, 0)
    return name_of(i, int(str(case["kind" if i + 1 == 4 else "route"])))


def now() -> datetime:
    """The instant, by the machine's clock, as the product asks for it."""
    return datetime.now(UTC)


def place_in(folder: Path, url: str = "") -> Workplace:
    """A partnership with the journey as its process, on a new store."""
    (folder / "case_journey").mkdir()
    (folder / "case_journey" / "process.toml").write_text(definition())
    workflow = load(folder / "case_journey")
    url = url or f"sqlite:///{folder / 'casetrail.db'}"
    database.create(url, "bench")
    place = Workplace(
        log="bench",
        database=database.open(url),
        keys=Keys(b"w" * 32, b"a" * 32, b"s" * 32),
        directory=Directory(
            people={"unit": Person("unit", "Unit Sample")},
            appointments=(Appointment("unit", "unit"),),
        ),
        calendars={"England and Wales": calendars.load("England and Wales")},
        clock=now,
    )
    editions.activate(place, BY, workflow, {"process.toml": canonical(plain(workflow))})
    return place


def opened(place: Workplace, case: dict[str, object]) -> str:
    """A new case with the journey's facts."""
    return cases.open_new(place, BY, "case_journey", facts(case)).ref


def facts(case: dict[str, object]) -> tuple[Given, ...]:
    """The answers with which a case is opened."""
    known = case["facts"]
    assert isinstance(known, dict)
    answers = {
        "score": case["score"],
        "kind": case["kind"],
        "route": case["route"],
        "harm": known["harm"],
        "children": known["children"],
        "begun_on": now().date().isoformat(),
    }
    return tuple(Given(name, str(value)) for name, value in answers.items())


class Plan(NamedTuple):
    """A case as it is to be walked: the workload, made before anything is measured."""

    given: tuple[Given, ...]
    steps: tuple[Step, ...]


def plan(n: int) -> Plan:
    """The nth case, its facts and its steps."""
    case = new_case(n)
    return Plan(facts(case), tuple(Step(step_of(case, i)) for i in range(STEPS)))


def journey(place: Workplace, n: int, latencies: list[int] | None) -> str:
    """One case from its first state to its last, each step durable before the next."""
    return walk(place, plan(n), [] if latencies is None else latencies)


def walk(place: Workplace, planned: Plan, latencies: list[int]) -> str:
    """A case as planned, each step durable before the next."""
    ref = cases.open_new(place, BY, "case_journey", planned.given).ref
    for step in planned.steps:
        start = time.perf_counter_ns()
        cases.take_step(place, BY, ref, step)
        latencies.append(time.perf_counter_ns() - start)
    return ref


def main() -> None:
    """Run the journey, let the product's own verification accept the store, and print the
    figures.
    """
    a = args(80, url=(str, ""), verify=(int, 1))
    folder = Path(tempfile.mkdtemp(dir=a.dir))
    try:
        place = place_in(folder, a.url)
        meter = Meter("casetrail")
        for n in range(1, a.warmup + 1):
            journey(place, n, None)
        plans = [plan(n) for n in range(a.warmup + 1, a.warmup + a.cases + 1)]
        meter.start()
        for planned in plans:
            walk(place, planned, meter.lat)
        meter.stop()
        if a.verify:
            accepted(place, a.cases + a.warmup)
        meter.emit()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def accepted(place: Workplace, count: int) -> None:
    """The product's own verification accepts the store, and every case is where it should be."""
    sequencing.seal_new(place)
    verdict = verifying.verify(place)
    assert verdict.holds, verdict.problems[:3]
    assert verdict.cases == count
    with place.database.read() as tx:
        closed = tx.rows("SELECT count(*) FROM cases WHERE state = 'published'")[0][0]
        waiting = tx.rows("SELECT count(*) FROM deadlines WHERE status = 'running'")[0][0]
    assert (closed, waiting) == (count, 0)


if __name__ == "__main__":
    main()
