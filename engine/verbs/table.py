"""The one table of verbs, and the one way by which every door does any of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any, Final

from engine.errors import CaseNotFoundError
from engine.service import authorising, barriers
from engine.service.workplace import By, File, Workplace
from engine.verbs import scope
from engine.verbs.fields import Field, read
from engine.verbs.verb import Content, Document, Job, Verb

NOBODY: Final = "?"
"""Whoever looks and is not known: the id of no person."""

HAPPENED: Final = (
    Field("on", "when", "The day it happened; today if left out."),
    Field("reason", "text", "Why."),
    Field("brief", "flag", "Answer what was changed, without the case as it then is."),
)
"""What every change may be given."""

DECIDED: Final = (
    Field("decided_by", "word", "Who decided it, where you only record it."),
    Field("evidence", "file", "What shows that they did; it is put on file."),
)
"""What a change of something that is there may be given besides."""

_MODULES: Final[Mapping[str, tuple[str, ...]]] = {
    "opening": ("open", "open alike", "workflow questions"),
    "changing": (
        *("record", "correct", "correct day", "attach", "take", "undo", "done"),
        *("extend", "delay", "approve"),
    ),
    "people": ("person add", "erase"),
    "looking": ("show", "show personal", "person show", "questions", "near"),
    "barring": (
        *("case restrict", "case unrestrict"),
        *("conflict declare", "conflict end", "break-glass"),
    ),
    "ahead": ("next", "why-not", "record form"),
    "history": ("history", "history titles", "history personal"),
    "clocks": ("deadlines of case", "deadlines", "explain", "date"),
    "listing": ("list", "find", "today"),
    "documents": ("document", "document content"),
    "packing": ("pack", "pack build", "pack content", "sent"),
    "calendars": ("calendar list", "calendar add", "calendar remove", "calendar renew"),
    "processes": (
        *("workflow list", "workflow describe"),
        *("workflow diagram", "workflow diagram of case"),
    ),
    "moving": ("workflow migrate",),
    "activating": ("workflow activate",),
    "comparing": ("workflow compare",),
    "rehearsing": ("workflow rehearse", "workflow rehearse case", "workflow replay"),
    "proving": ("workflow check", "workflow verify"),
    "accounts": (
        *("account password", "account clear"),
        *("token issue", "token list", "token revoke"),
    ),
    "working": ("who", "tick"),
    "authorities": ("authority",),
    "bouncing": ("bounce",),
    "previewing": ("message preview",),
    "paper": ("blank-forms",),
    "trail": ("audit verify", "audit checkpoint", "audit log", "audit log reasons"),
}
"""Where each verb is made; only the module of a verb that is asked for is imported."""

LOCAL: Final[Mapping[str, str]] = {
    "account code": "what the app is given is shown to whoever sits there, and goes nowhere",
    "init": "it makes the store and its keys, in a folder of this machine",
    "demo": "it makes a store of its own, in a folder of this machine",
    "migrate": "nobody else may use the database while its form changes",
    "serve": "it listens where the store is, until it is stopped",
    "sign-in": "it keeps on this machine what somebody comes in by",
    "sign-out": "it destroys that again",
    "completion": "it says what a shell of this machine needs",
    "handover": "it adds lines to the config.toml of this machine",
    "hook list": "it says what the config.toml of this machine declares",
    "hook check": "it holds the config.toml of this machine to the processes in use",
    "hook try": "it shows what a program that this machine's config.toml names would be told",
    "hook secret": "it writes a secret into a file of this machine",
    "inbox": "it takes files from folders of this machine",
    "worker": "it runs where the store is, until it is stopped",
    "workflow new": "it writes a folder in which somebody begins",
    "workflow schema": "it says what an editor of this machine needs, and looks at no store",
    "workflow test": "it plays stories on stores of its own in memory, beside their files",
}
"""The commands of the command line that are no verbs, each with why."""


class _Table(Mapping[str, Verb]):
    """The verbs by their names, each imported when it is looked up."""

    def __init__(self) -> None:
        self._module = {name: at for at, names in _MODULES.items() for name in names}

    def __getitem__(self, name: str) -> Verb:
        made = import_module(f"engine.verbs.{self._module[name]}")
        found: Verb = {verb.name: verb for verb in made.VERBS}[name]
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._module)

    def __len__(self) -> int:
        return len(self._module)


VERBS: Final[Mapping[str, Verb]] = _Table()
"""Every verb by its name."""


def fields(verb: Verb) -> tuple[Field, ...]:
    """Everything with which a verb may be asked."""
    if not verb.changes or verb.of_store:
        return verb.fields
    return (*verb.fields, *HAPPENED, *(() if verb.new else DECIDED))


def run(place: Workplace, by: By, name: str, raw: Mapping[str, Any]) -> Document | Content:
    """Do what was asked, on behalf of whoever asks.

    Of `by` the person, the proof, the key and the version come from the door. Raises UsageError
    with all that is wrong with the request, and what the service raises; nothing is changed then.
    """
    verb = VERBS.get(name)
    if verb is None:
        authorising.refuse_unknown(place, by)
    asked = read(fields(verb), raw)
    place = place.seen_by(by.person or NOBODY)
    if by.verbs or by.processes:
        scope.need(place, by, name, asked)
    authorising.need(place, by, name, asked)
    try:
        return _acted(place, by, verb, asked)
    except CaseNotFoundError as error:
        if error.ref:
            barriers.tried(place, by, name, error.ref)
        raise


def _acted(place: Workplace, by: By, verb: Verb, asked: dict[str, Any]) -> Document | Content:
    if not verb.changes or verb.of_store:
        ref = str(asked.get("ref", ""))
        found = verb.act(Job(place, by, asked))
        if ref and not verb.changes:
            barriers.need_still_seen(place, by, verb.name, ref)
        return found
    evidence = asked.pop("evidence", None)
    how = replace(
        by,
        on=asked.pop("on", ""),
        reason=asked.pop("reason", ""),
        decided_by=asked.pop("decided_by", ""),
        shown=evidence if isinstance(evidence, File) else None,
    )
    return verb.act(Job(place, how, asked))
