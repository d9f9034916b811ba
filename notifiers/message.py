"""What is told to one recipient about one case: its reference, what is to be done, and by when.

A message never holds the name of a child, of a family or of anybody else the case is about.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Protocol

from engine.errors import DeliveryError

LIMITS: Final[Mapping[str, int]] = {
    "id": 100,
    "to": 254,
    "reference": 60,
    "what": 300,
    "to_role": 200,
    "by_when": 100,
    "link": 500,
    "partnership": 200,
    "due_on": 10,
}
"""The most characters that each text of a message may have."""

MOST_OF_ITEM: Final = 900
"""The most characters of one line of a digest."""

REQUIRED: Final = ("id", "to", "reference", "what", "item")

_ID = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*")
_LINK = re.compile(r"https?://\S+")
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAIL_ADDRESS = re.compile(rf"{_WORD}(\.{_WORD})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")
_BREAKS_LINES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_TURNS_TEXT = frozenset({"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"})


@dataclass(frozen=True, slots=True)
class Message:
    """One thin message; one that could break or disguise what is delivered cannot be made."""

    id: str
    """The outbox row's own id: the same at every attempt, and so the name a repeat is known by."""
    to: str
    """Where it goes: a mail address, or whatever the channel calls an address."""
    reference: str
    what: str
    """One sentence, made from the titles in the definition."""
    to_role: str = ""
    by_when: str = ""
    link: str = ""
    items: tuple[str, ...] = ()
    """Of a digest, one line for each message that it stands for: its case, what, by when."""
    urgent: bool = False
    demo: bool = False
    partnership: str = ""
    """The name of the partnership that it comes from."""
    due_on: str = ""
    """The day by which it is to be done, as 2026-11-27; people read `by_when`."""

    def __post_init__(self) -> None:
        """Raise DeliveryError, not to be tried again, that names a field but not what it holds."""
        for field, limit in LIMITS.items():
            fault = _fault(field, getattr(self, field), limit)
            if fault:
                raise DeliveryError(
                    f"A message was refused: its '{field}' {fault}; correct where it comes from.",
                    again=False,
                )
        for item in self.items:
            if fault := _fault("item", item, MOST_OF_ITEM):
                raise DeliveryError(
                    f"A digest was refused: one of its items {fault}; correct where it comes from.",
                    again=False,
                )


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a channel said when it took a message; holds nothing of the message itself."""

    channel: str
    detail: str


class Notifier(Protocol):
    """One way to reach people; to send the same message twice does no harm."""

    @property
    def name(self) -> str:
        """The channel's name in NOTIFIERS and in config.toml."""

    def send(self, message: Message) -> Receipt:
        """Hand the message over, or raise DeliveryError and leave nothing half done."""


class Particular(Protocol):
    """A notifier that can tell by an address alone that it would never reach anybody there."""

    def cannot_reach(self, to: str) -> str:
        """Why not, in a clause that repeats no address; nothing where it may."""


Delivery = Literal[
    "sending", "delivered", "permanent-failure", "temporary-failure", "technical-failure"
]
"""What became of a message after a channel took it: on its way, there, or which way it failed."""


class Tracker(Protocol):
    """A notifier whose channel tells later what became of a message."""

    def delivery(self, receipt: str) -> Delivery:
        """Say it of the message with this detail of a Receipt; raises DeliveryError if not told."""


def thin(message: Message) -> dict[str, str | bool]:
    """The message for another machine: all that it says, and not to whom."""
    return {
        "id": message.id,
        "reference": message.reference,
        "what": message.what,
        "to_role": message.to_role,
        "by_when": message.by_when,
        "due_on": message.due_on,
        "link": message.link,
        "items": "\n".join(message.items),
        "urgent": message.urgent,
        "demo": message.demo,
        "partnership": message.partnership,
    }


def subject(message: Message) -> str:
    """Say in one line which case it is about and what is to be done."""
    marks = ("DEMO: " if message.demo else "") + ("URGENT: " if message.urgent else "")
    return f"{marks}{message.reference}: {message.what}"


def body(message: Message) -> str:
    """Say the whole message in plain text, one line for each thing there is to say."""
    rest = (
        "the cases themselves hold the rest" if message.items else "the case itself holds the rest"
    )
    lines = (
        ("This is a DEMO on made-up people; nobody needs to act on it.", message.demo),
        (f"{message.partnership}: a message from Casetrail.", message.partnership),
        ("This is URGENT.", message.urgent),
        (f"For: {message.to_role}", message.to_role),
        (f"Case: {message.reference}", not message.items),
        (f"What: {message.what}", True),
        *((f"- {item}", True) for item in message.items),
        (f"By when: {message.by_when}", message.by_when),
        (f"Open it: {message.link}", message.link),
        (f"This message names nobody on purpose; {rest}.", True),
    )
    return "".join(f"{line}\n" for line, is_said in lines if is_said)


def is_mail_address(text: str) -> bool:
    """Tell a plain ASCII mail address, the only kind that every mail server accepts."""
    return len(text) <= LIMITS["to"] and _MAIL_ADDRESS.fullmatch(text) is not None


def _fault(field: str, text: str, limit: int) -> str:
    if len(text) > limit:
        return f"is longer than {limit} characters"
    if any(map(_is_harmful, text)):
        return "holds a line break or another control character"
    if field in REQUIRED and not text.strip():
        return "is empty"
    if field == "id" and not _ID.fullmatch(text):
        return "is not made of letters and digits joined by single dots, hyphens or underscores"
    if field == "link" and text and not _LINK.fullmatch(text):
        return "is not a web address"
    if field == "due_on" and text and not _is_day(text):
        return "is not a day such as 2026-11-27"
    return ""


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _is_harmful(character: str) -> bool:
    """Tell what ends a line, cannot be encoded, or makes text read in an order it is not in."""
    return (
        unicodedata.category(character) in _BREAKS_LINES
        or unicodedata.bidirectional(character) in _TURNS_TEXT
    )
