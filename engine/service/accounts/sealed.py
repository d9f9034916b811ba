"""What is given to somebody and comes back soon, so that nothing of it need be kept meanwhile.

It is sealed under a key drawn from the partnership's: nobody else can read it, make one, or use it
for something else.
"""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from typing import Final, NamedTuple

from engine.canonical import canonical
from engine.errors import TrailError
from engine.keys import open_value, seal_value
from engine.service.ticking import micros
from engine.service.workplace import Workplace

LONGEST: Final = 4_000
"""Characters of what comes back."""
_KEY: Final = b"casetrail: notes of signing in"


class Note(NamedTuple):
    """What was sealed; it has no short form to print."""

    said: Mapping[str, str]
    until: int
    """In microseconds since 1970 UTC."""

    def __repr__(self) -> str:
        return "Note(...)"


def seal(place: Workplace, purpose: str, said: Mapping[str, str], seconds: int) -> str:
    """Seal a note for so many seconds, as a text that may stand in an address."""
    plain = json.dumps([said, micros(place) + seconds * 1_000_000]).encode()
    sealed = seal_value(_key(place), place.randomness, plain, _about(place, purpose))
    return urlsafe_b64encode(sealed).decode().rstrip("=")


def unseal(place: Workplace, purpose: str, text: str) -> Note | None:
    """A note that was sealed here for this purpose; None for anything else.

    Whether it has expired is for the caller to say.
    """
    if len(text) > LONGEST or not text.isascii():
        return None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if urlsafe_b64encode(raw).decode().rstrip("=") != text:
            # Every note has one spelling.
            return None
        said, until = json.loads(open_value(_key(place), raw, _about(place, purpose)))
    except (ValueError, TrailError):
        return None
    return Note(said, until)


def _key(place: Workplace) -> bytes:
    return bytes.fromhex(place.keys.mac(_KEY))


def _about(place: Workplace, purpose: str) -> bytes:
    return canonical(["note", place.log, purpose]).encode()
