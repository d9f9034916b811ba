from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from engine.calendars import at_local
from engine.preferences import LONGEST, Preference, Quiet, Telling, next_digest, waits_until
from tests.worlds import CALENDAR

LONDON = ZoneInfo("Europe/London")
NIGHT = Preference(quiet=Quiet(time(18), time(8)))
OFF = Preference(quiet=Quiet(time(18), time(8), days_off=True))
DAILY = Preference(digest="08:30")
HOURLY = Preference(digest="hourly", quiet=Quiet(time(18), time(8), days_off=True))
MINUTE = timedelta(minutes=1)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=LONDON).astimezone(UTC)


def waits(wish: Preference, now: str, **told: object) -> str:
    """Until when a message waits, in local time; "" for one that goes out at once."""
    telling = Telling(**told)  # type: ignore[arg-type]
    found = waits_until(wish, telling, at(now), CALENDAR)
    return f"{found.astimezone(LONDON):%Y-%m-%d %H:%M}" if found else ""


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-25 17:59", ""),
        ("2026-11-25 18:00", "2026-11-26 08:00"),
        ("2026-11-26 07:59", "2026-11-26 08:00"),
        ("2026-11-26 08:00", ""),
        ("2026-11-28 12:00", ""),
    ],
)
def test_what_is_not_urgent_waits_until_the_quiet_ends(now: str, until: str) -> None:
    assert waits(NIGHT, now) == until


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-27 18:00", "2026-11-30 08:00"),
        ("2026-11-28 12:00", "2026-11-30 08:00"),
        ("2026-12-24 19:00", "2026-12-29 08:00"),
        ("2026-12-28 10:00", "2026-12-29 08:00"),
        ("2026-12-29 10:00", ""),
    ],
)
def test_weekends_and_bank_holidays_are_quiet_where_it_is_said(now: str, until: str) -> None:
    assert waits(OFF, now) == until


def test_days_off_alone_end_at_midnight() -> None:
    wish = Preference(quiet=Quiet(days_off=True))
    assert waits(wish, "2026-11-28 12:00") == "2026-11-30 00:00"
    assert waits(wish, "2026-11-30 00:00") == ""


@pytest.mark.parametrize("wish", [NIGHT, OFF, DAILY, HOURLY])
def test_what_is_urgent_never_waits(wish: Preference) -> None:
    moment = at("2026-12-24 00:00")
    while moment < at("2027-01-05 00:00"):
        assert waits_until(wish, Telling(urgent=True), moment, CALENDAR) is None
        moment += timedelta(minutes=30)


@pytest.mark.parametrize(
    ("by_when", "until"),
    [
        ("2026-11-27", ""),
        ("2026-11-29", ""),
        ("2026-11-30", "2026-11-30 08:00"),
        ("2026-11-26", "2026-11-30 08:00"),
        ("", "2026-11-30 08:00"),
    ],
)
def test_nothing_waits_beyond_the_day_by_which_it_is_to_be_done(by_when: str, until: str) -> None:
    assert waits(OFF, "2026-11-27 18:30", by_when=by_when) == until


@pytest.mark.parametrize(
    ("due", "now", "until"),
    [
        ("2026-11-25 17:59", "2026-11-25 18:04", "2026-11-26 08:00"),
        ("2026-11-25 18:04", "2026-11-25 18:05", "2026-11-26 08:00"),
        ("2026-11-25 08:00", "2026-11-25 20:00", ""),
        ("2026-11-25 08:00", "2026-11-26 02:00", ""),
        ("2026-11-25 19:00", "2026-11-25 23:00", "2026-11-26 08:00"),
    ],
)
def test_what_nobody_was_there_to_send_in_time_goes_out_even_in_the_quiet(
    due: str, now: str, until: str
) -> None:
    assert waits(NIGHT, now, due=at(due)) == until


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-25 08:29", "2026-11-25 08:30"),
        ("2026-11-25 08:30", "2026-11-26 08:30"),
        ("2026-11-27 09:00", "2026-11-30 08:30"),
        ("2026-12-24 09:00", "2026-12-29 08:30"),
    ],
)
def test_a_daily_digest_goes_out_on_the_next_working_day(now: str, until: str) -> None:
    assert waits(DAILY, now) == until


@pytest.mark.parametrize(
    ("now", "until"),
    [
        ("2026-11-25 09:15", "2026-11-25 10:00"),
        ("2026-11-25 17:15", "2026-11-26 08:00"),
        ("2026-11-27 17:15", "2026-11-30 08:00"),
    ],
)
def test_an_hourly_digest_goes_out_on_the_hour_but_not_in_the_quiet(now: str, until: str) -> None:
    assert waits(HOURLY, now) == until


def test_what_is_due_before_the_next_digest_goes_out_by_itself() -> None:
    assert waits(DAILY, "2026-11-25 09:00", by_when="2026-11-25") == ""
    assert waits(DAILY, "2026-11-25 09:00", by_when="2026-11-26") == "2026-11-26 08:30"
    wish = Preference(digest="12:00", quiet=NIGHT.quiet)
    assert waits(wish, "2026-11-27 18:30", by_when="2026-11-28") == "2026-11-28 08:00"


def test_what_has_waited_for_a_digest_goes_out_then() -> None:
    assert waits(DAILY, "2026-11-25 08:30", due=at("2026-11-25 08:30")) == ""


NIGHTS = [
    Quiet(time(18), time(8)),
    Quiet(time(22), time(1, 30)),
    Quiet(time(1, 15), time(1, 45)),
    Quiet(time(0, 30), time(2)),
    Quiet(time(1, 30), time(0, 50)),
    Quiet(time(22), time(2, 30), days_off=True),
]


@pytest.mark.parametrize("night", [date(2026, 3, 28), date(2026, 10, 24), date(2026, 7, 10)])
@pytest.mark.parametrize("quiet", NIGHTS)
def test_the_quiet_ends_at_the_first_minute_that_is_not_quiet_when_clocks_change(
    quiet: Quiet, night: date
) -> None:
    """The oracle looks at every minute of three days."""
    wish = Preference(quiet=quiet)
    start = at_local(night, 12)
    loud = [not _is_quiet(quiet, start + MINUTE * number) for number in range(3 * 24 * 60)]
    for number in range(22 * 60):
        moment = start + MINUTE * number
        found = waits_until(wish, Telling(), moment, CALENDAR)
        expected = moment + MINUTE * loud[number:].index(True) if not loud[number] else None
        assert found == expected, moment


def _is_quiet(quiet: Quiet, moment: datetime) -> bool:
    shown = f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"
    day, hour = date.fromisoformat(shown[:10]), shown[11:]
    if quiet.days_off and day.weekday() > 4:
        return True
    if quiet.since is None or quiet.until is None:
        return False
    since, until = f"{quiet.since:%H:%M}", f"{quiet.until:%H:%M}"
    return since <= hour < until if since < until else not until <= hour < since


@pytest.mark.parametrize(
    ("digest", "expected"),
    [
        ("08:30", ["2026-10-23T07:30", "2026-10-26T08:30"]),
        ("hourly", ["2026-10-22T23:00", "2026-10-26T00:00"]),
    ],
)
def test_a_digest_goes_out_at_the_same_local_hour_before_and_after_clocks_change(
    digest: str, expected: list[str]
) -> None:
    wish = Preference(digest=digest)
    first = next_digest(wish, at("2026-10-23 00:00") - MINUTE, CALENDAR)
    assert first is not None
    then = next_digest(wish, at("2026-10-23 23:30"), CALENDAR)
    assert then is not None
    assert [f"{one:%Y-%m-%dT%H:%M}" for one in (first, then)] == expected


def test_nothing_waits_longer_than_eight_days() -> None:
    never = Preference(quiet=Quiet(time(8), time(7, 59), days_off=True))
    moment = at("2026-12-20 00:00")
    while moment < at("2027-01-05 00:00"):
        for wish in (OFF, DAILY, HOURLY, never):
            until = waits_until(wish, Telling(), moment, CALENDAR)
            assert until is None or moment < until <= moment + LONGEST
        moment += timedelta(minutes=20)
