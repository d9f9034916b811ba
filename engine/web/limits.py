"""How much, how large, how many and how long: every limit of the door for other systems."""

from __future__ import annotations

from typing import Final

from engine.vault import MOST_BYTES

MOST_JSON: Final = 1_000_000
"""Bytes of a JSON document."""
MOST_DEPTH: Final = 8
"""Levels of a JSON document; no verb has use for more than three."""
MOST_FILE: Final = MOST_BYTES
"""Bytes of one file."""
MOST_TOGETHER: Final = 60_000_000
"""Bytes of a request with its files."""
MOST_PARTS: Final = 24
"""Parts of a request with files."""
MOST_NAME: Final = 255
"""Characters of the name of a file."""
IN_MEMORY: Final = 256_000
"""Bytes of a file that are kept in memory; the rest lies on the disk, encrypted."""

MOST_HEAD: Final = 16_000
"""Bytes of a request's first line and headers."""
MOST_QUERY: Final = 4_000
"""Characters behind the question mark of an address."""

MOST_CONNECTIONS: Final = 500
MOST_AT_ONCE: Final = 100
"""Requests that are answered at once; of these, so many as there are threads are worked on."""
THREADS: Final = 8

TO_BEGIN: Final = 15.0
"""Seconds for the first line and the headers, and that a connection may stay idle."""
TO_LINGER: Final = 1.0
"""Seconds for which what is no request is still heard out."""
TO_SEND: Final = 30.0
"""Seconds in which a JSON document must have come."""
TO_SEND_FILES: Final = 300.0
"""The same of files."""
TO_TAKE: Final = 300.0
"""Seconds in which whoever asked must have taken the answer."""
TO_STOP: Final = 10
"""Seconds for which requests under way may finish once the server is to stop."""
TO_ANSWER_HEALTH: Final = 2.0

DENIED_AT_ONCE: Final = 10
"""Failed attempts to come in, from one address within a minute, that are judged and logged."""
DENIED_TOGETHER: Final = 120
"""The same from all addresses."""
MOST_SOURCES: Final = 10_000
"""Addresses of which it is remembered that they failed."""
ASKED_BY_ONE: Final = 600
"""Requests of one person, or of one service account, within a minute."""
SIGN_INS_OF_ONE: Final = 10
"""Sign-ins of one person within a minute."""
BEGUN_FROM_ONE: Final = 30
"""Sign-ins at a provider that are begun from one address within a minute."""
SIGNING_IN_AT_ONCE: Final = 2
"""Sign-ins that are worked on at once: each takes 64 MB of memory, and all the time of a core. So
many more wait at a provider.
"""
WAITING_TO_SIGN_IN: Final = 20
MOST_SIGN_IN: Final = 4_000
"""Bytes of the JSON document of a sign-in."""
STAYS_FAMILIAR: Final = 900.0
"""Seconds within which ten failures end it that somebody is known from an address."""
MINUTE: Final = 60.0
RETRY_AFTER: Final = 5
"""Seconds after which to try again what the storage could not do."""
