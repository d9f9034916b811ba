"""`workflow test`: a process played to its scenarios, and changed to see whether they notice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

import click

from engine import loading
from engine.cli import otherwise, progress
from engine.cli.door import Door, argument, command, option
from engine.cli.printing import item, listed, paragraph, strong, table
from engine.cli.state import State
from engine.definition import Workflow
from engine.errors import ScenarioError, UsageError
from engine.nouns import count
from engine.scenarios.coverage import KINDS, Share, shares, told
from engine.trials import trying
from engine.trials.changing import Change
from engine.trials.hinting import Hint, hint
from engine.trials.mutating import CHECK, NOBODY, SCENARIO, VERIFY, Fate
from engine.trials.playing import Result

NOTICED = {
    CHECK: "refused by workflow check",
    SCENARIO: "noticed by a scenario",
    VERIFY: "refused by workflow verify",
    NOBODY: "noticed by nobody",
}


@command(
    "test",
    argument("name", "NAME-OR-FOLDER"),
    argument("scenarios", "[SCENARIO]...", nargs=-1),
    option("--mutate", is_flag=True, help="Change the process, one thing at a time."),
    option("--sample", type=click.IntRange(0), default=0, help="Try so many changes; 0: all."),
    option("--seed", type=int, default=1, help="Which sample of the changes."),
    option("--jobs", type=click.IntRange(1, 64), default=2, help="Changes tried at a time."),
)
def test(door: Door, name: str, scenarios: Sequence[str], **chosen: Any) -> None:
    """Play the scenarios beside a process, each on a store of its own in memory.

    It says which went as they say, and what of the process none of them touches. With --mutate the
    process is changed, one thing at a time, and what no scenario notices is listed.
    """
    if chosen["mutate"] and scenarios:
        raise UsageError("--mutate tries every scenario; name none.")
    trial = trying.begun(loading.find(name))
    results = trial.play(scenarios)
    failed = [one for one in results if one.problem]
    document, lines = _played(trial, results, some=bool(scenarios))
    if chosen["mutate"] and failed:
        lines += ["", *paragraph("Nothing was changed: first every scenario must come true.")]
    elif chosen["mutate"]:
        changes = trial.changes(chosen["sample"], chosen["seed"])
        watched = partial(_watched, door.state)
        fates = trial.try_each(changes, results, chosen["jobs"], watched)
        more, said = _mutated(fates, results)
        document |= more
        lines += ["", *said]
    door.answer(document, lines)
    if failed:
        raise click.exceptions.Exit(ScenarioError.exit_code)


def _watched(state: State, fates: Iterator[Fate], number: int) -> list[Fate]:
    """The fates; at a terminal it is shown how many there are so far."""
    found: list[Fate] = []
    with progress.working(state, "Changes tried") as shown:
        for fate in fates:
            found.append(fate)
            shown.came(len(found), number)
    return found


def _played(
    trial: trying.OnTrial, results: Sequence[Result], *, some: bool
) -> tuple[dict[str, Any], list[str]]:
    """How the scenarios went; `some` of them, or all that there are."""
    workflow, failed = trial.workflow, [one for one in results if one.problem]
    touched = frozenset().union(*(one.touched for one in results))
    coverage = shares(workflow, touched)
    document = {
        "workflow": workflow.name,
        "edition": workflow.edition,
        "passed": len(results) - len(failed),
        "scenarios": [_result(one) for one in results],
        "coverage": [_share(one, workflow) for one in coverage],
    }
    unread = [one for one in failed if one.mistakes]
    parts = ((len(failed) - len(unread), "went otherwise"), (len(unread), "could not be played"))
    went = listed(f"{number} {said}" for number, said in parts if number) or "all went as they say"
    played = count(len(results), "scenario")
    lines = paragraph(f"{workflow.title}, edition {workflow.edition}: {played}, {went}.")
    lines += otherwise.lines(results, workflow, trial.stage.settings.directory)
    return document, [*lines, "", *_covered(coverage, results, workflow, some=some)]


def _result(one: Result) -> dict[str, Any]:
    return {
        "scenario": one.name,
        "title": one.title,
        "problem": one.problem,
        "otherwise": otherwise.plain(one.otherwise),
    }


def _covered(
    coverage: Sequence[Share], results: Sequence[Result], workflow: Workflow, *, some: bool
) -> list[str]:
    played = f"the {count(len(results), 'scenario')} that {'was' if len(results) == 1 else 'were'}"
    of = f"{played} played" if some else "the scenarios"
    touch = f"{of} touches" if some and len(results) == 1 else f"{of} touch"
    counted = [one for one in coverage if one.wanted]
    rows = [(f"{s.per_cent} %", f"{s.touched} of {s.wanted}", KINDS[s.kind]) for s in counted]
    lines = [strong(f"What {touch}"), *otherwise.counted(results), *table(rows)]
    missing = [one for one in coverage if one.missing]
    nobody = "What they do not touch" if some else "What no scenario touches"
    lines += ["", strong(nobody)] if missing else []
    for share in missing:
        lines += paragraph(f"{KINDS[share.kind].capitalize()}:", 2)
        lines += [line for each in share.missing for line in item(told(each, workflow))]
    return lines


def _share(one: Share, workflow: Workflow) -> dict[str, Any]:
    return {
        "kind": one.kind,
        "title": KINDS[one.kind],
        "touched": one.touched,
        "of": one.wanted,
        "per_cent": one.per_cent,
        "missing": [told(each, workflow) for each in one.missing],
    }


def _mutated(fates: Sequence[Fate], results: Sequence[Result]) -> tuple[dict[str, Any], list[str]]:
    tally = Counter(one.by for one in fates)
    left = [(one.change, hint(one.change, results)) for one in fates if one.by == NOBODY]
    left.sort(key=lambda pair: (pair[0].sheet.name, pair[0].line))
    share = 100 * (len(fates) - len(left)) / len(fates) if fates else 100.0
    document = {
        "changes": len(fates),
        "noticed": {by or "nobody": tally[by] for by in NOTICED},
        "per_cent": round(share, 1),
        "kinds": _kinds(fates),
        "unnoticed": [_unnoticed(change, near) for change, near in left],
    }
    lines = [strong(f"{count(len(fates), 'change')}, of which {share:.1f} % were noticed")]
    lines += table([(str(tally[by]), said) for by, said in NOTICED.items()])
    lines += ["", strong("Nobody noticed when")] if left else []
    for change, near in left:
        lines += [*item(f"{change.name}."), *paragraph(near.said, 6)]
    return document, lines


def _unnoticed(change: Change, near: Hint) -> dict[str, Any]:
    nearest = {"scenario": near.story, "file": near.file, "line": near.line}
    return {
        "file": change.sheet.name,
        "line": change.line,
        "kind": change.kind,
        "change": change.said,
        "hint": near.said,
        "nearest": nearest if near.story else None,
    }


def _kinds(fates: Sequence[Fate]) -> list[dict[str, Any]]:
    found: dict[str, Counter[str]] = {}
    for one in fates:
        found.setdefault(one.change.kind, Counter())[one.by or "nobody"] += 1
    return [{"kind": kind, **dict(sorted(tally.items()))} for kind, tally in sorted(found.items())]
