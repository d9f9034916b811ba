"""`today` fits one sheet of paper, however much there is to do, and says how much is left over."""

from __future__ import annotations

import re

import click
import pytest

from engine.case import Given
from engine.cli.sheet import COLUMNS, LINES, PARTS, sheet
from engine.decide.steps.taking import Step
from engine.service import cases
from engine.service.looking import listing, reading
from tests.worlds import BESS, LEE, World

BUSY = 60
"""How many cases are open: a third of them late, and all of them with tasks."""


@pytest.fixture(autouse=True)
def paper(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


def test_today_fits_one_sheet_whatever_there_is_and_counts_what_it_leaves_out(
    world: World,
) -> None:
    for number in range(BUSY):
        ref = world.open(aware_on="2025-12-12" if number % 3 else "2025-11-24")
        world.take(ref, "start_deciding")
        asked = [Given("opinion", None, "police", status="asked")]
        cases.record(world.place, BESS, ref, asked)
        step = Step("decide_to_notify", already_done=True)
        cases.take_step(world.place, LEE, ref, step)
    found = listing.today_sheet(world.place)
    assert len(found["tasks"]) >= 200
    cautions = reading.cautions(world.place, {one["ref"] for one in found["waiting"]})
    lines = [click.unstyle(line) for line in sheet(found, "Sample Partnership", cautions)]
    assert len(lines) <= LINES
    assert max(map(len, lines)) <= COLUMNS
    titles = [line for line in lines if re.fullmatch(r"[A-Z].* \(\d+\)", line)]
    whole = [(part, len(found[part.name])) for part in PARTS if found.get(part.name)]
    assert titles == [f"{part.title} ({number})" for part, number in whole]
    assert titles[0] == f"Overdue ({BUSY // 3})"
    for part, number in whole:
        own = lines[lines.index(f"{part.title} ({number})") + 1 :]
        own = own[: own.index("")]
        if part.name != "waiting":
            assert own.count("    Sample guidance (second-hand).") <= 1
            [left] = re.findall(rf"^  And (\d+) more: `casetrail {part.more}`\.$", own[-1])
            shown = [line for line in own if re.match(r"  \d{4}-\w{6} ", line)]
            assert len(shown) + int(left) == number, part.name
            assert shown


def test_the_cases_that_wait_on_somebody_are_named_whole_or_counted(world: World) -> None:
    for number in range(BUSY):
        world.open(aware_on="2025-12-12")
        if number + 1 not in (1, 4, 5, 6, 7, BUSY):
            continue
        found = listing.today_sheet(world.place)
        lines = [click.unstyle(line) for line in sheet(found, "Sample Partnership", [])]
        own = lines[lines.index(f"Waiting on ({number + 1})") + 1 :]
        said = " ".join(own).strip()
        refs = re.findall(r"\d{4}-\S+", said)
        [left] = re.findall(r" and (\d+) more$", said) or [0]
        known = {one["ref"] for one in found["waiting"]}
        assert {ref.rstrip(",") for ref in refs} <= known
        assert len(refs) + int(left) == number + 1
        assert len(own) == 1
        assert max(map(len, own)) <= COLUMNS
    assert len(refs) > 3


def test_a_task_too_long_for_its_line_still_says_on_whom_it_waits() -> None:
    task = {"ref": "2026-K7QF29", "what": "look " * 40, "how": "done 2026-K7QF29 4.1 --reason TEXT"}
    [part] = [part for part in PARTS if part.name == "tasks"]
    [short] = part.entries([task | {"by": "the local authority"}])
    assert short[0].startswith("  2026-K7QF29 look look")
    assert short[0].endswith("... (the local authority)")
    [long] = part.entries([task | {"by": "the safeguarding lead of an agency " * 4}])
    assert "look look" in long[0]
    assert max(map(len, (*short, *long))) <= COLUMNS
    [nobody] = part.entries([task | {"by": ""}])
    assert nobody[0].endswith("... (anybody)")


def test_a_quiet_day_leaves_nothing_out(world: World) -> None:
    world.open(aware_on="2025-12-12")
    lines = sheet(listing.today_sheet(world.place), "Sample Partnership", [])
    assert not [line for line in lines if "more:" in line]
