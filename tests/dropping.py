"""The drop folder: another system leaves files there, as mails and as documents."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from engine.config import Settings
from tests.hooking import FORM, OPINION, settings_in
from tests.worlds import World

BOX = '\n[inbox]\nfolder = "hooks/inbox"\n'
PAPERS = """
[[hook]]
id         = "mailbox"
person     = "bess"
process    = "incident"
may        = ["take:record_letter"]
verb       = "take"
transition = "record_letter"
case       = "/fields/Case"
key        = "/message_id"
on         = "/date"
reason     = "/subject"
[hook.answers]
letter_says = "/fields/What it says"
form        = { attachment = "*.pdf" }
"""


def box_in(tmp_path: Path) -> Settings:
    """A partnership with an inbox, and a folder in it for each hook."""
    settings = settings_in(tmp_path, BOX + FORM + OPINION + PAPERS)
    for endpoint in settings.hooks:
        folder_of(settings, endpoint).mkdir(parents=True)
        folder_of(settings, endpoint).chmod(0o770)
    assert settings.inbox
    settings.inbox.chmod(0o750)
    return settings


def folder_of(settings: Settings, endpoint: str) -> Path:
    """The folder of a hook."""
    assert settings.inbox
    return settings.inbox / endpoint


def drop(settings: Settings, endpoint: str, name: str, content: str | bytes) -> Path:
    """Leave a file as another system does, a while ago."""
    file = folder_of(settings, endpoint) / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    os.utime(file, (file.stat().st_atime - 60, file.stat().st_mtime - 60))
    return file


def answered(settings: Settings, endpoint: str, name: str) -> dict[str, Any]:
    """What stands beside a file that was taken or refused."""
    found = json.loads((folder_of(settings, endpoint) / f"{name}.answer.json").read_text())
    assert isinstance(found, dict)
    return found


def cases(world: World) -> int:
    """How many cases there are."""
    with world.place.database.read() as tx:
        row = tx.row("SELECT count(*) FROM cases")
    assert row
    return int(row[0])


def mail(ref: str, *more: str, attachment: str = "letter.pdf") -> str:
    """A mail of the Panel about a case, with its letter."""
    return "\r\n".join(
        [
            "From: The Panel <panel@panel.example>",
            "To: inbox@partnership.example",
            "Subject: Our letter",
            "Message-ID: <1@panel.example>",
            "Date: Sun, 14 Dec 2025 09:30:00 +0000",
            "MIME-Version: 1.0",
            'Content-Type: multipart/mixed; boundary="b1"',
            *more,
            "",
            "--b1",
            "Content-Type: text/plain; charset=utf-8",
            "",
            "Dear all,",
            f"Case: {ref}",
            "* What it says: agrees",
            "--b1",
            "Content-Type: application/pdf",
            f'Content-Disposition: attachment; filename="{attachment}"',
            "Content-Transfer-Encoding: base64",
            "",
            "JVBERi0xLjcKVGhlIGxldHRlci4=",
            "--b1--",
            "",
        ]
    )
