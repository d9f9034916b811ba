"""Reads what mail servers send back: reports on delivery (RFC 3464) of messages of ours. Pure."""

from __future__ import annotations

import email
import re
from collections.abc import Iterator
from email.message import Message
from typing import Literal, NamedTuple

Action = Literal["delivered", "failed", "delayed"]

OURS = re.compile(r"<([A-Za-z0-9][A-Za-z0-9._-]{0,99})@log\.casetrail\.invalid>", re.IGNORECASE)
"""The Message-ID that every mail of ours has."""
_RETURNED = ("message/rfc822", "message/global", "text/rfc822-headers", "message/global-headers")


class Report(NamedTuple):
    """What a mail server says of a message of ours."""

    message: str
    action: Action


def read_report(mail: bytes) -> Report | None:
    """What a mail reports; None for one that is no report on a message of ours.

    Where it is about several recipients, what failed counts before what is delayed or delivered.
    """
    try:
        report = email.message_from_bytes(mail)
        if report.get_content_type() != "multipart/report" or not report.is_multipart():
            return None
        actions = set(_actions(report))
        message = _returned(report)
    except (LookupError, ValueError, TypeError, AttributeError, RecursionError):
        # The standard library stumbles over some of what is no mail at all.
        return None
    order: tuple[Action, ...] = ("failed", "delayed", "delivered")
    action = next((one for one in order if one in actions), None)
    return Report(message, action) if message and action else None


def _actions(report: Message) -> Iterator[str]:
    for part in _parts(report):
        if part.get_content_type() in ("message/delivery-status", "message/global-delivery-status"):
            for block in _blocks(part):
                yield str(block.get("Action", "")).strip().lower().partition(" ")[0]


def _blocks(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [one for one in payload if isinstance(one, Message)] if isinstance(payload, list) else []


def _returned(report: Message) -> str:
    """The id of the message that is reported on, by the headers that came back with it."""
    for part in _parts(report):
        if part.get_content_type() not in _RETURNED:
            continue
        blocks = _blocks(part) or [email.message_from_string(str(part.get_payload()))]
        for block in blocks:
            if found := OURS.search(str(block.get("Message-ID", ""))):
                return found[1]
    return ""


def _parts(report: Message) -> list[Message]:
    """The parts of the report itself: what came back with it is not looked into."""
    return _blocks(report)
