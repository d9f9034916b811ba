"""A partnership at work, met through its doors alone: processes, calls, files and mails.

Each process is that of `casetrail`; nothing of the engine is called from here. Days pass as they do
for a machine that was off: all processes end, and begin again with the clock set on.
"""

from __future__ import annotations

import email
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import policy
from email.message import EmailMessage
from itertools import count
from pathlib import Path
from typing import Any

import httpx2
import icalendar
import standardwebhooks.webhooks
from standardwebhooks import Webhook, WebhookVerificationError

from tests.doors import settings
from tests.hooking import Sender
from tests.mailing import LOGIN, Accounts, Inbox, mail_server
from tests.receiving import SECRET, Got, Receiver, Said, authority, http_server
from tests.web.servers import until

ROOT = Path(__file__).parents[2]
COMMAND = (sys.executable, "-m", "tests.doors.machine")
BEGUN_WITHIN, ENDED_WITHIN = 60.0, 60.0
"""Seconds: much, for a busy machine; what is waited for is there in one or two."""


@dataclass
class Town:
    """The partnership's folder, the machine's clock, and the world that is told."""

    folder: Path
    logs: Path
    inbox: Inbox
    client: httpx2.Client
    ahead: timedelta = timedelta(0)
    """By how much the clock of every machine of the story stands ahead of ours."""
    url: str = ""
    called: list[dict[str, Any]] = field(default_factory=list)
    """What came by signed calls, each found to be so by the specification's own library."""
    forged: int = 0
    """How many calls were not signed as they must be."""
    tokens: dict[str, str] = field(default_factory=dict)
    _number: Iterator[int] = field(default_factory=count)

    @property
    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def casetrail(self, *words: str) -> str:
        """What a command says that an administrator gives, and that does what it was asked."""
        done = subprocess.run(self._words(*words), **self._how(), capture_output=True, text=True)
        self._keep("command", done.stdout + done.stderr)
        assert done.returncode == 0, (words, done.stdout, done.stderr)
        return str(done.stdout)

    @contextmanager
    def day(self, moment: str) -> Iterator[None]:
        """The door is open, from this moment on, until the end of the block."""
        self.ahead = datetime.fromisoformat(moment).replace(tzinfo=UTC) - datetime.now(UTC)
        log = self._log("serve")
        with log.open("w") as told, self._started("serve", "--port", "0", "--json", err=told) as it:
            assert it.stdout
            said = ""
            while not said.endswith("}\n"):
                line = it.stdout.readline()
                assert line, log.read_text()
                said += line
            self.url = json.loads(said)["serving"]
            yield
            self._stopped(it)

    def work(self) -> None:
        """A worker is started, makes its first round, and is stopped."""
        log = self._log("worker")
        with log.open("w") as told, self._started("worker", err=told) as it:
            until(lambda: any(one["event"].startswith("tick") for one in lines(log)), BEGUN_WITHIN)
            self._stopped(it)
        events = [one["event"] for one in lines(log)]
        told_of = [event for event in events if event != "files of an inbox"]
        assert told_of == ["worker started", "tick", "worker stopped"], log.read_text()

    def ask(self, person: str, method: str, path: str, **how: Any) -> httpx2.Response:
        """What a request is answered, by somebody who shows their token."""
        headers = {"Authorization": f"Bearer {self.tokens[person]}"} if person else {}
        headers |= how.pop("headers", {})
        return self.client.request(method, f"{self.url}/v1{path}", headers=headers, **how)

    def told(self, person: str, path: str) -> dict[str, Any]:
        """What somebody reads."""
        return ok(self.ask(person, "GET", path))

    def does(
        self, person: str, path: str, document: Any = None, papers: Mapping[str, bytes] = {}
    ) -> dict[str, Any]:
        """A change that somebody makes, and sends twice: it is made once."""
        key = {"Idempotency-Key": f"story-{next(self._number):04}"}
        how: dict[str, Any] = {"json": document or {}}
        if papers:
            request = (None, json.dumps(document or {}), "application/json")
            files = {name: ("paper.pdf", paper) for name, paper in papers.items()}
            how = {"files": {"request": request, **files}}
        made = ok(self.ask(person, "POST", path, headers=key, **how))
        again = ok(self.ask(person, "POST", path, headers=key, **how))
        assert (again["repeated"], again["version"]) == (True, made["version"])
        return made

    def does_tick(self, person: str) -> None:
        """What is due is told, asked for at the door."""
        ok(self.ask(person, "POST", "/tick"))

    def call(self, endpoint: str, document: Any, **how: Any) -> httpx2.Response:
        """A signed call of another system, sent as it is given."""
        body = json.dumps(document, ensure_ascii=False).encode()
        secret = how.get("secret") or (self.folder / "hooks" / f"{endpoint}.secret").read_text()
        headers = Sender(secret.strip()).signed(
            body, how.get("at") or self.now, how.get("id") or f"msg_{next(self._number):04}"
        )
        address = f"{self.url}/hooks/{how.get('to') or endpoint}"
        return self.client.post(address, content=body, headers=dict(headers))

    def tells(self, endpoint: str, document: Any, name: str = "") -> dict[str, Any]:
        """A signed call that another system makes twice: what it says is recorded once."""
        name = name or f"msg_{next(self._number):04}"
        made, again = (self.call(endpoint, document, id=name) for _ in range(2))
        assert ok(made) == ok(again)
        return ok(made)

    def drop(self, endpoint: str, name: str, content: bytes) -> Path:
        """A file that another system lays into the folder of a hook, whole."""
        folder = self.folder / "hooks" / "inbox" / endpoint
        if not folder.exists():
            folder.mkdir(parents=True)
            for one in (folder.parent, folder):
                one.chmod(0o770)
        (folder / f"{name}.part").write_bytes(content)
        return (folder / f"{name}.part").rename(folder / name)

    def answered(self, endpoint: str, name: str) -> dict[str, Any]:
        """What stands beside a file that was taken from the folder."""
        file = self.folder / "hooks" / "inbox" / endpoint / f"{name}.answer.json"
        found: dict[str, Any] = json.loads(file.read_text())
        return found

    def mails(self, to: str) -> list[EmailMessage]:
        """The mails that somebody has got, in their order."""
        read = zip(self.inbox.recipients, self.inbox.mails, strict=True)
        found = [message(mail) for recipient, mail in read if recipient == to]
        assert not [one.defects for one in found if one.defects]
        return found

    def _log(self, name: str) -> Path:
        return self.logs / f"{next(self._number):04}.{name}"

    def _keep(self, name: str, said: str) -> None:
        self._log(name).write_text(said)

    def _words(self, *words: str) -> list[str]:
        return [*COMMAND, str(self.ahead.total_seconds()), *words]

    def _how(self) -> dict[str, Any]:
        return {"cwd": self.folder, "env": {**os.environ, "PYTHONPATH": str(ROOT)}}

    @contextmanager
    def _started(self, *words: str, err: Any) -> Iterator[subprocess.Popen[str]]:
        it = subprocess.Popen(
            self._words(*words), **self._how(), stdout=subprocess.PIPE, stderr=err, text=True
        )
        try:
            yield it
        finally:
            if it.poll() is None:
                it.kill()
            self._keep("out", it.communicate()[0])

    def _stopped(self, it: subprocess.Popen[str]) -> None:
        it.send_signal(signal.SIGTERM)
        assert it.wait(ENDED_WITHIN) == 0


@contextmanager
def town(folder: Path, database: str = "") -> Iterator[Town]:
    """A partnership that `init` has made in an empty folder, set up by its administrator."""
    client = httpx2.Client(timeout=60, trust_env=False, verify=False)
    made = Town(folder / "partnership", folder / "logs", Inbox(), client)
    made.folder.mkdir(mode=0o700)
    made.logs.mkdir()
    with client, _clock_of(made), _told(made, folder) as where:
        made.ahead = datetime(2026, 2, 2, 8, tzinfo=UTC) - datetime.now(UTC)
        words = ("--database", database) if database else ()
        made.casetrail("init", "--partnership", "ourtown", "--name", "Ourtown Partnership", *words)
        config = made.folder / "config.toml"
        config.write_text(settings.of(config.read_text(), **where))
        (made.folder / "ours").mkdir()
        (made.folder / "ours" / "process.toml").write_text(settings.OVERLAY)
        made.casetrail("workflow", "activate", "ours")
        yield made


@contextmanager
def _told(made: Town, folder: Path) -> Iterator[dict[str, object]]:
    """A mail server and a receiver of signed calls, both with TLS, and where they are."""
    trusted = authority(folder)
    for name, secret in (("mail.login", ":".join(LOGIN)), ("webhook.secrets", SECRET)):
        (made.folder / name).write_text(secret)
        (made.folder / name).chmod(0o600)

    def verified(got: Got) -> Said:
        try:
            made.called.append(Webhook(SECRET).verify(got.body, dict(got.headers)))
        except WebhookVerificationError:
            made.forged += 1
            return Said(401)
        return Said(204)

    tls = {"tls_context": trusted.server(), "require_starttls": True}
    with (
        mail_server(made.inbox, authenticator=Accounts(), **tls) as mail,
        http_server(Receiver(verified), trusted.server()) as hook,
    ):
        yield {"mail": mail, "hook": hook, "ca": trusted.file}


@contextmanager
def _clock_of(made: Town) -> Iterator[None]:
    """Whoever gets signed calls lives on the same days."""

    class Moved(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Moved:
            return super().now(tz) + made.ahead

    library = standardwebhooks.webhooks
    real, library.datetime = library.datetime, Moved  # type: ignore[misc, attr-defined]
    try:
        yield
    finally:
        library.datetime = real  # type: ignore[misc, attr-defined]


def ok(answer: httpx2.Response) -> dict[str, Any]:
    """The document of an answer that says it was done."""
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def message(mail: bytes) -> EmailMessage:
    """A mail as a mail program reads it."""
    read = email.message_from_bytes(mail, policy=policy.default)
    assert isinstance(read, EmailMessage)
    return read


def invitation(mail: EmailMessage) -> icalendar.Event:
    """The day that a mail invites to, as a calendar reads it."""
    [part] = [one for one in mail.walk() if one.get_content_type() == "text/calendar"]
    calendar = icalendar.Calendar.from_ical(part.get_payload(decode=True))
    assert (calendar["METHOD"], calendar.errors) == ("REQUEST", [])
    [event] = calendar.walk("VEVENT")
    return event


def lines(log: Path) -> list[dict[str, Any]]:
    """What a process has logged, as far as its lines are whole."""
    return [json.loads(line) for line in log.read_text().splitlines() if line.endswith("}")]
