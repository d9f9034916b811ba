"""Says why messages wait that could not be sent: for each cause how many, and since when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from engine.calendars import LONDON
from engine.dates import short_day
from engine.nouns import count


def said(trouble: Mapping[str, Any]) -> str:
    """One line of it, for people."""
    local = datetime.fromisoformat(trouble["since"]).astimezone(ZoneInfo(LONDON))
    by = f"{trouble['notifier']}: " if trouble["notifier"] else ""
    waiting = count(trouble["messages"], "message")
    verb = "waits" if trouble["messages"] == 1 else "wait"
    return f"{by}{waiting} {verb} since {short_day(local.date())} {local:%H:%M}. {trouble['cause']}"
