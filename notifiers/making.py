"""Makes a notifier from its table in config.toml; every one of them is in the table MAKERS."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, TextIO

from engine.errors import ConfigError
from notifiers.message import Notifier, is_mail_address

_LABEL = r"[A-Za-z0-9-]{1,63}"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*|[0-9A-Fa-f]*:[0-9A-Fa-f:]+")


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a notifier is given, so that it need not take it from the machine."""

    now: Callable[[], datetime]
    stream: TextIO
    """Where the console notifier writes."""
    folder: Path
    """The folder of config.toml, from which its relative paths are counted."""
    environment: Mapping[str, str]


def build(name: str, table: Mapping[str, object], wiring: Wiring) -> Notifier:
    """Make the notifier of this name from its table in config.toml.

    Raises ConfigError for a name, key or value that is not known, with the nearest that is.
    """
    if name not in MAKERS:
        raise ConfigError(f"config.toml: there is no notifier '{name}'; {_hint(name, MAKERS)}")
    return MAKERS[name](table, wiring)


def _console(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    from notifiers.console import ConsoleNotifier

    _Settings("console", table, ())
    return ConsoleNotifier(wiring.stream)


def _file(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    from notifiers.file import FileNotifier

    settings = _Settings("file", table, ("folder", "from"))
    folder = wiring.folder / settings.text("folder")
    return FileNotifier(folder, settings.sender("casetrail@casetrail.invalid"), wiring.now)


def _smtp(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    from notifiers.smtp import PORTS, Server, SmtpNotifier

    keys = ("host", "port", "tls", "from", "login_file", "login_env", "ca_file", "timeout")
    settings = _Settings("smtp", table, keys)
    tls = settings.choice("tls", PORTS, "starttls")
    ca_file = settings.text("ca_file", "")
    server = Server(
        host=settings.host(),
        port=settings.number("port", 65535, PORTS[tls]),
        tls=tls,
        sender=settings.sender(),
        timeout=settings.number("timeout", 300, 15),
        login=_login(settings, wiring),
        ca_file=str(wiring.folder / ca_file) if ca_file else None,
    )
    return SmtpNotifier(server, wiring.now)


MAKERS: Final[Mapping[str, Callable[[Mapping[str, object], Wiring], Notifier]]] = {
    "console": _console,
    "file": _file,
    "smtp": _smtp,
}
"""What makes each notifier from its table in config.toml."""


@dataclass(frozen=True, slots=True)
class _Settings:
    """One notifier's table in config.toml, read key by key."""

    name: str
    table: Mapping[str, object]
    keys: tuple[str, ...]

    def __post_init__(self) -> None:
        for key in self.table:
            if key not in self.keys:
                raise self.wrong(f"there is no key '{key}'; {_hint(key, self.keys)}")

    def wrong(self, problem: str) -> ConfigError:
        return ConfigError(f"config.toml, [notify.{self.name}]: {problem}")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.table.get(key, default)
        if value is None:
            raise self.wrong(f"'{key}' is missing; add {key} = \"...\".")
        if not isinstance(value, str) or (key in self.table and not value.strip()):
            raise self.wrong(f"'{key}' is to be a text that is not empty; put it in quotes.")
        return value

    def number(self, key: str, highest: int, default: int) -> int:
        value = self.table.get(key, default)
        if type(value) is not int or not 1 <= value <= highest:
            raise self.wrong(f"'{key}' is to be a whole number from 1 to {highest}, unquoted.")
        return value

    def choice(self, key: str, choices: Iterable[str], default: str) -> str:
        value = self.text(key, default)
        if value not in choices:
            raise self.wrong(f"'{key}' cannot be '{value}'; {_hint(value, choices)}")
        return value

    def sender(self, default: str | None = None) -> str:
        value = self.text("from", default)
        if not is_mail_address(value):
            raise self.wrong("'from' is to be one plain mail address, such as casetrail@a.example.")
        return value

    def host(self) -> str:
        value = self.text("host")
        if not _HOST.fullmatch(value):
            raise self.wrong("'host' is to be the name or the number of a mail server alone.")
        return value


def _login(settings: _Settings, wiring: Wiring) -> tuple[str, str] | None:
    """Read "user name:password" from where config.toml says; it never stands in config.toml."""
    file, variable = settings.text("login_file", ""), settings.text("login_env", "")
    if file and variable:
        raise settings.wrong("'login_file' and 'login_env' are both given; keep one of them.")
    if not file and not variable:
        return None
    secret = _secret(settings, wiring.folder / file) if file else wiring.environment.get(variable)
    username, _, password = (secret or "").rstrip("\r\n").partition(":")
    if not (username and password and (username + password).isascii()):
        raise settings.wrong(
            f"{file or variable} is to hold the login as user name:password, in plain letters."
        )
    return username, password


def _secret(settings: _Settings, path: Path) -> str:
    try:
        if path.stat().st_mode & 0o077:
            raise settings.wrong(f"{path} is open to other accounts; use: chmod 600 {path}")
        return path.read_text("ascii", "replace")
    except OSError as error:
        raise settings.wrong(
            f"{path} cannot be read ({error.strerror}); give login_file a file that can."
        ) from None


def _hint(wrong: str, known: Iterable[str]) -> str:
    # Only a mistake pays for what compares names.
    from difflib import get_close_matches

    near = get_close_matches(wrong, known, n=1, cutoff=0.5)
    if near:
        return f"did you mean '{near[0]}'?"
    return f"known are: {', '.join(known)}." if known else "it has none."
