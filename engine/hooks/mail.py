"""A mail as a document that pointers lead into, and its attachments as files.

What stands there: `/subject`, `/from` (the address alone), `/date` (the day), `/message_id`,
`/text`, and below `/fields` what lines of the form `Question: answer` say, by their questions in
small letters or capitals.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from engine.errors import UsageError
from engine.hooks.mail_reader import NOT_WHOLE
from engine.hooks.mapping import SAID_TWICE, Files
from engine.hooks.strict_json import NotWholeError
from engine.service.workplace import File

LARGEST: Final = 25 * 1024 * 1024
"""Bytes of a mail, encoded as it is sent."""
SECONDS: Final = 5.0
"""After so long the reading is given up, whatever it waits for."""
LONGEST_NAME: Final = 100
FIELDS: Final = "/fields"
MESSAGE_ID: Final = "/message_id"
PATHS: Final = ("/subject", "/from", "/date", MESSAGE_ID, "/text")
"""What stands in a mail besides its lines."""

_READER: Final = Path(__file__).with_name("mail_reader.py")
_UNREADABLE = (
    "The mail cannot be read, or not with little effort: it is damaged, too large, has too many "
    "parts, or was written to do harm."
)
_NOTHING = "The file is empty; save the mail again."
_CUT = (
    "The mail is not whole: its end is missing, or part of an attachment; save it again, under "
    "another name first, and rename it once it is there."
)


class Fields(Mapping[str, Any]):
    """What the lines of a mail say; small letters and capitals are the same."""

    def __init__(self, said: Mapping[str, Any]) -> None:
        self._said = dict(said)
        self._names = {_folded(name): name for name in said}

    def __getitem__(self, name: str) -> Any:
        found = self._said[self._names[_folded(name)]]
        return SAID_TWICE if isinstance(found, dict) else found

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)


def read(content: bytes) -> tuple[Any, Files]:
    """What a mail says, and its attachments. Raises UsageError, which repeats nothing of it, and
    NotWholeError where it may be a part of one.
    """
    if not content.strip():
        raise NotWholeError(_NOTHING)
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
    if done.returncode == NOT_WHOLE:
        raise NotWholeError(_CUT)
    if done.returncode != 0:
        raise UsageError(_UNREADABLE)
    document, sizes = json.loads(head)
    document["fields"] = Fields(document["fields"])
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


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
