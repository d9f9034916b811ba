"""Programs of a partnership's own that are called after steps, and what they were told."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.service.calls import declaring, settling
from engine.service.calls.after import EVERY, After
from engine.service.calls.making import Caller, Made
from engine.service.calls.running import Ran
from engine.service.trail import sequencing
from engine.service.workplace import Workplace

LINK = "https://cases.sample.example"

KEEPS = 'exec cat >> "{folder}/told"'
"""What a program does that keeps all that it is told, one line for each call."""


def script(folder: Path, name: str, text: str = KEEPS, by: str = "/bin/sh") -> str:
    """A program, and where it is; {folder} in its text is where it was put."""
    file = folder / name
    file.write_text(f"#!{by}\n{text.replace('{folder}', str(folder))}\n")
    file.chmod(0o700)
    return str(file)


@dataclass
class Calls:
    """A place with programs that are called after steps."""

    place: Workplace
    folder: Path
    hooks: dict[str, After]

    def made(self, hooks: Iterable[str] = ()) -> Made:
        """What a round does that seals what is new and makes all calls that are due."""
        sequencing.seal_new(self.place)
        wanted = {one: self.hooks[one] for one in (hooks or self.hooks)}
        return Caller().round(self.place, wanted, LINK)

    def told(self, file: str = "told") -> list[dict[str, Any]]:
        """What was told to the programs that keep it, in order."""
        kept = self.folder / file
        return [json.loads(line) for line in kept.read_text().splitlines()] if kept.exists() else []

    def rows(self, *columns: str) -> list[tuple[Any, ...]]:
        """The rows of all calls, by their key, with these columns after it."""
        names = ", ".join(f'"{name}"' for name in ("hook", "stream", "n", *columns))
        with self.place.database.read() as tx:
            return tx.rows(f'SELECT {names} FROM "calls" ORDER BY "hook", "stream", "n"')

    def statuses(self) -> list[str]:
        """What became of each call, by its key."""
        return [str(row[-1]) for row in self.rows("status")]


def calling(place: Workplace, folder: Path, *hooks: After) -> Calls:
    """A place at which these are declared; without any, one that keeps what it is told."""
    listed = hooks or (after(folder),)
    declaring.note(place, listed)
    return Calls(place, folder, {one.id: one for one in listed})


def after(folder: Path, text: str = KEEPS, name: str = "index", **how: Any) -> After:
    """A program of this text that is called after every step of the sample process."""
    command = (script(folder, name, text),)
    return After(
        **{"id": name, "process": "incident", "steps": (EVERY,), "command": command, **how}
    )


def leave_traces(place: Workplace, process: str, take: Callable[[], object]) -> None:
    """Leave a call that was made, of a hook that is declared no more."""
    index = After("index", process, (EVERY,), ("/usr/local/lib/casetrail/index",))
    declaring.note(place, [index])
    take()
    sequencing.seal_new(place)
    [call] = settling.claim(place, index, 1)
    settling.settle(place, call, Ran("ended with 0", done=True))
    declaring.note(place, [])
