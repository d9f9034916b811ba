"""Mutation testing: mutmut's mutants of the rules, a seeded sample a module, and their fate.

python bench/mutants.py [rules fold audit decide] [--sample 60] [--only MODULE] [--again FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutmut.mutation.file_mutation import mutate_file_contents
from mutmut.utils.format_utils import get_mutant_name

ROOT = Path(__file__).resolve().parent.parent
UNNOTICED = ("survived", "no tests")


@dataclass(frozen=True, slots=True)
class Group:
    """Modules that the same tests are about."""

    modules: tuple[str, ...]
    tests: tuple[str, ...]


GROUPS = {
    "rules": Group(
        (
            "engine/timescales.py",
            "engine/punctuality.py",
            "engine/calendars.py",
            "engine/guards.py",
        ),
        (
            "timescales",
            "derivations",
            "punctuality",
            "calendars",
            "calendar_edges",
            "dates",
            "grammar",
            "guards",
        ),
    ),
    "fold": Group(
        ("engine/apply.py", "engine/apply_clocks.py"),
        ("trail_format", "setting_right", "service_clocks", "clocks"),
    ),
    "audit": Group(
        (
            "engine/service/trail/verifying.py",
            "engine/service/trail/comparing.py",
            "engine/service/trail/checkpoints.py",
        ),
        ("verdicts", "checkpoint", "service_cases"),
    ),
    "decide": Group(
        ("engine/decide/**/*.py",),
        (
            *("setting_right", "service_clocks", "service_cases", "refusals", "refused_changes"),
            *("keeping", "rights", "outbox", "clocks", "left_to_do", "trail_format", "cli"),
            *("packing", "packing_in_step", "packing_sent", "packs_building"),
            *("needs", "recording", "cli_recording", "directory", "recurring", "linked_cases"),
            *("put_right", "own_agency", "own_agency_told", "ahead", "already_done", "cli_next"),
            *("once", "opened_again", "given_with_a_step", "closed_by_the_record", "delays"),
            *("asked_by_mail", "packs_after_erasure", "admission", "partial_roles"),
            *("workflows/closed_cases", "workflows/taken_again"),
            *("workflows/open_twice", "workflows/passed_over"),
            *("notices", "pack_needs", "answers", "taking_back", "scenarios", "walks"),
            "workflows/child_safeguarding_practice_review",
        ),
    ),
}


def main() -> None:
    """Print the figures as Markdown, and each mutant that nobody noticed on standard error."""
    parser = argparse.ArgumentParser()
    parser.add_argument("groups", nargs="*", default=list(GROUPS))
    parser.add_argument("--sample", type=int, default=60, help="mutants a module at most; 0: all")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--only", action="append", help="a module; may be given several times")
    parser.add_argument("--again", type=Path, help="only the mutants that this file names")
    parser.add_argument("--seconds", type=float, default=10.0, help="of tests a mutant at most")
    a = parser.parse_args()
    print("| module | mutants | tried | killed | survived | per cent |\n|---|--:|--:|--:|--:|--:|")
    for name in a.groups:
        modules = sorted(_modules(GROUPS[name]))
        chosen = [module for module in modules if not a.only or module in a.only]
        with tempfile.TemporaryDirectory() as folder:
            _try(Path(folder), GROUPS[name], chosen, a)


def _modules(group: Group) -> Iterator[str]:
    for pattern in group.modules:
        yield from (str(file.relative_to(ROOT)) for file in ROOT.glob(pattern))


def _try(folder: Path, group: Group, modules: list[str], a: argparse.Namespace) -> None:
    left_out = shutil.ignore_patterns("__pycache__", ".*", "mutants")
    shutil.copytree(ROOT, folder, ignore=left_out, dirs_exist_ok=True)
    made: dict[str, list[str]] = {}
    for module in modules:
        mutated = mutate_file_contents(module, (ROOT / module).read_text())
        (folder / module).write_text(mutated.code)
        made[module] = [get_mutant_name(Path(module), name) for name in mutated.mutant_names]
    known = set(a.again.read_text().split()) if a.again else set()
    tried = {
        module: [name for name in names if name in known]
        if a.again
        else _sample(names, a.sample, a.seed)
        for module, names in made.items()
    }
    fates = _run(folder, group, [name for names in tried.values() for name in names], a.seconds)
    for module, names in ((module, names) for module, names in tried.items() if names):
        unnoticed = sorted(name for name in names if fates[name] in UNNOTICED)
        killed = len(names) - len(unnoticed)
        share = round(100 * killed / len(names))
        figures = (len(made[module]), len(names), killed, len(unnoticed), share)
        print(f"| {module} | {' | '.join(map(str, figures))} |", flush=True)
        for name in names:
            if not fates[name].startswith("tests/"):
                print(f"{fates[name]}: {name}", file=sys.stderr, flush=True)


def _sample(mutants: list[str], size: int, seed: int) -> list[str]:
    if not size or len(mutants) <= size:
        return mutants
    return sorted(random.Random(seed).sample(mutants, size))


def _run(folder: Path, group: Group, mutants: list[str], seconds: float) -> dict[str, str]:
    (folder / "mutants.json").write_text(json.dumps(mutants))
    files = [Path("tests", name) for name in group.tests]
    tests = [str(file.with_name(f"test_{file.name}.py")) for file in files]
    command = [
        *(sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider"),
        *("-p", "mutating", "-m", "not postgresql and not debian", f"--seconds={seconds}"),
        *("--mutants=mutants.json", "--fates=fates.json"),
        *(name for name in tests if (folder / name).exists()),
    ]
    path = os.pathsep.join([str(folder), str(folder / "bench")])
    subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": path},
        check=True,
        stdout=sys.stderr,
    )
    fates: dict[str, str] = json.loads((folder / "fates.json").read_text())
    return fates


if __name__ == "__main__":
    main()
