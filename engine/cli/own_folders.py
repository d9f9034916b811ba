"""The folders of whoever types: what they have set for themselves, and what is kept for them."""

from __future__ import annotations

import os
import sys

NAME = "casetrail"


def client_file() -> str:
    """Where somebody says at which server they work: `client.toml` among their own settings."""
    return os.path.join(_folder("XDG_CONFIG_HOME", "APPDATA", ".config"), "client.toml")


def state_folder() -> str:
    """Where what is kept for somebody on this machine is, such as that they have signed in."""
    return _folder("XDG_STATE_HOME", "LOCALAPPDATA", os.path.join(".local", "state"))


def _folder(free: str, windows: str, usual: str) -> str:
    """The folder that the system has for it; `free` is the variable by which it is moved."""
    if chosen := os.environ.get(free, ""):
        return os.path.join(chosen, NAME)
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        return os.path.join(os.environ.get(windows, "") or home, NAME)
    if sys.platform == "darwin":
        return os.path.join(home, "Library", "Application Support", NAME)
    return os.path.join(home, usual, NAME)
