"""Reads a notifier's table in config.toml, key by key, and the secrets that stand outside it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from engine.errors import ConfigError
from notifiers.message import is_mail_address

_LABEL = r"[A-Za-z0-9-]{1,63}"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*|[0-9A-Fa-f]*:[0-9A-Fa-f:]+")


@dataclass(frozen=True, slots=True)
class Settings:
    """One notifier's table; every fault in it is a ConfigError that names the key."""

    name: str
    table: Mapping[str, object]
    keys: tuple[str, ...]
    folder: Path
    """From which relative paths are counted."""
    environment: Mapping[str, str]

    def __post_init__(self) -> None:
        """Refuse a key that is not known, with the nearest that is."""
        for key in self.table:
            if key not in self.keys:
                raise self.wrong(f"there is no key '{key}'; {hint(key, self.keys)}")

    def wrong(self, problem: str) -> ConfigError:
        """The error that says so of this table."""
        return ConfigError(f"config.toml, [notify.{self.name}]: {problem}")

    def needs(self, package: str, extra: str) -> None:
        """Refuse to go on without a package that only an extra brings."""
        if find_spec(package) is None:
            raise self.wrong(
                f"the package '{package}' is not installed; install casetrail[{extra}]."
            )

    def text(self, key: str, default: str | None = None) -> str:
        """The text of a key."""
        value = self.table.get(key, default)
        if value is None:
            raise self.wrong(f"'{key}' is missing; add {key} = \"...\".")
        if not isinstance(value, str) or (key in self.table and not value.strip()):
            raise self.wrong(f"'{key}' is to be a text that is not empty; put it in quotes.")
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """The list of texts of a key; empty where it is not given."""
        value = self.table.get(key, [])
        if not isinstance(value, list | tuple) or not all(isinstance(one, str) for one in value):
            raise self.wrong(f"'{key}' is to be a list of texts, such as {key} = [\"a.example\"].")
        return tuple(value)

    def number(self, key: str, highest: int, default: int) -> int:
        """The whole number of a key, from 1."""
        value = self.table.get(key, default)
        if type(value) is not int or not 1 <= value <= highest:
            raise self.wrong(f"'{key}' is to be a whole number from 1 to {highest}, unquoted.")
        return value

    def choice(self, key: str, choices: Iterable[str], default: str) -> str:
        """The text of a key that has only these."""
        value = self.text(key, default)
        if value not in choices:
            raise self.wrong(f"'{key}' cannot be '{value}'; {hint(value, choices)}")
        return value

    def sender(self, default: str | None = None) -> str:
        """The mail address that messages come from."""
        value = self.text("from", default)
        if not is_mail_address(value):
            raise self.wrong("'from' is to be one plain mail address, such as casetrail@a.example.")
        return value

    def host(self) -> str:
        """The name or number of a mail server."""
        value = self.text("host")
        if not _HOST.fullmatch(value):
            raise self.wrong("'host' is to be the name or the number of a mail server alone.")
        return value

    def file(self, key: str) -> str | None:
        """The path of a file, counted from the folder of config.toml."""
        value = self.text(key, "")
        return str(self.folder / value) if value else None

    def secret(self, what: str) -> tuple[str, str] | None:
        """What the file of `<what>_file` or the variable of `<what>_env` holds, and which it was.

        None where neither is given: a secret never stands in config.toml.
        """
        file, variable = self.text(f"{what}_file", ""), self.text(f"{what}_env", "")
        if file and variable:
            raise self.wrong(f"'{what}_file' and '{what}_env' are both given; keep one of them.")
        if not file and not variable:
            return None
        if variable:
            return self.environment.get(variable, "").rstrip("\r\n"), variable
        return self._held(f"{what}_file", self.folder / file).rstrip("\r\n"), file

    def secret_needed(self, what: str) -> tuple[str, str]:
        """The same, where there is no going on without it."""
        found = self.secret(what)
        if found is None:
            raise self.wrong(f"'{what}_file' is missing; add {what}_file = \"...\".")
        return found

    def _held(self, key: str, path: Path) -> str:
        try:
            if path.stat().st_mode & 0o077:
                raise self.wrong(f"{path} is open to other accounts; use: chmod 600 {path}")
            return path.read_text("ascii", "replace")
        except OSError as error:
            raise self.wrong(
                f"{path} cannot be read ({error.strerror}); give {key} a file that can."
            ) from None


def hint(wrong: str, known: Iterable[str]) -> str:
    """What was probably meant, or all that could have been."""
    # Only a mistake pays for what compares names.
    from difflib import get_close_matches

    near = get_close_matches(wrong, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known are: {', '.join(known)}." if known else "it has none."
