"""A command imports only what it uses, so that it answers at once."""

from __future__ import annotations

import os
import re
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.offices import Office

ROOT = Path(__file__).parents[2]
HEAVY = {
    "alembic",
    "apscheduler",
    "jinja2",
    "pydantic",
    "sqlalchemy",
    "sqlmodel",
    "structlog",
    "typst",
}
SHOWING = """
import sys
from engine.cli.main import main
try:
    main()
except SystemExit as end:
    code = end.code
print(f"\\nMODULES {code}", *sorted(sys.modules))
"""


def modules(office: Office, *words: str) -> set[str]:
    """The modules that a command has imported when it ends."""
    done = subprocess.run(
        [sys.executable, "-c", SHOWING, *words],
        capture_output=True,
        text=True,
        cwd=ROOT,
        check=True,
    )
    found = re.search(r"^MODULES 0 (.*)$", done.stdout, re.MULTILINE)
    assert found, done
    return set(found[1].split())


def tops(names: set[str]) -> set[str]:
    return {name.split(".")[0] for name in names}


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("audit", "--help")])
def test_help_and_version_import_no_command(office: Office, words: tuple[str, ...]) -> None:
    ours = {name for name in modules(office, *words) if name.startswith("engine.")}
    assert ours == {
        "engine.cli",
        "engine.cli.commands",
        "engine.cli.main",
        "engine.cli.printing",
        "engine.cli.state",
        "engine.dates",
        "engine.errors",
    }


def test_counting_days_opens_no_store(office: Office) -> None:
    found = modules(office, "date", "5 working days after 2025-12-23")
    assert not {name for name in found if name.startswith(("engine.service", "engine.database"))}
    assert not tops(found) & (HEAVY | {"sqlite3", "pysqlite3", "psycopg", "cryptography"})


@pytest.mark.parametrize(
    "words",
    [
        ("show", "REF"),
        ("next", "REF"),
        ("list",),
        ("today",),
        ("history", "REF"),
        ("take", "REF", "start_deciding"),
        ("record", "REF", "happened_on=2025-01-02"),
        ("tick",),
        ("audit", "verify"),
    ],
)
def test_no_command_on_a_case_imports_what_is_heavy(office: Office, words: tuple[str, ...]) -> None:
    ref = office.open()
    asked = [word.replace("REF", ref) for word in words]
    found = tops(modules(office, *asked, "--config", str(office.config)))
    assert found & HEAVY == set()


MISTAKEN = {"difflib", "engine.loading"}
SENT = {"engine.service.outbox", "notifiers.making", "notifiers.message", "smtplib", "email"}
CHANGED = {"engine.decide.entries.recording", "engine.packs.files", "engine.service.changing"}
ASIDE = {"getpass", "random", "secrets", "shutil"}
"""What only a mistake needs, only a message, only a change, and nothing that is always needed."""


@pytest.mark.parametrize(
    ("words", "unneeded"),
    [
        (("show", "REF"), MISTAKEN | SENT | CHANGED | ASIDE),
        (("next", "REF"), MISTAKEN | SENT | CHANGED | ASIDE),
        (("list",), MISTAKEN | SENT | CHANGED | ASIDE),
        (("take", "REF", "start_deciding"), MISTAKEN | SENT),
        (("record", "REF", "happened_on=2025-01-02"), MISTAKEN | SENT),
    ],
)
def test_what_is_right_pays_for_no_mistake_and_what_only_reads_for_no_change(
    office: Office, words: tuple[str, ...], unneeded: set[str]
) -> None:
    ref = office.open()
    asked = [word.replace("REF", ref) for word in words]
    found = modules(office, *asked, "--config", str(office.config))
    assert found & unneeded == set()


REFERENCE = 0.053
"""Seconds of `python` with click and `--help`, where the goals were set."""
CLICK = "import click; click.Command('x').main(['--help'])"
OURS = "from engine.cli.main import main; main()"


@pytest.mark.parametrize(
    ("words", "most"),
    [
        (("--help",), 0.07),
        (("date", "5 working days after 2025-12-23"), 0.15),
        (("show", "REF"), 0.25),
        (("next", "REF"), 0.25),
        (("take", "REF", "check_progress"), 0.6),
    ],
)
def test_a_cold_command_answers_at_once(
    office: Office, tmp_path: Path, words: tuple[str, ...], most: float
) -> None:
    ref = office.at("reviewing")
    asked = [word.replace("REF", ref) for word in words]
    asked += [] if words[0].startswith("-") else ["--config", str(office.config)]
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = str(tmp_path / "pyc")

    def seconds(code: str, *asked: str) -> float:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        command = [sys.executable, "-c", code, *asked]
        subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    seconds(OURS, *asked)
    reference = ours = float("inf")
    for _ in range(15):
        reference = min(reference, seconds(CLICK))
        ours = min(ours, seconds(OURS, *asked))
        if ours <= most:
            break
    # Measured beside the reference, for this machine may be busy, or another one.
    assert ours <= most * max(1.0, reference / REFERENCE)
