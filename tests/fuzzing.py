"""Files that were written well, spoilt by a seed: what reading them may say, and what it may not.

One number gives one folder, always the same, so that what was found can be found again.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from engine.config import read as read_config
from engine.errors import ConfigError, DefinitionError, Mistake
from engine.loading import load, sources
from engine.scenarios.reading import read as read_scenario
from engine.scenarios.story import stories
from tests.definitions import SOUND, write
from tests.overlays import HEAD, OWN
from tests.partnership import BASE, NAMES

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "workflows" / "child_safeguarding_practice_review"
EXAMPLE = SHIPPED / "examples" / "one_partnership"

OVER = """
[transition.notify.also]
on_file = ["form"]
only_if = [{ aware_on = "passed" }, { route = "notify", reply = "all ended" }]

[timescale.notification.also]
remind = [{ at = "2 working days before it is due", tell = ["unit"] }]

[transition.look]
from  = "referred"
who   = "unit"
dates = "seen_on"

[timescale.own_target]
title      = "Notify sooner"
due        = "within 2 working days of aware_on"
met_by     = ["notify"]
stops_if   = ["decline"]
waiting_on = "authority"
"""

PIECES = (
    *("[", "]", "[[", "]]", "{", "}", "=", ",", ".", '"', '"' * 3, "'", "#", "\n", "\\", "\0"),
    *("\ufeff", "\r", "é", "\u0430", "\u202e", "-1", "0", "1e400", "nan", "true", "2025-02-30"),
    *("9999-12-31", "10:00:00", "[]", "{}", '""', '"\\ud800"', "[state.x]", "[[x]]", "also"),
    *("9" * 400, "x" * 3000, "[" * 400, "{a=" * 300, "a." * 50, 'extends = "."', "__class__"),
    *("{{ 1 }}", "any state", "all ended", "at least 1 ended", "within 1 week of aware_on"),
)


class Spoilt(NamedTuple):
    """A folder that was spoilt: what kind of file, which, and how reading it went."""

    kind: str
    file: str
    mistakes: tuple[Mistake, ...]
    problem: str
    """What reading did that it may not do; "" if all was well."""


def _texts(folder: Path) -> dict[str, str]:
    found = (*folder.glob("*.toml"), *folder.glob("children/*"), *folder.glob("packs/*"))
    return {file.relative_to(folder).as_posix(): file.read_text() for file in sorted(found)}


def _small(dice: random.Random) -> tuple[dict[str, str], str, Callable[[Path], None]]:
    return dict(SOUND), "", _load


def _shipped(dice: random.Random) -> tuple[dict[str, str], str, Callable[[Path], None]]:
    return _texts(SHIPPED), "", _load


def _overlay(dice: random.Random) -> tuple[dict[str, str], str, Callable[[Path], None]]:
    base = {f"../national/{name}": text for name, text in SOUND.items()}
    return {**base, "process.toml": HEAD + OWN + OVER}, "process.toml", _load


def _example(dice: random.Random) -> tuple[dict[str, str], str, Callable[[Path], None]]:
    return _texts(EXAMPLE), "", _load


def _story(dice: random.Random) -> tuple[dict[str, str], str, Callable[[Path], None]]:
    text = dice.choice(stories(SHIPPED)).read_text()
    begun = {
        f"scenarios/beginnings/{file.name}": file.read_text()
        for file in (SHIPPED / "scenarios" / "beginnings").glob("*.toml")
    }
    called = "scenarios/story.toml"
    return {**begun, called: text}, called, lambda folder: _read_story(folder / called)


def _settings(dice: random.Random) -> tuple[dict[str, str], str, Callable[[Path], None]]:
    files = {"config.toml": BASE + '[names]\nfile = "names.toml"\n', "names.toml": NAMES}
    return files, "", lambda folder: _read_settings(folder / "config.toml")


def _load(folder: Path) -> None:
    load(folder)
    sources(folder)


def _read_story(file: Path) -> None:
    read_scenario(file)


def _read_settings(file: Path) -> None:
    read_config(file)


KINDS = {
    "small": _small,
    "shipped": _shipped,
    "overlay": _overlay,
    "example": _example,
    "story": _story,
    "settings": _settings,
}


def spoilt(kind: str, seed: int, folder: Path) -> Spoilt:
    """A folder of this kind, spoilt by this seed in one of its files, and read."""
    dice = random.Random(f"{kind} {seed}")
    files, only, read = KINDS[kind](dice)
    name = only or dice.choice(sorted(files))
    content = _spoil(files[name], [*files.values()], dice)
    written: dict[str, str | bytes] = {**files, name: content}
    folder = write(folder / "sample", written)
    mistakes, problem = _read(folder, read)
    if not problem:
        lengths = {name: content.count(b"\n") + 1}
        problem = next((p for p in (_problem(m, lengths) for m in mistakes) if p), "")
    return Spoilt(kind, name, mistakes, problem)


def _read(folder: Path, read: Callable[[Path], None]) -> tuple[tuple[Mistake, ...], str]:
    try:
        read(folder)
    except DefinitionError as error:
        return error.mistakes, "" if error.mistakes else "it was refused, and no mistake is told"
    except ConfigError as error:
        return tuple(map(_mistake, str(error).split("\n"))), ""
    except Exception as error:  # whatever it is, it is what is looked for
        return (), f"{type(error).__name__}: {error}"[:300]
    return (), ""


def _mistake(said: str) -> Mistake:
    file, line, problem = said.split(":", 2)
    return Mistake(Path(file).name, int(line), problem)


def _problem(mistake: Mistake, lengths: dict[str, int]) -> str:
    """What is wrong with a mistake as it is told; "" if nothing is."""
    if not 1 <= mistake.line <= lengths.get(mistake.file, mistake.line):
        return f"there is no line {mistake.line} in {mistake.file}"
    if not str(mistake).isprintable():
        return f"what is told cannot be printed: {mistake!r}"
    return "" if mistake.problem.strip() else "nothing is said of a mistake"


def _spoil(text: str, others: list[str], dice: random.Random) -> bytes:
    for _ in range(dice.choice((1, 1, 1, 2, 3, 5))):
        text = dice.choice(_WAYS)(text, others, dice)
    content = text.encode("utf-8", "replace")
    if dice.random() < 0.1:
        at = dice.randrange(len(content) + 1)
        content = content[:at] + bytes([dice.randrange(256)]) + content[at + dice.randrange(2) :]
    return content


def _put(text: str, others: list[str], dice: random.Random) -> str:
    at = dice.randrange(len(text) + 1)
    return text[:at] + dice.choice(PIECES) + text[at + dice.choice((0, 0, 1, 5, 40)) :]


def _word(text: str, others: list[str], dice: random.Random) -> str:
    words = sorted(set(dice.choice(others).replace('"', " ").split()))
    old = dice.choice(sorted(set(text.replace('"', " ").split())) or [""])
    new = dice.choice(words or ["x"])
    at = text.find(old, dice.randrange(len(text) + 1))
    return text if at < 0 else text[:at] + new + text[at + len(old) :]


def _line(text: str, others: list[str], dice: random.Random) -> str:
    lines, more = text.split("\n"), dice.choice(others).split("\n")
    at = dice.randrange(len(lines))
    match dice.randrange(4):
        case 0:
            del lines[at]
        case 1:
            lines.insert(at, dice.choice(lines))
        case 2:
            lines.insert(at, dice.choice(more))
        case _:
            lines[at] = dice.choice(more)
    return "\n".join(lines)


def _cut(text: str, others: list[str], dice: random.Random) -> str:
    return text[: dice.randrange(len(text) + 1)]


def _block(text: str, others: list[str], dice: random.Random) -> str:
    """Some lines of one file, or of another, put somewhere else."""
    more = dice.choice(others).split("\n")
    at, lines = dice.randrange(len(more)), text.split("\n")
    taken = more[at : at + dice.randrange(1, 12)]
    place = dice.randrange(len(lines) + 1)
    return "\n".join(lines[:place] + taken + lines[place + dice.choice((0, len(taken))) :])


_WAYS = (_put, _put, _word, _word, _word, _line, _line, _block, _cut)


SIGNS = ('"', "'", '"""', "[", "]", "{", "}", "=", ",", ".", "#", "%", " ", "\u201c", "\u0430", "0")


def broken(text: str, seed: int) -> str:
    """The text with one line spoilt, as a hand does it: a sign too many, too few, or another."""
    chance = random.Random(seed)
    lines = text.split("\n")
    number = chance.choice([n for n, line in enumerate(lines) if line.strip()])
    line = lines[number]
    at = chance.randrange(len(line))
    lines[number] = chance.choice(
        (
            line[:at] + line[at + 1 :],
            line[:at] + chance.choice(SIGNS) + line[at:],
            line[:at] + chance.choice(SIGNS) + line[at + 1 :],
            line[:at],
            line[at:],
            line.replace('"', "", 1),
            line.replace("=", "", 1),
            line.replace('"', "\u201c"),
            line + chance.choice(SIGNS),
        )
    )
    return "\n".join(lines)


def is_toml(text: str) -> bool:
    try:
        tomllib.loads(text)
    except ValueError:
        return False
    return True
