"""Another system at the door: it signs as the Standard Webhooks library does, and calls."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from standardwebhooks import Webhook

from engine.config import Settings, read
from engine.hooks.answer import Answer
from engine.hooks.receiving import Headers, Reception
from engine.hooks.secrets import renew
from engine.service.workplace import Workplace
from tests.worlds import World

BASE = """
[partnership]
id   = "sample"
name = "Sample Partnership"
[store]
database = "sqlite:///casetrail.db"
keys     = "casetrail.keys"
[notify]
by = "file"
[notify.file]
folder = "messages"
[[agency]]
id    = "police"
title = "Sample Police"
kind  = "police"
[[person]]
id   = "bess"
name = "Bess Sample"
mail = "bess@partnership.example"
[[person]]
id   = "lee"
name = "Lee Sample"
mail = "lee@council.example"
"""

FORM = """
[[hook]]
id      = "form"
secrets = ["hooks/form.secret", "hooks/form.secret.old"]
person  = "bess"
process = "incident"
may     = ["open", "person"]
verb    = "open"
[hook.answers]
aware_on    = "/form/aware_on"
happened_on = "/form/happened_on"
place       = "/form/where"
[hook.values.place]
"A" = "in our area"
"B" = "elsewhere"
[[hook.people]]
kind    = "child"
answers = { name = "/form/child/name" }
"""
OPINION = """
[[hook]]
id      = "opinion"
secrets = ["hooks/opinion.secret"]
person  = "bess"
process = "incident"
may     = ["record"]
verb    = "record"
case    = "/case"
source  = "police"
[hook.answers]
"opinion/police" = "/opinion"
"""
STEP = """
[[hook]]
id         = "step"
secrets    = ["hooks/step.secret"]
person     = "bess"
process    = "incident"
may        = ["take:start_deciding", "take:record_letter"]
verb       = "take"
transition = "record_letter"
case       = "/case"
on         = "/on"
reason     = "/why"
[hook.answers]
letter_says = "/letter"
"""
HOOKS = FORM + OPINION + STEP

REFERRAL = {"form": {"aware_on": "2025-12-12", "where": "A", "child": {"name": "Robin Sample"}}}


@dataclass(slots=True)
class Sender:
    """Another system, which knows the secret of an endpoint."""

    secret: str
    sent: int = 0

    def signed(self, body: bytes, at: datetime, call: str = "") -> list[tuple[str, str]]:
        """The headers of a call, by the specification's own library."""
        self.sent += 1
        call = call or f"msg_{secrets.token_hex(8)}"
        signature = Webhook(self.secret).sign(call, at, body.decode())
        return [
            ("content-type", "application/json"),
            ("webhook-id", call),
            ("webhook-timestamp", str(int(at.timestamp()))),
            ("webhook-signature", signature),
        ]


@dataclass(slots=True)
class Doors:
    """A partnership with endpoints, and those who call them."""

    place: Workplace
    settings: Settings
    reception: Reception
    senders: dict[str, Sender] = field(default_factory=dict)

    def call(self, endpoint: str, document: Any, call: str = "") -> Answer:
        """What a rightly signed call is answered."""
        body = json.dumps(document).encode()
        return self.receive(endpoint, self.signed(endpoint, body, call), body)

    def signed(self, endpoint: str, body: bytes, call: str = "") -> Headers:
        """The headers of a call that is made now."""
        return self.senders[endpoint].signed(body, self.place.clock(), call)

    def receive(self, endpoint: str, headers: Headers, body: bytes) -> Answer:
        """What any call is answered."""
        return self.reception.receive(endpoint, headers, body)


def settings_in(folder: Path, hooks: str = HOOKS) -> Settings:
    """The settings of the sample partnership with these hooks, each with a secret."""
    file = folder / "config.toml"
    file.write_text(BASE + hooks)
    settings = read(file)
    for hook in settings.hooks.values():
        if hook.secrets:
            # Of its own: one that two hooks have holds at neither.
            renew(folder, hook, lambda size, it=hook: (it.id.encode() * size)[:size])  # type: ignore[misc]
    return settings


def doors(world: World, folder: Path, hooks: str = HOOKS) -> Doors:
    """A partnership at work with these hooks."""
    return doors_of(world.place, settings_in(folder, hooks))


def doors_of(place: Workplace, settings: Settings) -> Doors:
    """The same of a place and settings that are there."""
    senders = {
        hook.id: Sender((settings.folder / hook.secrets[0]).read_text().strip())
        for hook in settings.hooks.values()
        if hook.secrets
    }
    return Doors(place, settings, Reception(place, settings), senders)


def entries(place: Workplace, kind: str = "call refused") -> list[dict[str, Any]]:
    """What the access log says of a type."""
    with place.database.read() as tx:
        texts = place.store.events(tx, "access")
    return [event["body"] for event in map(json.loads, texts) if event["type"] == kind]


def everything(place: Workplace) -> list[tuple[Any, ...]]:
    """All that is on record of cases, and which calls were taken."""
    with place.database.read() as tx:
        events = tx.rows("SELECT stream, n, hash FROM events WHERE stream <> 'access'")
        return sorted([*events, *tx.rows("SELECT endpoint, message FROM replays")])
