"""One TOML file while it is read: its tables, and the mistakes found in them so far."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from engine.config.kinds import Kind, WrongValueError, anything, described, shown
from engine.errors import ConfigError, Mistake
from engine.filetext import TextFaultError, check_dots, decoded, read_bytes, too_much

LARGEST = 512 * 1024
"""Bytes of a file."""
_TOO_LARGE = "This file is larger than 512 kB; name the file that is meant."
MOST_VALUES = 20_000
"""Values of a file, tables and lists among them."""

GUESSES = 100
"""Mistakes of one file for which a guess is made; comparing names costs time."""

MOST_KNOWN = 1000
"""Names among which a guess is made."""

Where = tuple[str | int, ...]
"""The keys, and the numbers of elements, that lead to a place in a file."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The keys that a table may have, of what kind each is, and what to write for those it must."""

    called: str
    keys: Mapping[str, Kind]
    needed: Mapping[str, str] = field(default_factory=dict)
    otherwise: str = ""
    """What to say of a key that it has not and that resembles none."""
    holds_tables: bool = False
    """Whether it may hold tables of any other name, which are not read."""

    def kind(self, key: str, value: Any) -> Kind | None:
        """How a key of such a table is read; None when it has no such key."""
        if key not in self.keys and self.holds_tables and isinstance(value, dict):
            return anything
        return self.keys.get(key)


@dataclass(frozen=True, slots=True)
class _Found:
    """A mistake, with what is known for a guess at what was meant."""

    where: Where
    problem: str
    hint: str = ""
    word: str = ""
    known: Collection[str] = ()
    missing: str = ""


@dataclass(slots=True)
class Sheet:
    """A file and its mistakes."""

    called: str
    _text: str = ""
    _line: int | None = None
    """The line of what is wrong, where the file could not be understood at all."""
    _found: list[_Found] = field(default_factory=list)
    _slips: list[Mistake] = field(default_factory=list)
    """Mistakes of form, behind which the rest of the file is read."""
    _lost: frozenset[str] = frozenset()
    """What the tables are called that have a slip, and are left out."""
    _sure: bool = True
    """Whether no slip can have hidden the beginning of another table."""

    def load(self, path: Path) -> dict[str, Any] | None:
        """What a file says; None, with a mistake noted, where it cannot be understood.

        Raises ConfigError, or FileNotFoundError, for a file that cannot be had at all.
        """
        content = _content(path)
        try:
            text = decoded(content)
            check_dots(text)
            document = tomllib.loads(text)
            if problem := too_much(document, MOST_VALUES):
                raise TextFaultError(1, problem)
        except TextFaultError as error:
            number, problem = error.line, str(error)
        except tomllib.TOMLDecodeError as error:
            return self._around(text, str(error))
        except RecursionError:
            number, problem = 1, "Lists or tables are nested too deeply in this file."
        except ValueError:
            number, problem = 1, "A number in this file has too many digits."
        else:
            self._text = text
            return document
        self._line = number
        self.wrong((), problem)
        return None

    def _around(self, text: str, error: str) -> dict[str, Any] | None:
        """What stands around the slips of a text that is no TOML; None where it cannot be told."""
        # Only a mistake pays for what reads the files of a process.
        from engine.loading.files.slips import Slip, go_on, slip_line
        from engine.loading.files.telling import syntax

        slips, rest, _ = go_on(text, 0)
        for slip in slips or [Slip(slip_line(error, text), error)]:
            self._slips.append(Mistake(self.called, *syntax(slip, text)))
        if rest is None or too_much(rest.keys, MOST_VALUES):
            return None
        self._text, self._sure = rest.text, rest.sure
        self._lost = frozenset(path[0] for path in rest.lost)
        return tomllib.loads(rest.text)

    def loses(self, name: str) -> bool:
        """Whether a table of this name may be among those that a slip of form hides."""
        return name in self._lost or not self._sure

    def wrong(
        self,
        where: Where,
        problem: str,
        hint: str = "",
        *,
        word: str = "",
        known: Collection[str] = (),
    ) -> None:
        """Note a mistake; with what was written and what is known, what was meant is guessed."""
        self._found.append(_Found(where, problem, hint, word, known))

    def at_fault(self, name: str) -> set[str | int]:
        """The numbers of those in a list of tables in which a mistake is noted."""
        places = (found.where for found in self._found)
        return {where[1] for where in places if len(where) > 1 and where[0] == name}

    def misses_a_table(self) -> bool:
        """Whether a mistake hides a whole table, or a whole list of them."""
        return any(len(found.where) == 1 and not found.missing for found in self._found)

    def table(self, shape: Shape, written: Any, where: Where) -> dict[str, Any]:
        """What a table says, without what is at fault in it."""
        if not isinstance(written, dict):
            self.wrong(where, f"{shape.called} must be a table, not {described(written)}.")
            return {}
        said = {}
        for key, value in written.items():
            kind = shape.kind(key, value)
            if kind is None:
                problem = f'{shape.called} has no key "{shown(key)}".'
                self.wrong((*where, key), problem, shape.otherwise, word=key, known=shape.keys)
                continue
            try:
                said[key] = kind(value)
            except WrongValueError as error:
                self.wrong((*where, key), f'"{key}" {error}')
        for key, hint in shape.needed.items():
            if key not in written and not self._hidden(where, key):
                problem = f'{shape.called} has no "{key}".'
                self._found.append(_Found(where, problem, hint, missing=key))
        return said

    def _hidden(self, where: Where, key: str) -> bool:
        """Whether a key that is missing may stand in what a slip of form hides."""
        table = str(where[0]) if where else key
        return self.loses(table)

    def tables(self, shape: Shape, written: Any, name: str) -> list[dict[str, Any]]:
        """What a list of tables says; one that is at fault keeps its place."""
        if not isinstance(written, list):
            problem = f"Write {shape.called} with two brackets, anew above each of them."
            self.wrong((name,), problem)
            return []
        return [self.table(shape, each, (name, number)) for number, each in enumerate(written)]

    def mistakes(self) -> list[Mistake]:
        """All mistakes, by line."""
        if not self._found:
            return self._slips
        from engine.loading.files.lines import Lines
        from engine.loading.findings import guess

        lines = Lines(self._text if self._line is None else "", self._line or 1)
        told, guessed = [*self._slips], set()
        for number, found in enumerate(self._found):
            guessing = found.word and number < GUESSES and len(found.known) <= MOST_KNOWN
            meant = guess(found.word, found.known) if guessing else ""
            if found.missing and (found.where, f'Did you mean "{found.missing}"?') in guessed:
                continue
            guessed.add((found.where[:-1], meant))
            hint = meant if meant.startswith("Did") or not found.hint else found.hint
            told.append(Mistake(self.called, lines.of(found.where), found.problem, hint))
        return sorted(dict.fromkeys(told), key=lambda mistake: mistake.line)


def _content(path: Path) -> bytes:
    try:
        return read_bytes(path, LARGEST, _TOO_LARGE)
    except FileNotFoundError:
        raise
    except TextFaultError as error:
        raise ConfigError(f"{path}:{error.line}: {error}") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ConfigError(
            f"{path}:1: This file cannot be read ({reason}); make it a file that may be."
        ) from None
