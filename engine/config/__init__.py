"""What config.toml says: the partnership, its store, who belongs to it and how they are told."""

from __future__ import annotations

from engine.config.reading import located, misplaced, read
from engine.config.settings import Notify, Settings, person_of_account
from engine.directory import directory_digest, directory_plain

__all__ = [
    "Notify",
    "Settings",
    "directory_digest",
    "directory_plain",
    "located",
    "misplaced",
    "person_of_account",
    "read",
]
