"""Notices that the ticks have stopped: then nobody is reminded, and every command says so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.calendars import LONDON, Calendar, at_local
from engine.canonical import parse
from engine.dates import short_day
from engine.errors import TrailError
from engine.service import access, starting
from engine.service.workplace import Workplace


def warning(place: Workplace) -> str:
    """What to say when no tick has run for a working day; nothing otherwise.

    A store that never ticked counts from its first event.
    """
    try:
        ticked = starting.last_tick(place)
        since = _began(place) if ticked is None else datetime.fromtimestamp(ticked / 1e6, UTC)
    except TrailError as error:
        return str(error)
    if since is None or place.clock() <= _a_working_day_after(_calendar(place), since):
        return ""
    local = since.astimezone(ZoneInfo(LONDON))
    when = f"{short_day(local.date())} {local:%H:%M}"
    quiet = f"No tick has run since {when}" if ticked else f"No tick has ever run, since {when}"
    return f"{quiet}: nobody is reminded of anything. Start `casetrail worker`."


def _calendar(place: Workplace) -> Calendar:
    return place.own_calendar


def _began(place: Workplace) -> datetime | None:
    with place.database.read() as tx:
        texts = place.store.events(tx, access.STORE)
    try:
        return datetime.fromisoformat(parse(texts[0])["recorded"]) if texts else None
    except (ValueError, TypeError, KeyError):
        raise TrailError("The first event was altered; run `casetrail audit verify`.") from None


def _a_working_day_after(calendar: Calendar, since: datetime) -> datetime:
    local = since.astimezone(ZoneInfo(LONDON))
    following = calendar.add_working_days(local.date(), 1)
    if calendar.is_working(local.date()):
        return at_local(following, local.hour, local.minute)
    return at_local(following + timedelta(days=1), 0)
