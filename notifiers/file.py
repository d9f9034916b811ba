"""Messages laid down as mails in a folder, one .eml file each, for anybody's mail program.

It never leaves half a mail under the name of a whole one.
"""

from __future__ import annotations

import os
import quopri
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.utils import format_datetime
from pathlib import Path

from engine.errors import DeliveryError
from notifiers.message import Message, Receipt, body, is_mail_address, subject


@dataclass(frozen=True, slots=True)
class FileNotifier:
    """Writes each message to the file its id names; a repeat takes the place of the first."""

    folder: Path
    sender: str
    now: Callable[[], datetime]
    name: str = field(default="file", init=False)

    def send(self, message: Message) -> Receipt:
        """Lay the mail down, safe on the disk, or raise DeliveryError and leave none."""
        mail = letter(message, self.sender, self.now())
        file = f"{message.id}.eml"
        try:
            self._make_private_folder()
            _write(self.folder / file, mail)
        except OSError as error:
            raise DeliveryError(
                f"The folder for messages, {self.folder}, took no message "
                f"({error.strerror}); make it a folder with room that Casetrail may write to."
            ) from None
        return Receipt(self.name, file)

    def _make_private_folder(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self.folder.stat().st_mode & 0o077:
            raise DeliveryError(
                f"The folder for messages, {self.folder}, is open to other accounts; "
                f"close it with: chmod 700 {self.folder}"
            )


def letter(message: Message, sender: str, moment: datetime) -> bytes:
    """Write the message as a mail (RFC 5322) that no program should answer (RFC 3834).

    Raises DeliveryError if `to` is not a mail address.
    """
    kind, text = readable(message)
    return headed(message, sender, moment, kind) + text


def headed(message: Message, sender: str, moment: datetime, kind: Mapping[str, str]) -> bytes:
    """All of a mail that stands before its content, of which `kind` are the headers.

    Raises DeliveryError if `to` is not a mail address.
    """
    if not is_mail_address(message.to):
        raise DeliveryError(
            "A message was refused because its recipient has no plain mail address; "
            "correct the address of the post it is for.",
            again=False,
        )
    # EmailMessage is not used: up to CPython 3.11.9 it decodes "=?utf-8?q?=0D=0ABcc:...?=" in a
    # subject and writes the line break out, and it loses spaces between non-English words.
    headers = {
        "From": f"Casetrail <{sender}>",
        "To": message.to,
        "Subject": Header(subject(message), "utf-8", header_name="Subject").encode(linesep="\r\n"),
        "Date": format_datetime(moment),
        "Message-ID": f"<{message.id}@log.casetrail.invalid>",
        "Auto-Submitted": "auto-generated",
        "Importance": "high" if message.urgent else "normal",
        "MIME-Version": "1.0",
        **kind,
    }
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return head.encode("ascii") + b"\r\n"


def readable(message: Message) -> tuple[dict[str, str], bytes]:
    """What people read of a mail, and the headers that say how it is written."""
    kind = {
        "Content-Type": 'text/plain; charset="utf-8"',
        "Content-Transfer-Encoding": "quoted-printable",
    }
    return kind, quopri.encodestring(body(message).encode()).replace(b"\n", b"\r\n")


def _write(path: Path, content: bytes) -> None:
    """Write under another name, then rename: a reader sees the whole file or none."""
    handle, part = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(handle)
        os.replace(part, path)
    except OSError:
        with suppress(OSError):
            os.unlink(part)
        raise
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
