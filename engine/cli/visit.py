"""A visit to a partnership's store: who comes, on whose behalf, and what is said at the door."""

from __future__ import annotations

import getpass
import os
import re
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from typing import Any

import click

from engine import bootstrap
from engine.cli import printing, saying, silence, texts
from engine.cli.door import Door, Function, command, option
from engine.config import Settings, person_of_account
from engine.errors import EngineError, UsageError
from engine.service import documents, reading
from engine.service.changing import Outcome
from engine.service.workplace import By, Workplace

DEMO = "DEMO: sample people and a clock that is not real; nothing here is a record."

_KEY = re.compile(r"[A-Za-z0-9_.:-]{6,64}")


class Visit(Door):
    """A run of a command on a partnership's store."""

    @cached_property
    def settings(self) -> Settings:
        """What config.toml says. Raises ConfigError."""
        return bootstrap.settings(self.options["config"])

    @cached_property
    def place(self) -> Workplace:
        """The partnership at work; whoever comes in is told first what everybody must know."""
        place = bootstrap.workplace(self.settings)
        warning = silence.warning(place)
        if warning:
            self.remark(warning, loud=True)
        if place.demo:
            self.remark(DEMO)
        return place

    def close(self) -> None:
        """Close the store."""
        if "place" in self.__dict__:
            self.place.database.close()

    @cached_property
    def person(self) -> str:
        """On whose behalf: `--as`, or the one person tied to the operating system's user."""
        person: str = self.options.get("as_person") or ""
        if person:
            return person
        tied = person_of_account(self.settings, account())
        if tied is None:
            raise UsageError(
                f'config.toml ties nobody to the system user "{account()}"; add account = '
                f'"{account()}" to a [[person]], or say --as PERSON.'
            )
        return tied

    @cached_property
    def visitor(self) -> By:
        """Who comes, and how that is known."""
        return By(self.person, claimed=f"claimed; system user {account()}")

    def by(self, ref: str = "", on: str | None = None) -> By:
        """Who changes something; the evidence they bring is put on file on the case first.

        `on` is the day it happened, where that is not what `--on` says.
        """
        options = self.options
        key = _checked_key(options["key"]) or secrets.token_hex(16)
        who = replace(
            self.visitor,
            on=texts.when(options["on"]) if on is None else on,
            reason=texts.free_text(options["reason"], "--reason"),
            if_version=options.get("if_version"),
            key=key,
        )
        self.state.key = key
        evidence = options.get("evidence") or ""
        if evidence:
            who = self._with_evidence(who, ref, evidence)
        return replace(who, decided_by=options.get("decided_by") or "")

    def _with_evidence(self, who: By, ref: str, evidence: str) -> By:
        with texts.opened(evidence, "--evidence") as source:
            name = os.path.basename(evidence)
            document = documents.file_evidence(self.place, who, ref, name, source)
        # Filing it was a change of its own: one event.
        version = None if who.if_version is None else who.if_version + 1
        return replace(who, evidence=document, if_version=version)

    def done(
        self, by: By, outcome: Outcome, said: str, more: Mapping[str, Any] | None = None
    ) -> None:
        """Say what a change did, and how the case is now; `more` is for the JSON document alone."""
        self.state.changed = True
        repeated = f"This was done already, under the same key: {outcome.key}."
        lines = printing.paragraph(repeated if outcome.repeated else said)
        lines += [f"Opened the linked case {ref}." for ref in outcome.opened]
        document = {
            **(more or {}),
            "ref": outcome.ref,
            "version": outcome.version,
            "key": outcome.key,
            "repeated": outcome.repeated,
            "opened": list(outcome.opened),
            "recorded_by": by.person,
            "decided_by": by.decided_by or by.person,
            "proof": by.claimed,
        }
        try:
            case = reading.show(self.place, by, outcome.ref)
        except EngineError:
            # What was saved stays saved, even where it cannot be read again at once.
            self.answer(document, [*lines, self.signature(by)])
            return
        moved = {event["body"].get("timescale") for event in outcome.events}
        lines += [
            *saying.after_change(case, {str(name) for name in moved if name}),
            self.signature(by),
            *saying.caution(case["caution"]),
        ]
        self.answer({**document, "case": case}, lines)

    def signature(self, by: By) -> str:
        """By whom it was recorded, and how that is known."""
        recorded = f"recorded by {self.name(by.person)} ({by.claimed})."
        if by.decided_by and by.decided_by != by.person:
            return f"Decided by {self.name(by.decided_by)}, {recorded}"
        return recorded[:1].upper() + recorded[1:]

    def name(self, person: str) -> str:
        """The name of somebody whom config.toml names; the id of anybody else."""
        known = self.settings.directory.people.get(person)
        return known.name if known else person


def account() -> str:
    """The operating system's user, by the system itself and not by the environment."""
    if os.name != "posix":
        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.geteuid()).pw_name
    except KeyError:
        return f"number {os.geteuid()}"


def reads(name: str, *own: click.Parameter) -> Callable[[Function], click.Command]:
    """Make a function a command that looks at the store."""
    return command(name, *own, more=[_as_person()], door=Visit)


def changes(
    name: str, *own: click.Parameter, more: Iterable[click.Parameter] = (), new: bool = False
) -> Callable[[Function], click.Command]:
    """Make a function a command that changes a case; or makes a `new` one, which holds nothing."""
    changing = [
        _as_person(),
        option("--on", metavar="WHEN", default="", help="The day it happened; today if left out."),
        option("--reason", metavar="TEXT", default="", help="Why: TEXT, @FILE, or - to be asked."),
        option("--key", metavar="KEY", default="", help="Never do it twice under the same key."),
    ]
    existing = [
        option("--decided-by", metavar="PERSON", help="Who decided it, where you only record it."),
        option("--evidence", metavar="FILE", help="What shows that they did; it is put on file."),
        option("--if-version", type=int, metavar="N", help="Only if the case is still at it."),
    ]
    return command(name, *own, more=[*more, *changing, *([] if new else existing)], door=Visit)


def _as_person() -> click.Parameter:
    help_ = "On behalf of this person of config.toml; left out: the one tied to your system user."
    return option("--as", "as_person", metavar="PERSON", help=help_)


def _checked_key(key: str) -> str:
    if key and not _KEY.fullmatch(key):
        raise UsageError(
            "A key is 6 to 64 letters, digits, dots, colons, hyphens or underscores; it stands in "
            "the trail, so it names nobody."
        )
    return key
