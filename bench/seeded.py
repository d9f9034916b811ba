"""Seeded faults: how many of those that an administrator makes are caught, and by what.

python bench/seeded.py [--each 12] [--seed 2026] [--jobs 2]
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from engine.loading import find
from engine.trials import trying
from engine.trials.mutating import CHECK, NOBODY, SCENARIO, VERIFY, Fate
from tests.seeding import EACH, SEED, faults

PROCESS = "child_safeguarding_practice_review"
CAUGHT = {CHECK: "check", VERIFY: "verify", SCENARIO: "test", NOBODY: "nobody"}


def main() -> int:
    """Print the figures as Markdown, and each fault that nothing caught."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--each", type=int, default=EACH, help="faults of each kind")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--jobs", type=int, default=2)
    a = parser.parse_args()
    folder = find(PROCESS)
    trial = trying.begun(folder)
    results = trial.play()
    alarms = [one.problem for one in results if one.problem] + trying.failures(trial.workflow)
    for said in alarms:
        print(f"false alarm on the shipped files: {said}")
    if alarms:
        return 1
    seeded = faults(folder, trial.workflow, a.each, a.seed)
    _report(trial.try_each(seeded, results, a.jobs), trial.try_each(seeded, (), a.jobs))
    return 0


def _report(fates: Sequence[Fate], bare: Sequence[Fate]) -> None:
    """What became of the faults, and of the same where a process has no scenario yet."""
    print("| kind of fault | " + " | ".join(CAUGHT.values()) + " |\n|---|--:|--:|--:|--:|")
    for kind in sorted({fate.change.kind for fate in fates}):
        print(f"| {kind} | {_row([fate for fate in fates if fate.change.kind == kind])} |")
    print(f"| all {len(fates)} | {_row(fates)} |")
    tally = Counter(fate.by for fate in bare)
    print(f"\nWithout a scenario: check {tally[CHECK]}, verify {tally[VERIFY]} of {len(bare)}.")
    print("No false alarm on the shipped files.")
    for fate in fates:
        if fate.by == NOBODY:
            print(f"not caught: {fate.change.kind}: {fate.change.name}")


def _row(fates: Sequence[Fate]) -> str:
    tally = Counter(fate.by for fate in fates)
    return " | ".join(str(tally[by]) for by in CAUGHT)


if __name__ == "__main__":
    sys.exit(main())
