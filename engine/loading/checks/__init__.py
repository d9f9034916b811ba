"""What must be so of a process as a whole, when each of its parts is sound by itself."""

from __future__ import annotations
