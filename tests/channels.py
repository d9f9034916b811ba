"""One way to watch each notifier at work, against the counterpart that it speaks to."""

from __future__ import annotations

import io
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from notifiers.making import build
from notifiers.message import Message, Notifier, body, subject
from tests.mailing import SENDER, Delivered, Inbox, mail_server, read_mail, smtp_notifier, wiring
from tests.receiving import (
    API_KEY,
    SECRET,
    TEMPLATE,
    FakeNotify,
    Receiver,
    authority,
    http_server,
)


@dataclass(frozen=True)
class Channel:
    """A notifier, one like it that cannot deliver, and what arrived."""

    name: str
    notifier: Notifier
    make_broken: Callable[[], Notifier]
    delivered: Callable[[], list[Delivered]]

    @property
    def broken(self) -> Notifier:
        return self.make_broken()


def read_block(block: str) -> Delivered:
    head, _, rest = block.partition("\n  ")
    message_id, _, subject_line = head.splitlines()
    text = "".join(f"{line.removeprefix('  ')}\n" for line in f"  {rest}".split("\n"))
    return Delivered(message_id.split()[1], subject_line.removeprefix("Subject: "), text)


def read_fields(fields: Mapping[str, Any]) -> Delivered:
    """What another machine is told, as whoever reads it there would be told it."""
    rest = {key: value for key, value in fields.items() if key != "to"}
    message = Message(**rest, to=fields.get("to", "somebody"))
    return Delivered(message.id, subject(message), body(message))


@contextmanager
def console_channel(folder: Path) -> Iterator[Channel]:
    def delivered() -> list[Delivered]:
        return [read_block(block) for block in stream.getvalue().split("\n\n")[:-1]]

    stream = io.StringIO()
    # Closing it would fail too, as it tries once more to write what it could not.
    with suppress(OSError), open("/dev/full", "w", encoding="utf-8") as full:
        shown, lost = wiring(folder, stream=stream), wiring(folder, stream=full)
        broken = build("console", {}, lost)
        yield Channel("console", build("console", {}, shown), lambda: broken, delivered)


@contextmanager
def file_channel(folder: Path) -> Iterator[Channel]:
    def delivered() -> list[Delivered]:
        return [read_mail(path.read_bytes()) for path in (folder / "mails").glob("*")]

    (folder / "in the way").write_text("a file where the folder should be")
    notifier = build("file", {"folder": "mails"}, wiring(folder))
    broken = build("file", {"folder": "in the way"}, wiring(folder))
    yield Channel("file", notifier, lambda: broken, delivered)


@contextmanager
def nobody_listens() -> Iterator[int]:
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        yield deaf.getsockname()[1]


@contextmanager
def smtp_channel(folder: Path) -> Iterator[Channel]:
    inbox = Inbox()
    with mail_server(inbox) as port, nobody_listens() as deaf:
        yield Channel(
            "smtp",
            smtp_notifier(folder, port=port),
            lambda: smtp_notifier(folder, port=deaf),
            lambda: [read_mail(mail) for mail in inbox.mails],
        )


def calendar_notifier(folder: Path, port: int, **more: object) -> Notifier:
    table = {"host": "127.0.0.1", "tls": "none", "from": SENDER, "timeout": 1, "port": port}
    return build("calendar", table | more, wiring(folder))


@contextmanager
def calendar_channel(folder: Path) -> Iterator[Channel]:
    inbox = Inbox()
    with mail_server(inbox) as port, nobody_listens() as deaf:
        yield Channel(
            "calendar",
            calendar_notifier(folder, port),
            lambda: calendar_notifier(folder, deaf),
            lambda: [read_mail(mail) for mail in inbox.mails],
        )


def webhook_notifier(folder: Path, port: int, **more: object) -> Notifier:
    table = {
        "url": f"https://localhost:{port}/hooks/casetrail?token=url-token-canary",
        "secret_env": "SECRET",
        "inside": ["localhost"],
        "ca_file": authority(folder).file,
        "timeout": 1,
    }
    return build("webhook", table | more, wiring(folder, environment={"SECRET": SECRET}))


@contextmanager
def webhook_channel(folder: Path) -> Iterator[Channel]:
    def delivered() -> list[Delivered]:
        return [read_fields(json.loads(got.body)) for got in receiver.got]

    receiver = Receiver()
    tls = authority(folder).server()
    with http_server(receiver, tls) as port, nobody_listens() as deaf:
        yield Channel(
            "webhook",
            webhook_notifier(folder, port),
            lambda: webhook_notifier(folder, deaf),
            delivered,
        )


def notify_notifier(folder: Path, port: int, **more: object) -> Notifier:
    table = {
        "base_url": f"https://localhost:{port}",
        "key_env": "KEY",
        "template": TEMPLATE,
        "inside": ["localhost"],
        "ca_file": authority(folder).file,
        "timeout": 1,
    }
    return build("notify", table | more, wiring(folder, environment={"KEY": API_KEY}))


@contextmanager
def notify_channel(folder: Path) -> Iterator[Channel]:
    def read(mail: Mapping[str, Any]) -> Delivered:
        fields = mail["personalisation"]
        told = {key: fields[key] == "yes" for key in ("urgent", "demo")}
        found = read_fields({**fields, **told})
        assert found.id == mail["reference"]
        return found

    fake = FakeNotify()
    tls = authority(folder).server()
    with http_server(fake, tls) as port, nobody_listens() as deaf:
        yield Channel(
            "notify",
            notify_notifier(folder, port),
            lambda: notify_notifier(folder, deaf),
            lambda: [read(mail) for mail in fake.mails],
        )


def chat_notifier(folder: Path, url: str, **more: object) -> Notifier:
    table = {"url_env": "URL", "timeout": 2, **more}
    return build("chat", table, wiring(folder, environment={"URL": url}))


@contextmanager
def chat_channel(folder: Path) -> Iterator[Channel]:
    def read(text: str) -> Delivered:
        head, _, rest = text.partition("\n")
        told, _, number = rest.rpartition("Message: ")
        return Delivered(number, head, told)

    receiver = Receiver()
    with http_server(receiver) as port, nobody_listens() as deaf:
        yield Channel(
            "chat",
            chat_notifier(folder, f"json://127.0.0.1:{port}/room"),
            lambda: chat_notifier(folder, f"json://127.0.0.1:{deaf}/room"),
            lambda: [read(json.loads(got.body)["message"]) for got in receiver.got],
        )


def program(folder: Path, name: str, script: str) -> str:
    """An executable of this name that runs a script of the shell."""
    file = folder / name
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o700)
    return str(file)


@contextmanager
def command_channel(folder: Path) -> Iterator[Channel]:
    def delivered() -> list[Delivered]:
        lines = got.read_text().splitlines() if got.exists() else []
        return [read_fields(json.loads(line)) for line in lines]

    got = folder / "got"
    good = program(folder, "tell", f"printf '%s\\n' \"$(cat)\" >> '{got}'")
    bad = program(folder, "busy", "exit 75")
    notifier = build("command", {"program": good}, wiring(folder))
    broken = build("command", {"program": bad}, wiring(folder))
    yield Channel("command", notifier, lambda: broken, delivered)


CHANNELS = {
    "console": console_channel,
    "file": file_channel,
    "smtp": smtp_channel,
    "calendar": calendar_channel,
    "webhook": webhook_channel,
    "notify": notify_channel,
    "chat": chat_channel,
    "command": command_channel,
}
"""test_notifiers.py puts every one through the same suite."""
