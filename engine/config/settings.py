"""The values that config.toml is read into."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from engine.config.hooks import Hook
from engine.directory import Directory
from engine.names import NamesPeriod
from engine.service.calls.after import After
from engine.vouching import OpenId


@dataclass(frozen=True, slots=True)
class Notify:
    """How messages are sent."""

    by: str
    """The notifier that sends them."""
    link: str
    """What the link to a case begins with; empty for none."""
    tables: Mapping[str, Mapping[str, object]]
    """What each notifier is told, as it stands in its table."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What config.toml says."""

    file: Path
    """The config.toml itself."""
    log: str
    """The partnership's id: part of every key and of every sealed event."""
    partnership: str
    """The partnership's name."""
    database: str = field(repr=False)
    """sqlite:/// and a whole path, or postgresql://..., which may hold a password."""
    keys: Path
    notify: Notify
    directory: Directory
    names: tuple[NamesPeriod, ...] = ()
    """The partnership's own names, the earliest period first; no two hold on the same day."""
    hooks: Mapping[str, Hook] = field(default_factory=dict)
    """The endpoints that other systems call, by their ids."""
    after: Mapping[str, After] = field(default_factory=dict)
    """The programs that are called after steps, by their ids."""
    inbox: Path | None = None
    """The folder into which systems without HTTP put what they would call with."""

    openid: OpenId | None = None
    """The provider at which people sign in, if there is one."""

    @property
    def folder(self) -> Path:
        """The folder of config.toml, from which its relative paths are counted."""
        return self.file.parent


def person_of_account(settings: Settings, account: str) -> str | None:
    """The id of the one person who has this user name on the operating system, or None."""
    people = settings.directory.people.values()
    return next((one.id for one in people if account and one.account == account), None)
