"""What a partnership puts over a process: which files, over which edition of it."""

from __future__ import annotations

from typing import NamedTuple

SHORTEST_HASH = 12
"""Characters of a content hash that tell it from any other."""


class Overlay(NamedTuple):
    """The files of a partnership that add to a process and tighten it, and what they stand on."""

    name: str
    """The name of their folder."""
    base_edition: str
    base_hash: str
    pinned: str = ""
    """The edition of the base, or the beginning of its hash, for which they were written."""

    @property
    def is_moved(self) -> bool:
        """Whether the base is another than the one for which they were written."""
        return bool(self.pinned) and self.pinned != self.base_edition and not self._is_hash

    @property
    def _is_hash(self) -> bool:
        return len(self.pinned) >= SHORTEST_HASH and self.base_hash.startswith(self.pinned)
