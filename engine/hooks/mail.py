"""A mail as a document that pointers lead into, and its attachments as files.

What stands there: `/subject`, `/from` (the address alone), `/date` (the day), `/message_id`,
`/text`, and below `/fields` what lines of the form `Question: answer` say.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path
from typing import Any, Final

from engine.errors import UsageError
from engine.hooks.mapping import Files
from engine.service.workplace import File

LARGEST: Final = 25 * 1024 * 1024
"""Bytes of a mail, encoded as it is sent."""
SECONDS: Final = 5.0
"""After so long the reading is given up, whatever it waits for."""
LONGEST_NAME: Final = 100

_READER: Final = Path(__file__).with_name("mail_reader.py")
_UNREADABLE = (
    "The mail cannot be read, or not with little effort: it is damaged, too large, has too many "
    "parts, or was written to do harm."
)


def read(content: bytes) -> tuple[Any, Files]:
    """What a mail says, and its attachments. Raises UsageError, which repeats nothing of it."""
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-S", str(_READER)],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
            env={"LANG": "C.UTF-8"},
        )
    except subprocess.TimeoutExpired:
        raise UsageError(_UNREADABLE) from None
    head, _, rest = done.stdout.partition(b"\n")
    if done.returncode != 0:
        raise UsageError(_UNREADABLE)
    document, sizes = json.loads(head)
    files: dict[str, bytes] = {}
    at = 0
    for number, (name, size) in enumerate(sizes, 1):
        files[_own_name(name, number, files)] = rest[at : at + size]
        at += size
    return document, {name: File(name, io.BytesIO(file)) for name, file in files.items()}


def _own_name(name: str, number: int, others: dict[str, bytes]) -> str:
    """The name of an attachment, unless it is none that a file of ours may have."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1].strip()
    fit = last.isprintable() and 0 < len(last) <= LONGEST_NAME and not last.startswith(".")
    return last if fit and last not in others else f"attachment {number}"
