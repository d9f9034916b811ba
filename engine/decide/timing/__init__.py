"""Time: which clocks start, move and end, what fires on them, and what comes late."""

from __future__ import annotations
