"""What config.toml says: the partnership, its store, who belongs to it and how they are told."""

from __future__ import annotations

from engine.config.reading import read
from engine.config.settings import Notify, Settings, person_of_account

__all__ = ["Notify", "Settings", "person_of_account", "read"]
