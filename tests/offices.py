"""A partnership's folder as `casetrail init` makes it, and the command line at work in it."""

from __future__ import annotations

import json
import shutil
import sys
from datetime import date, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from click.testing import CliRunner, Result

from engine import database
from engine.cli.main import root
from engine.database import Database
from tests.postgres import PostgresServer
from tests.worlds import SAMPLE

COMMAND = (sys.executable, "-c", "from engine.cli.main import main; main()")
"""The command line in a process of its own."""

PEOPLE = """
[[agency]]
id      = "council"
title   = "Sample Borough Council"
kind    = "local authority"
contact = "lee"
[[agency]]
id      = "board"
title   = "Sample Integrated Care Board"
kind    = "integrated care board"
contact = "hana"
[[agency]]
id      = "police"
title   = "Sample Police"
kind    = "police"
contact = "pol"
[[person]]
id   = "lee"
name = "Lee Sample"
mail = "lee@council.example"
[[person]]
id   = "hana"
name = "Hana Sample"
mail = "hana@health.example"
[[person]]
id   = "pol"
name = "Pol Sample"
mail = "pol@police.example"
[[person]]
id   = "eve"
name = "Eve Sample"
mail = "eve@council.example"
[[appointment]]
person = "lee"
role   = "local_authority"
agency = "council"
[[appointment]]
person = "eve"
role   = "executive"
agency = "council"
"""


class Office:
    """One partnership, and somebody who works for it at the command line."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "config.toml"

    def run(self, *words: str, typed: str | bytes | None = None) -> Result:
        """What a command says and how it ends, with what comes through standard input."""
        runner = CliRunner(env={"COLUMNS": "100", "NO_COLOR": "1"})
        return runner.invoke(root(), [*words, "--config", str(self.config)], input=typed)

    def ok(self, *words: str, typed: str | bytes | None = None) -> str:
        """What a command says that does what it was asked."""
        result = self.run(*words, typed=typed)
        assert result.exit_code == 0, result.output
        assert result.stderr == "", result.stderr
        return result.stdout

    def json(self, *words: str, typed: str | bytes | None = None) -> dict[str, Any]:
        """The document that it gives under --json."""
        document = json.loads(self.ok(*words, "--json", typed=typed))
        assert isinstance(document, dict)
        return document

    def refused(self, code: int, *words: str, typed: str | bytes | None = None) -> str:
        """The sentence with which a command is refused; nothing is on standard output."""
        result = self.run(*words, typed=typed)
        assert (result.exit_code, result.stdout) == (code, ""), result.output
        assert result.stderr.strip()
        assert "Traceback" not in result.stderr
        assert "fault of its own" not in result.stderr
        return result.stderr

    def file(self, name: str, content: str | bytes) -> str:
        """A file in the folder, and where it is."""
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return str(path)

    def open(self, *answers: str) -> str:
        """The reference of a case that is opened."""
        words = answers or ("place=in our area", f"aware_on={ago(1)}")
        return str(self.json("open", "incident", *words, "--not-the-same")["ref"])

    def at(self, state: str) -> str:
        """A case that has come as far as a state of the sample process."""
        ref = self.open()
        if state == "referred":
            return ref
        self.ok("take", ref, "start_deciding")
        if state == "deciding":
            return ref
        self.ok("record", ref, "opinion/council=notify", "opinion/board=notify")
        self.ok("record", ref, "--asked", "opinion/police")
        self.ok("record", ref, "--no-reply", "opinion/police")
        self.ok("take", ref, "decide_to_notify", "rationale=-", "--as", "lee", typed="It fits.")
        if state == "to_notify":
            return ref
        self.ok("take", ref, "record_notification_sent", "--as", "lee")
        return ref

    def show(self, ref: str) -> dict[str, Any]:
        """A case in its stable form."""
        return self.json("show", ref)

    def store(self) -> Database:
        """The store itself, to look or to meddle."""
        return database.open(f"sqlite:///{self.folder / 'casetrail.db'}")


def ago(days: int) -> str:
    """A day before today."""
    return (date.today() - timedelta(days)).isoformat()


def make(folder: Path, url: str = "sqlite:///casetrail.db") -> Office:
    """A new partnership with people, agencies and the sample process in use."""
    office = Office(folder)
    words = ("--partnership", "sample", "--name", "Sample Partnership", "--database", url)
    office.ok("init", *words)
    with office.config.open("a") as file:
        file.write(PEOPLE)
    office.ok("workflow", "activate", str(SAMPLE), "--anyway")
    return office


def copied(office: Office, folder: Path, url: str = "") -> Office:
    """The same partnership in a folder of its own, on a database that holds the same."""
    shutil.copytree(office.folder, folder, dirs_exist_ok=True)
    folder.chmod(0o700)
    if url:
        text = (folder / "config.toml").read_text()
        line = next(line for line in text.splitlines() if line.startswith("database"))
        (folder / "config.toml").write_text(text.replace(line, f"database = {json.dumps(url)}"))
    return Office(folder)


class Demo(NamedTuple):
    """The folder that a demo left, its closed review, and the case that is still open."""

    office: Office
    whole: str
    still_open: str

    def copied(self, folder: Path) -> Demo:
        """The same in a folder of its own."""
        return self._replace(office=copied(self.office, folder))


def left_by_a_demo(folder: Path) -> Demo:
    """What the demo leaves in a folder."""
    made = CliRunner().invoke(root(), ["demo", "--out", str(folder), "--json"])
    whole, still_open = json.loads(made.stdout)["cases"]
    return Demo(Office(folder), whole, still_open)


class Servers:
    """A PostgreSQL server as durable as the command line asks for, and a partnership on it."""

    def __init__(self) -> None:
        self.server = PostgresServer()
        self.server.start(fsync=True)
        self._name = ""
        self._office: Office | None = None

    def office(self, template: Path, folder: Path) -> Office:
        """A partnership on a database of its own."""
        if self._office is None:
            self._name = self.server.create_database()
            self._office = make(template, self.server.url(self._name))
        copy = self.server.create_database(self._name)
        return copied(self._office, folder, self.server.url(copy))

    def stop(self) -> None:
        """Stop the server."""
        self.server.stop()
