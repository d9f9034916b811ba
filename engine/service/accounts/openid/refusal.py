"""Why nobody comes in by a provider, in fixed words."""

from __future__ import annotations

from typing import Final

(
    NOT_OURS,
    TOO_LATE,
    USED,
    ANOTHER_CLIENT,
    SAID_NO,
    ANOTHER_ISSUER,
    NOT_REACHED,
    NOT_UNDERSTOOD,
    CODE_REFUSED,
    NOT_SIGNED,
    NOT_FOR_US,
    NOT_OF_NOW,
    ANOTHER_NONCE,
    ANOTHER_ACCESS,
    NOT_VOUCHED,
    TOO_WEAK,
) = WHY_NOT = (
    "not begun here",
    "begun too long ago",
    "used already",
    "another client",
    "the provider said no",
    "another issuer",
    "provider not reached",
    "provider not understood",
    "provider refused the code",
    "not signed by the provider",
    "meant for somebody else",
    "not of this moment",
    "of another attempt",
    "of another access token",
    "nobody vouched for",
    "proved too weakly",
)
"""The closed list of what the access log says of it."""

UNREACHABLE: Final = (NOT_REACHED, NOT_UNDERSTOOD)
"""Of these, what is for the provider to mend."""


class Refusal(Exception):  # noqa: N818
    """Nobody comes in; `why` is one of the fixed words."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why
