"""Ways to reach people: one file each, every one of them named in NOTIFIERS.

Every command knows their names; `notifiers.making` is imported only by one that sends.
"""

from __future__ import annotations

from typing import Final

CASETRAIL: Final = True
"""Marks this package as ours: PyPI has another called notifiers."""

NOTIFIERS: Final = (
    "console", "file", "smtp", "calendar", "webhook", "notify", "chat", "command"
)  # fmt: skip
"""Every way to reach people, by the name that config.toml gives it."""
