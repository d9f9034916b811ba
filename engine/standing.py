"""The bank holidays that each jurisdiction has every year, for years whose list is not published.

They are provisional: a proclamation may move any of them, and add others.
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

from engine.dates import month_end

ENGLAND_AND_WALES = "England and Wales"
SCOTLAND = "Scotland"
NORTHERN_IRELAND = "Northern Ireland"
JURISDICTIONS = (ENGLAND_AND_WALES, SCOTLAND, NORTHERN_IRELAND)

_DAY = timedelta(days=1)


@lru_cache(maxsize=2048)
def standing_holidays(year: int, jurisdiction: str = ENGLAND_AND_WALES) -> dict[date, str]:
    """The bank holidays of a jurisdiction in a year whose list is not published.

    Christmas Day and Good Friday by common law, the others by the Banking and Financial Dealings
    Act 1971, the yearly proclamations, and in Scotland the St Andrew's Day Bank Holiday (Scotland)
    Act 2007; a weekend one moves to the next free weekday. Raises KeyError for a jurisdiction that
    is not one of `JURISDICTIONS`.
    """
    own = {
        ENGLAND_AND_WALES: _england_and_wales,
        SCOTLAND: _scotland,
        NORTHERN_IRELAND: _northern_ireland,
    }[jurisdiction]
    return dict(sorted({**_everywhere(year), **own(year)}.items()))


def _everywhere(year: int) -> dict[date, str]:
    christmas = date(year, 12, 25).weekday()
    return {
        _easter(year) - 2 * _DAY: "Good Friday",
        _monday_from(date(year, 5, 1)): "Early May bank holiday",
        _last_monday(year, 5): "Spring bank holiday",
        date(year, 12, 27 if christmas > 4 else 25): "Christmas Day",
        date(year, 12, {4: 28, 5: 28}.get(christmas, 26)): "Boxing Day",
    }


def _england_and_wales(year: int) -> dict[date, str]:
    return {
        _weekday_from(date(year, 1, 1)): "New Year's Day",
        _easter(year) + _DAY: "Easter Monday",
        _last_monday(year, 8): "Summer bank holiday",
    }


def _scotland(year: int) -> dict[date, str]:
    new_year = _weekday_from(date(year, 1, 1))
    return {
        new_year: "New Year's Day",
        _weekday_from(max(new_year + _DAY, date(year, 1, 2))): "2nd January",
        _monday_from(date(year, 8, 1)): "Summer bank holiday",
        _weekday_from(date(year, 11, 30)): "St Andrew's Day",
    }


def _northern_ireland(year: int) -> dict[date, str]:
    return {
        **_england_and_wales(year),
        _weekday_from(date(year, 3, 17)): "St Patrick's Day",
        _weekday_from(date(year, 7, 12)): "Battle of the Boyne (Orangemen's Day)",
    }


def _weekday_from(day: date) -> date:
    return _monday_from(day) if day.weekday() > 4 else day


def _monday_from(day: date) -> date:
    return day + timedelta(days=-day.weekday() % 7)


def _last_monday(year: int, month: int) -> date:
    end = month_end(year, month)
    return end - timedelta(days=end.weekday())


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Jones and Butcher)."""
    century = year // 100
    golden = year % 19
    corrected = century - century // 4 - (8 * century + 13) // 25
    epact = (19 * golden + corrected + 15) % 30
    epact -= (epact // 28) * (1 - (29 // (epact + 1)) * ((21 - golden) // 11))
    weekday = (year + year // 4 + epact + 2 - century + century // 4) % 7
    month = 3 + (epact - weekday + 40) // 44
    return date(year, month, epact - weekday + 28 - 31 * (month // 4))
