"""Whether a command is done here or at a server, and at which."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from typing import Any

from engine.cli import own_folders
from engine.cli.remote.address import Server, server
from engine.cli.state import State
from engine.errors import ConfigError, UsageError
from engine.verbs.table import LOCAL

OF_A_CLIENT = ("sign-in", "sign-out", "completion")
"""Commands that are about the server, and are done here."""
WITHOUT_A_STORE = ("init", "demo", "workflow new", "workflow schema", "workflow test")
"""Local commands that need nothing of what stands in a config.toml."""
KEYS = ("server", "ca", "proxy")


def chosen(called: str, state: State, options: Mapping[str, Any]) -> Server | None:
    """The server at which a command is to be done; None where it is done here.

    `--server` says so, or CASETRAIL_SERVER, or the file of whoever types. The last two give way to
    `--config`, which names a store of this machine. Raises UsageError and ConfigError.
    """
    found = named(state)
    if found is None or called in OF_A_CLIENT:
        return found
    if options.get("config"):
        if state.server is None:
            return None
        raise UsageError(
            "--config names a store of this machine, and --server another; leave out one of them."
        )
    if called in LOCAL:
        if state.server is None and called in WITHOUT_A_STORE:
            return None
        raise UsageError(_is_local(called, state))
    if options.get("as_person"):
        raise UsageError(
            "Who you are at a server is said by how you signed in; leave out --as, or sign in "
            "there as somebody else."
        )
    return found


def named(state: State) -> Server | None:
    """The server that is named anywhere, the first that is. Raises UsageError and ConfigError."""
    own = _own_file()
    address = state.server
    if address is None:
        address = os.environ.get("CASETRAIL_SERVER", "") or own.get("server", "")
        if not address:
            return None
    ca = state.server_ca or os.environ.get("CASETRAIL_SERVER_CA", "") or own.get("ca", "")
    return server(address, ca, os.environ.get("CASETRAIL_PROXY", "") or own.get("proxy", ""))


def _is_local(called: str, state: State) -> str:
    why = f"`{called}` is done where the store is, and not at a server: {LOCAL[called]}."
    if state.server is not None:
        return f"{why} Leave out --server."
    return f"{why} Give --config FILE for a store of this machine."


def _own_file() -> dict[str, str]:
    """What the file of whoever types says of its server. Raises ConfigError."""
    name = own_folders.client_file()
    try:
        with open(name, "rb") as file:
            known = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError):
        raise ConfigError(f"{name} cannot be read; it is a TOML file.") from None
    held = known.get("client", {})
    if set(known) - {"client"} or not isinstance(held, dict) or set(held) - set(KEYS):
        raise ConfigError(f"{name} holds [client] with {', '.join(KEYS)}, and nothing else.")
    if not all(isinstance(value, str) for value in held.values()):
        raise ConfigError(f"What {name} holds is written in quotes.")
    return held
