"""Messages sent as mail with an invitation for the day by which something is to be done.

Calendars take it as RFC 5545 and RFC 6047 have it. A message without such a day is a plain mail.
"""

from __future__ import annotations

import base64
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from typing import Final

from notifiers.file import headed, letter, readable
from notifiers.message import Message, body, subject
from notifiers.smtp import SmtpNotifier

LONGEST_LINE: Final = 75
"""Bytes of a line of an invitation, without its end (RFC 5545 s.3.1)."""

_ESCAPED: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})


class CalendarNotifier(SmtpNotifier):
    """Sends each message as one mail with one event; a repeat changes the event it made."""

    name = "calendar"

    def letter(self, message: Message) -> bytes:
        """The mail for a message, with an invitation if it has a day."""
        moment = self.now()
        if not message.due_on:
            return letter(message, self.sender, moment)
        mark = f"=_{_key(message)}"
        invited = base64.encodebytes(invitation(message, self.sender, moment))
        parts = (
            readable(message),
            (
                {
                    "Content-Type": 'text/calendar; charset="utf-8"; method=REQUEST',
                    "Content-Transfer-Encoding": "base64",
                },
                invited.replace(b"\n", b"\r\n"),
            ),
        )
        content = b"".join(
            f"--{mark}\r\n".encode() + _lines(headers).encode() + b"\r\n" + text + b"\r\n"
            for headers, text in parts
        )
        kind = {"Content-Type": f'multipart/alternative;\r\n boundary="{mark}"'}
        return headed(message, self.sender, moment, kind) + content + f"--{mark}--\r\n".encode()


def invitation(message: Message, sender: str, moment: datetime) -> bytes:
    """An event of one whole day, in the same bytes for the same message and moment."""
    day = date.fromisoformat(message.due_on)
    lines = [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//Casetrail//Casetrail//EN",
        "METHOD:REQUEST",
        "BEGIN:VEVENT",
        f"UID:{_key(message)}@calendar.casetrail.invalid",
        "SEQUENCE:0",
        f"DTSTAMP:{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}",
        f"DTSTART;VALUE=DATE:{day:%Y%m%d}",
        f"DTEND;VALUE=DATE:{day + timedelta(days=1):%Y%m%d}",
        f"SUMMARY:{subject(message).translate(_ESCAPED)}",
        f"DESCRIPTION:{body(message).translate(_ESCAPED)}",
        f"ORGANIZER;CN=Casetrail:mailto:{sender}",
        f"ATTENDEE;PARTSTAT=NEEDS-ACTION;RSVP=FALSE:mailto:{message.to}",
        *([f"URL:{message.link}"] if message.link else []),
        f"PRIORITY:{1 if message.urgent else 5}",
        "STATUS:CONFIRMED",
        "TRANSP:TRANSPARENT",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return b"".join(map(_folded, lines))


def _key(message: Message) -> str:
    """What the event is known by at every repeat; it tells nothing of the case."""
    return sha256(f"{message.reference}\0{message.id}".encode()).hexdigest()[:40]


def _folded(line: str) -> bytes:
    """One line as many, none of which ends inside a character."""
    folded, last = b"", b""
    for character in line:
        coded = character.encode()
        if len(last) + len(coded) > LONGEST_LINE:
            folded, last = folded + last + b"\r\n", b" "
        last += coded
    return folded + last + b"\r\n"


def _lines(headers: dict[str, str]) -> str:
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items())
