"""The partnership that is served, as its config.toml says it now: who has left is out at once."""

from __future__ import annotations

import os
import threading
from pathlib import Path

from engine import bootstrap, posting
from engine.config import Settings
from engine.errors import ConfigError
from engine.service.accounts.openid.provider import TIMEOUT, Provider
from engine.service.accounts.openid.secret import client_secret
from engine.service.workplace import Workplace
from engine.vouching import OpenId

DOOR = "http"

State = tuple[int, int, int, int]


class Partnership:
    """A partnership at work; its settings are read again where the file has changed."""

    def __init__(self, config: Path) -> None:
        self._config, self._lock = config, threading.Lock()
        self._provider: Provider | None = None
        self._providing = threading.Lock()
        self._state = _state(config)
        settings = bootstrap.settings(str(config))
        self._store = _store(settings)
        self._both = (bootstrap.workplace(settings).at(DOOR), settings)

    def place(self) -> Workplace:
        """The partnership at work. Raises ConfigError while the settings cannot be used."""
        return self.both()[0]

    def both(self) -> tuple[Workplace, Settings]:
        """The partnership at work, and the settings by which it is. Raises ConfigError."""
        if _state(self._config) != self._state:
            with self._lock:
                self._renew()
        return self._both

    def provider(self) -> Provider | None:
        """The provider at which people sign in, if there is one. Raises ConfigError."""
        terms = self.both()[1].openid
        with self._providing:
            if terms is None:
                self._provider = None
            elif self._provider is None or self._provider.terms != terms:
                self._provider = _provider(terms)
            return self._provider

    def close(self) -> None:
        """Close the store."""
        self._both[0].database.close()

    def _renew(self) -> None:
        state = _state(self._config)
        if state == self._state:
            return
        settings = bootstrap.settings(str(self._config))
        if _store(settings) != self._store:
            raise ConfigError("The store or the keys of config.toml are others now; start again.")
        self._both = (bootstrap.renewed(self._both[0], settings), settings)
        self._state = state


def _provider(terms: OpenId) -> Provider:
    def secret() -> str:
        return client_secret(terms.client_secret_file)

    return Provider(terms, secret, posting.asking(terms, TIMEOUT))


def _state(config: Path) -> State:
    """By what a file that was written anew is known. Raises ConfigError where it has gone."""
    try:
        known = os.stat(config)
    except OSError:
        raise ConfigError("config.toml has gone.") from None
    return (known.st_ino, known.st_size, known.st_mtime_ns, known.st_ctime_ns)


def _store(settings: Settings) -> tuple[str, Path, Path]:
    return (settings.database, settings.folder, settings.keys)
