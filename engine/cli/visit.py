"""A visit to a partnership's store: who comes, on whose behalf, and what is said at the door."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Any

import click

from engine import bootstrap
from engine.apply_clocks import parts
from engine.cli import printing, saying, silence, texts
from engine.cli.door import Door, Function, command, option
from engine.config import Settings, person_of_account
from engine.definition import Workflow
from engine.errors import CaseNotFoundError, EngineError, StorageError, UsageError
from engine.service import admission, references
from engine.service.looking import reading, viewing
from engine.service.workplace import By, File, Workplace

if TYPE_CHECKING:
    from engine.service.changing import Outcome  # a command that only reads changes nothing

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
        self._check_named()
        return self._told(bootstrap.workplace(self.settings))

    def admitted(self, verb: str, ref: str = "") -> Workplace:
        """The partnership at work, for somebody who may look at its cases. Raises RefusedError."""
        admission.need_part(self.place, self.visitor, verb, ref)
        return self.place

    def to_verify(self) -> Workplace:
        """The same, for a verification alone: nothing is refused that it can name."""
        self._check_named()
        self.__dict__["place"] = place = bootstrap.to_verify(self.settings)
        return self._told(place)

    def _check_named(self) -> None:
        """Whoever is named must be somebody, even where nothing is done on their behalf."""
        if self.options.get("as_person"):
            _ = self.person

    def _told(self, place: Workplace) -> Workplace:
        try:
            warning = silence.warning(place)
        except EngineError as error:
            # What is wrong with the store is said by what the command is about to do.
            warning = ""
            if isinstance(error, StorageError):
                raise
        if warning:
            self.remark(warning, loud=True)
        if place.demo:
            self.state.demo = True
            self.remark(DEMO)
        return place

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if isinstance(error, CaseNotFoundError) and error.ref:
                raise CaseNotFoundError(f"{error}{self._near(error.ref)}") from None
        finally:
            self.close()

    def _near(self, ref: str) -> str:
        """The end of a sentence that says which cases were probably meant; nothing for none."""
        try:
            found = references.near(self.place, ref)
        except EngineError:
            return ""
        return f" Did you mean {printing.listed(found, 'or')}?" if found else ""

    def close(self) -> None:
        """Close the store, and what was brought."""
        brought = self.__dict__.get("evidence")
        if brought:
            brought.source.close()
        if "place" in self.__dict__:
            self.place.database.close()

    @cached_property
    def person(self) -> str:
        """On whose behalf: `--as`, or the one person tied to the operating system's user."""
        person: str = self.options.get("as_person") or ""
        if person in self.settings.directory.people:
            return person
        if person:
            known = printing.meant(person, self.settings.directory.people)
            raise UsageError(f'config.toml names no person "{person[:40]}"{known}')
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

    def by(self, on: str | None = None) -> By:
        """Who changes something; the evidence they bring is put on file with the change.

        `on` is the day it happened, where that is not what `--on` says.
        """
        options = self.options
        key = _checked_key(options["key"]) or os.urandom(16).hex()
        who = replace(
            self.visitor,
            on=texts.when(options["on"]) if on is None else on,
            reason=texts.free_text(options["reason"], "--reason"),
            if_version=options.get("if_version"),
            key=key,
        )
        self.state.key = key
        return replace(who, shown=self.evidence, decided_by=options.get("decided_by") or "")

    @cached_property
    def evidence(self) -> File | None:
        """What shows that somebody else decided it, opened until the visit ends."""
        evidence = self.options.get("evidence") or ""
        if not evidence:
            return None
        from engine.cli import own_files

        own_files.refuse(self.settings, evidence, "--evidence")
        return File(os.path.basename(evidence), texts.opened(evidence, "--evidence"))

    def done(
        self,
        by: By,
        outcome: Outcome,
        said: str,
        more: Mapping[str, Any] | None = None,
        caution: str = "",
    ) -> None:
        """Say what a change did, of what to beware, and how the case is now; `more` is for the JSON
        document alone.
        """
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
            self.answer(document, [*lines, self.signature(by), *saying.caution(caution)])
            return
        every = (part for event in outcome.events for part in parts(event))
        moved = {part["body"].get("timescale") for part in every}
        lines += [
            *saying.after_change(case, {str(name) for name in moved if name}),
            self.signature(by),
            *saying.caution(caution, case["caution"]),
        ]
        self.answer({**document, "case": case}, lines)

    def signature(self, by: By) -> str:
        """By whom it was recorded, and how that is known."""
        recorded = f"recorded by {self.name(by.person)} ({by.claimed})."
        if by.decided_by and by.decided_by != by.person:
            return f"Decided by {self.name(by.decided_by)}, {recorded}"
        return recorded[:1].upper() + recorded[1:]

    def workflow(self, ref: str) -> Workflow:
        """The process of a case, in the edition that the case is pinned to."""
        with self.place.database.read() as tx:
            return viewing.view(self.place, tx, ref).edition.workflow

    def asks(self, ref: str, question: str) -> str:
        """What a question of a case asks, in quotation marks; its name as it is, if it has none."""
        known = self.workflow(ref).questions.get(question)
        return f'"{known.ask}"' if known else question

    def name(self, person: str) -> str:
        """The name of somebody whom config.toml names; the id of anybody else."""
        known = self.settings.directory.people.get(person)
        return known.name if known else person


def account() -> str:
    """The operating system's user, by the system itself and not by the environment."""
    if os.name != "posix":
        import getpass

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
        option("--reason", metavar="TEXT", default="", help=f"Why: {texts.FREE}"),
        option("--key", metavar="KEY", default="", help="Never do it twice under the same key."),
    ]
    existing = [
        option("--decided-by", metavar="PERSON", help="Who decided it, where you only record it."),
        option("--evidence", metavar="FILE", help="What shows that they did; it is put on file."),
        option("--if-version", type=int, metavar="N", help="Only if `show` still says N entries."),
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
