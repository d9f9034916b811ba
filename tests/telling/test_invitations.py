"""Mails that invite to the day by which something is to be done."""

from __future__ import annotations

import email
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from email import policy
from email.message import EmailMessage
from pathlib import Path

import icalendar
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import ConfigError, DeliveryError
from notifiers.calendar import LONGEST_LINE, invitation
from notifiers.making import build
from notifiers.message import LIMITS, Message, body, subject
from tests.channels import calendar_notifier
from tests.mailing import MESSAGE, NOW, SENDER, Inbox, mail_server, read_mail, refused, wiring

DUE = replace(MESSAGE, due_on="2026-11-27")
WORDS = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=300)


def event_of(text: bytes) -> icalendar.Event:
    calendar = icalendar.Calendar.from_ical(text)
    assert calendar["METHOD"] == "REQUEST"
    assert calendar.errors == []
    [event] = calendar.walk("VEVENT")
    assert event.errors == []
    return event


def sent(folder: Path, message: Message) -> bytes:
    inbox = Inbox()
    with mail_server(inbox) as port:
        calendar_notifier(folder, port).send(message)
    assert inbox.recipients == [message.to]
    [mail] = inbox.mails
    return mail


def parts(mail: bytes) -> tuple[EmailMessage, EmailMessage]:
    read = email.message_from_bytes(mail, policy=policy.default)
    assert read.get_content_type() == "multipart/alternative"
    assert not read.defects
    said, invited = read.iter_parts()
    assert isinstance(said, EmailMessage)
    assert isinstance(invited, EmailMessage)
    assert [*said.defects, *invited.defects] == []
    return said, invited


def test_an_invitation_is_for_the_whole_day_and_names_nobody() -> None:
    event = event_of(invitation(DUE, SENDER, NOW))
    assert event.decoded("DTSTART") == date(2026, 11, 27)
    assert event.decoded("DTEND") == date(2026, 11, 28)
    assert event.decoded("DTSTAMP") == NOW
    assert event["SUMMARY"] == subject(DUE)
    assert event["DESCRIPTION"] == body(DUE)
    assert event["URL"] == DUE.link
    assert event["ORGANIZER"] == f"mailto:{SENDER}"
    assert event["ATTENDEE"] == f"mailto:{DUE.to}"
    assert event["ATTENDEE"].params["RSVP"] == "FALSE"
    assert event["TRANSP"] == "TRANSPARENT"
    assert set(event["ORGANIZER"].params) == {"CN"}
    assert event["ORGANIZER"].params["CN"] == "Casetrail"
    assert "CN" not in event["ATTENDEE"].params


def test_a_mail_says_it_to_people_and_to_their_calendars(tmp_path: Path) -> None:
    said, invited = parts(sent(tmp_path, DUE))
    assert said.get_content().replace("\r\n", "\n") == body(DUE)
    assert invited.get_content_type() == "text/calendar"
    assert invited.get_param("method") == "REQUEST"
    content = invited.get_payload(decode=True)
    assert content == invitation(DUE, SENDER, NOW)


def test_a_message_without_a_day_is_a_plain_mail(tmp_path: Path) -> None:
    mail = sent(tmp_path, MESSAGE)
    assert email.message_from_bytes(mail, policy=policy.default).get_content_type() == "text/plain"
    assert read_mail(mail).text == body(MESSAGE)


def test_the_same_message_at_the_same_moment_is_the_same_bytes(tmp_path: Path) -> None:
    def from_where(mail: bytes) -> bytes:
        return mail[mail.index(b"From: Casetrail") :]

    assert from_where(sent(tmp_path, DUE)) == from_where(sent(tmp_path, DUE))
    assert invitation(DUE, SENDER, NOW) == invitation(DUE, SENDER, NOW)


def test_a_repeat_is_the_same_event_and_another_message_another() -> None:
    later = NOW + timedelta(hours=1)
    first = event_of(invitation(DUE, SENDER, NOW))["UID"]
    assert event_of(invitation(DUE, SENDER, later))["UID"] == first
    others = [replace(DUE, id="2"), replace(DUE, reference="CSPR-2026-0008")]
    uids = [event_of(invitation(one, SENDER, NOW))["UID"] for one in others]
    assert len({first, *uids}) == 3
    assert DUE.reference not in first


@given(words=WORDS, role=WORDS)
def test_whatever_is_said_stays_within_its_own_property(words: str, role: str) -> None:
    try:
        message = replace(DUE, what=words, to_role=role[:200], urgent=True)
    except DeliveryError:
        return
    raw = invitation(message, SENDER, NOW)
    event = event_of(raw)
    # icalendar keeps no spaces at the end of a line; what is said of the case has none to lose.
    assert event["SUMMARY"] == subject(message)
    assert event["DESCRIPTION"] == body(message)
    assert len(event.property_items()) == len(
        event_of(invitation(DUE, SENDER, NOW)).property_items()
    )
    assert raw.count(b"\r\n") == raw.count(b"\n") == raw.count(b"\r")
    for line in raw.split(b"\r\n"):
        assert len(line) <= LONGEST_LINE
        line.decode()


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 30)))
def test_every_day_is_itself(day: date) -> None:
    event = event_of(invitation(replace(MESSAGE, due_on=day.isoformat()), SENDER, NOW))
    assert event.decoded("DTSTART") == day
    assert event.decoded("DTEND") - day == timedelta(days=1)


@pytest.mark.parametrize(
    "day", ["2026-11-31", "20261127", "2026-W48-5", "27/11/2026", "tomorrow", "2026-1-1", " "]
)
def test_what_is_no_day_is_refused(day: str) -> None:
    with pytest.raises(DeliveryError, match="'due_on' is not a day") as failure:
        replace(MESSAGE, due_on=day)
    assert not failure.value.again


def test_the_longest_invitation_is_plain_ascii_in_lines_that_every_server_takes(
    tmp_path: Path,
) -> None:
    longest = replace(DUE, what="ŵ\U0001d4d0" * 150, to_role="পরি" * 50, id="x" * LIMITS["id"])
    mail = sent(tmp_path, longest)
    assert mail.isascii()
    assert max(map(len, mail.split(b"\r\n"))) <= 998
    said, invited = parts(mail)
    assert said.get_content().replace("\r\n", "\n") == body(longest)
    content = invited.get_payload(decode=True)
    assert isinstance(content, bytes)
    assert event_of(content)["SUMMARY"] == subject(longest)


def test_an_invitation_needs_a_plain_address(tmp_path: Path) -> None:
    notifier = calendar_notifier(tmp_path, 1)
    assert not refused(notifier, replace(DUE, to="a@c.example,d@e.example")).again


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"from": SENDER}, "'host' is missing"),
        ({"host": "mail.example", "from": SENDER, "tls": "none"}, "only for a mail server on this"),
        ({"host": "mail.example", "from": SENDER, "ca_file": "nowhere"}, "PEM"),
        ({"host": "mail.example", "from": "Casetrail"}, "one plain mail address"),
    ],
)
def test_a_wrong_setting_is_named_with_its_own_table(
    table: Mapping[str, object], says: str, tmp_path: Path
) -> None:
    with pytest.raises(ConfigError) as failure:
        build("calendar", table, wiring(tmp_path))
    assert says in str(failure.value)
    assert str(failure.value).startswith("config.toml, [notify.calendar]: ")
