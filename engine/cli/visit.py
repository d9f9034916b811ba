"""A visit to a partnership's store: who comes, on whose behalf, and what is said at the door."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from functools import cached_property
from types import TracebackType
from typing import Any

import click

from engine import bootstrap, guessing
from engine.authority import is_of_machine
from engine.cli import printing, saying, texts
from engine.cli.desk import Desk, Head, Here
from engine.cli.door import Door, Function, command, option
from engine.config import Settings, person_of_account
from engine.errors import CaseNotFoundError, EngineError, StorageError, UsageError
from engine.service import authorising, silence
from engine.service.workplace import By, File, Workplace
from engine.verbs.verb import Content, Document

DEMO = "DEMO: sample people and a clock that is not real; nothing here is a record."

NOTHING: Document = {}

_KEY = re.compile(r"[A-Za-z0-9_.:-]{6,64}")


class Visit(Door):
    """A run of a command on a partnership's store, here or at a server."""

    @cached_property
    def _leaving(self) -> ExitStack:
        """What is done when the run ends."""
        return ExitStack()

    @cached_property
    def settings(self) -> Settings:
        """What config.toml says. Raises ConfigError."""
        return bootstrap.settings(self.options["config"])

    @cached_property
    def place(self) -> Workplace:
        """The partnership at work; whoever comes in is told first what everybody must know."""
        self._check_named()
        return self._told(bootstrap.workplace(self.settings))

    @cached_property
    def desk(self) -> Desk:
        """Where everything is asked for: at a server, or at the partnership's own database."""
        return self._there() if self.away else Here(self.place, self._who)

    @property
    def away(self) -> bool:
        """Whether it is done at a server, and nothing of a store is here."""
        return self.state.reached is not None

    @contextmanager
    def working(self, what: str, *, ticking: bool = False) -> Iterator[None]:
        """Show how far something long has come, or at least for how long it is under way."""
        from engine.cli import progress

        # What is said as somebody comes in stands above it.
        _ = self.desk
        with progress.working(self.state, what, ticking=ticking or self.away) as shown:
            if "place" in self.__dict__ and not ticking:
                self.place.watch(shown.came)
            yield

    def _there(self) -> Desk:
        """The desk at the server; whoever comes in is told first what everybody must know."""
        from engine.cli.remote import tokens
        from engine.cli.remote.there import There

        assert self.state.reached is not None
        token = tokens.of(self.state.reached, self.state.token_file)
        there = There(self.state.reached, token, lambda line: printing.say_aside([line]))
        self._leaving.callback(there.close)
        who = there.ask("who", {})
        self._first(str(who["warning"]), demo=bool(who["demo"]))
        return there

    def ask(self, verb: str, exactly: Document = NOTHING, /, **request: Any) -> Document:
        """The document that comes of a verb which changes nothing; what is empty is left out, but
        of what is said `exactly`.
        """
        return self.desk.ask(verb, {**exactly, **_given(request)})

    def settle(self, verb: str, exactly: Document = NOTHING, /, **request: Any) -> Document:
        """The document that comes of a change of the store itself."""
        desk = self.desk
        self.state.begun = True
        found = desk.ask(verb, {**exactly, **_given(request)})
        self.state.changed = True
        return found

    def bring(self, verb: str, /, **request: Any) -> Content:
        """The file that comes of a change, with what is said of it."""
        asked, head = self.heading
        return self.desk.fetch(verb, _given({**request, **asked}), head)

    def fetch(self, verb: str, /, **request: Any) -> Content:
        """The file that comes of a verb, with what is said of it."""
        return self.desk.fetch(verb, _given(request))

    def change(self, verb: str, /, *, on: str | None = None, **request: Any) -> Document:
        """The document that comes of a change.

        `on` is the day it happened, where that is not what `--on` says.
        """
        found = self.foresee(verb, on=on, **request)
        self.state.changed = True
        return found

    def foresee(self, verb: str, /, *, on: str | None = None, **request: Any) -> Document:
        """The same of a request that says that nothing is to be changed yet."""
        desk = self.desk
        asked, head = self.heading
        asked = asked if on is None else {**asked, "on": on}
        return desk.ask(verb, _given({**request, **asked}), head)

    @cached_property
    def heading(self) -> tuple[dict[str, Any], Head]:
        """What is said with every change: when, why, who decided it, and what shows that; and its
        key.
        """
        options = self.options
        key = _checked_key(options["key"]) or os.urandom(16).hex()
        asked: dict[str, Any] = {
            "on": texts.when(options["on"]),
            "reason": texts.free_text(options["reason"], "--reason"),
        }
        self.state.key = key
        asked |= {"evidence": self.evidence, "decided_by": options.get("decided_by")}
        return asked, Head(key, options.get("if_version"))

    def _who(self, verb: str) -> By:
        """Who asks for a verb; where it is for whoever sits at the machine, it may be nobody."""
        if is_of_machine(verb) and not self._is_named():
            return By("", claimed=self._claimed())
        return self.visitor

    def _is_named(self) -> bool:
        return bool(self.options.get("as_person") or person_of_account(self.settings, account()))

    def admitted(self, name: str, ref: str = "") -> Workplace:
        """The place itself, for a command that is no verb, and somebody to whom the table of
        authority allows it. Raises RefusedError.
        """
        authorising.need(self.place, self.visitor, name, {"ref": ref} if ref else {})
        return self.place.seen_by(self.person)

    def to_verify(self) -> None:
        """Open the place for a verification alone: nothing is refused that it can name."""
        if self.away:
            return
        self._check_named()
        self.__dict__["place"] = place = bootstrap.to_verify(self.settings)
        self._told(place)

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
        self._first(warning, demo=place.demo)
        return place

    def _first(self, warning: str, *, demo: bool) -> None:
        """Say what everybody must know, before anything else."""
        if warning:
            self.remark(warning, loud=True)
        if demo:
            self.state.demo = True
            self.remark(DEMO)

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
            found = self.desk.ask("near", {"typed": ref})["near"]
        except EngineError:
            return ""
        return f" Did you mean {printing.listed(found, 'or')}?" if found else ""

    def close(self) -> None:
        """Close the store or the way to it, and what was brought."""
        self._leaving.close()
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
            known = guessing.meant(person, self.settings.directory.people)
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
        return By(self.person, claimed=self._claimed())

    def _claimed(self) -> str:
        return f"claimed; system user {account()}"

    @cached_property
    def evidence(self) -> File | None:
        """What shows that somebody else decided it, opened until the visit ends."""
        evidence = self.options.get("evidence") or ""
        if not evidence:
            return None
        from engine.cli import own_files

        own_files.refuse(None if self.away else self.settings, evidence, "--evidence")
        return File(os.path.basename(evidence), texts.opened(evidence, "--evidence"))

    def done(self, found: Document, said: str) -> None:
        """Say what a change did, of what to beware, and how the case is now."""
        repeated = f"This was done already, under the same key: {found['key']}."
        lines = printing.paragraph(repeated if found["repeated"] else said)
        lines += [f"Opened the linked case {ref}." for ref in found["opened"]]
        case, caution = found.get("case"), str(found.get("caution", ""))
        if case is None:
            # What was saved stays saved, even where it could not be read again at once.
            self.answer(found, [*lines, signature(found), *saying.caution(caution)])
            return
        lines += [
            *saying.after_change(case, found["deadlines_changed"]),
            signature(found),
            *saying.caution(caution, case["caution"]),
        ]
        self.answer(found, lines)


def signature(found: Document) -> str:
    """By whom it was recorded, and how that is known."""
    person, names = found["recorded_by"], found["names"]
    decided = found.get("decided_by", person)
    recorded = f"recorded by {names.get(person, person)} ({found['proof']})."
    if decided != person:
        return f"Decided by {names.get(decided, decided)}, {recorded}"
    return recorded[:1].upper() + recorded[1:]


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


def _given(request: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked with, without what was left out."""
    return {name: value for name, value in request.items() if value not in (None, "", {}, ())}


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
