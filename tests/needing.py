"""Doing what `why-not` tells, word by word: each thing by somebody it names, typed as it says."""

from __future__ import annotations

import io
import re
import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, NamedTuple, Protocol

from engine.calendars import at_local
from engine.case import Given
from engine.decide.possible import leading
from engine.decide.steps.taking import Step
from engine.definition import Workflow
from engine.errors import RefusedError
from engine.service import cases
from engine.service.drafting import drafted
from engine.service.filing import Paper
from engine.service.looking import ahead, documents, viewing
from engine.service.looking.viewing import View
from engine.service.workplace import By, Workplace

Told = Mapping[str, Any]

DEEP = 4
"""How many steps, each for the sake of the next, are taken."""
REASON = "because it was found to be so"
TEXT = "It is on record."
_STANDS_FOR = re.compile(r"=(DAY|ANSWER|NUMBER|AGENCY,\.\.\.|CASE|@FILE|-)$")


class Ticking(Protocol):
    """A clock that a test moves."""

    instant: datetime


class UnableError(Exception):
    """What is told is nothing that can be done within one case: it names another step's place."""


class Brought(NamedTuple):
    """What comes with a step: answers, documents, and whoever takes it."""

    given: list[Given]
    papers: list[Paper]
    taker: By


@dataclass(slots=True)
class Office:
    """Whoever does what is told, and one who looks."""

    place: Workplace
    clock: Ticking
    looks: By
    pick: int = 0
    """Which of several ways, commands and answers is chosen."""
    avoided: Sequence[str] = ()
    """The answers by which the one thing that is left out would come about all the same."""
    wanted: dict[str, str] = field(default_factory=dict)
    """The answers that are to be given with a step for the sake of another."""
    said: list[str] = field(default_factory=list)

    def take(self, ref: str, name: str, *, without: int = -1, deep: int = 0) -> bool:
        """Supply all that a step lacks on its earliest day, but one thing, and take it.

        Yields whether it was accepted. Raises UnableError for what only other steps bring about.
        """
        told = ahead.why_not(self.place, self.looks, ref, name)
        if told["elsewhere"] or deep > DEEP:
            raise UnableError(name)
        unmet = told["unmet"]
        if not (without >= 0 and _waits(unmet[without])):
            days = [str(one["earliest"]) for one in (told, *unmet) if one["earliest"]]
            self._wait(max(days, default=""))
        left = [way for need in unmet[without : without + 1] for way in need["ways"]]
        self.avoided = [one for way in left for supply in way for one in supply["choices"]]
        brought = Brought([], [], self.looks)
        for supply in self._chosen(unmet, without):
            try:
                brought = self._bring(ref, supply, brought, deep)
            except RefusedError as error:
                # What rests on the one thing that is left out cannot be supplied either.
                if without < 0:
                    raise AssertionError(f"{supply}: {error} {error.unmet}") from error
        return self._taken(ref, name, brought)

    def _chosen(self, unmet: Sequence[Told], without: int) -> Iterable[Told]:
        """What is supplied, each answer once: as some way wants it, where one does."""
        ways: list[Sequence[Told]] = []
        for number, need in enumerate(unmet):
            if number == without:
                continue
            if not need["ways"]:
                raise UnableError(need["what"])
            ways.append(self._way(need, unmet, without))
        every = [supply for way in ways for supply in way]
        wanted = [
            supply for supply in every if supply["value"] or not _STANDS_FOR.search(_word(supply))
        ]
        first = {_word(supply).partition("=")[0]: supply for supply in reversed([*wanted, *every])}
        return [s for s in every if not _of([s]) or first[_word(s).partition("=")[0]] is s]

    def _bring(self, ref: str, supply: Told, brought: Brought, deep: int) -> Brought:
        """Supply one thing; what comes with the step itself is brought to it."""
        self.said.append(f"  {supply['verb']} {supply['commands']} by {supply['who']}")
        if supply["verb"] == "hold":
            return brought._replace(taker=self._one_of(ref, supply))
        if supply["verb"] == "give":
            self._give(ref, supply, brought.given, brought.papers)
        else:
            self._supply(ref, supply, deep)
        return brought

    def end(self, ref: str, deep: int = 0) -> None:
        """Bring a linked case to its end, by the steps that lead there."""
        for _ in range(8):
            seen = self.view(ref)
            states = seen.edition.workflow.states
            if states[seen.case.state].closed:
                return
            draft = drafted(self.place, self.looks, seen.case, seen.edition)
            steps = seen.edition.workflow.transitions.values()
            ends = [step for step in steps if step.to and states[step.to].closed]
            ways = [(leading.way_to(draft, step), step) for step in ends]
            found = [([*way, step]) for way, step in ways if way is not None]
            if not found:
                raise UnableError(ref)
            if not self.take(ref, min(found, key=len)[0].id, deep=deep + 1):
                raise UnableError(ref)
        raise UnableError(ref)

    def view(self, ref: str) -> View:
        """A case as it is now."""
        with self.place.database.read() as tx:
            return viewing.view(self.place, tx, ref)

    def _way(self, need: Told, unmet: Sequence[Told], without: int) -> Sequence[Told]:
        """A way in which a need is met; where one is left out, one that does not bring that too."""
        ways: Sequence[Sequence[Told]] = need["ways"]
        if without < 0:
            return ways[self.pick % len(ways)] if self.pick % 3 else ways[0]
        left = _answers(unmet[without])
        apart = [way for way in ways if not left & _of(way)]
        return (apart or ways)[0]

    def _supply(self, ref: str, supply: Told, deep: int) -> None:
        typed = [shlex.split(one) for one in supply["commands"]]
        if supply["verb"] == "wait":
            self._wait(str(supply["earliest"]))
        elif supply["verb"] == "end":
            for linked in [one[1] for one in typed] or self._linked(ref):
                self.end(linked, deep)
        elif not typed:
            raise UnableError(supply["what"])
        elif supply["verb"] == "take":
            self._other_step(ref, typed[self.pick % len(typed)], supply, deep)
        else:
            self._type(ref, typed[self.pick % len(typed)], supply)

    def _type(self, ref: str, words: Sequence[str], supply: Told) -> None:
        if words[0] == "approve":
            return self._approve(ref, words[2], supply)
        by = self._one_of(ref, supply)
        if words[0] == "person":
            cases.add_person(self.place, by, ref, words[3])
        elif words[0] == "attach":
            name, _, of = words[2].partition("/")
            documents.attach(self.place, by, ref, name, _file(), of)
        else:
            self._record(ref, by, words, supply)
        return None

    def _record(self, ref: str, by: By, words: Sequence[str], supply: Told) -> None:
        if "--no-reply" in words:
            path, stands, _ = words[words.index("--no-reply") + 1].partition("=")
            name, _, of = path.partition("/")
            day = self._today() if stands else ""
            one = Given(name, None, of, 0, "no reply", asked_on=day)
        else:
            one = self._given(ref, words[2], supply)
        if words[0] == "correct":
            cases.correct(self.place, replace(by, reason=REASON), ref, [one])
        else:
            cases.record(self.place, by, ref, [one])

    def _approve(self, ref: str, what: str, supply: Told) -> None:
        """As many different people approve as are asked for, each of those who are named."""
        for by in self._named(ref, supply):
            try:
                cases.approve(self.place, by, ref, what)
            except RefusedError:
                continue

    def _other_step(self, ref: str, words: Sequence[str], supply: Told, deep: int) -> None:
        name = words[2]
        if words[0] == "why-not":
            step = Step(name, already_done=True, pass_over=True)
            workflow = self.view(ref).edition.workflow
            if workflow.transitions[name].to:
                raise UnableError(name)
            by = self._holder(workflow.transitions[name].who, workflow, ref)
            cases.take_step(self.place, by, ref, step)
            return
        before = self.view(ref).case.state
        pairs = [word.partition("=") for word in words[3:] if "=" in word]
        known = {path: supply["value"] or value for path, _, value in pairs}
        stands = [path for path, value in known.items() if _STANDS_FOR.search(f"={value}")]
        self.wanted |= {path: value for path, value in known.items() if path not in stands}
        if not self.take(ref, name, deep=deep + 1) or self.view(ref).case.state != before:
            raise UnableError(name)

    def _give(self, ref: str, supply: Told, given: list[Given], papers: list[Paper]) -> None:
        one = self._given(ref, shlex.split(supply["commands"][0])[-1], supply)
        if one.value == "@FILE":
            papers.append(Paper(one.question, _file(), one.of))
        else:
            given.append(one)

    def _given(self, ref: str, word: str, supply: Told) -> Given:
        path, _, value = word.partition("=")
        name, _, of = path.partition("/")
        found = _STANDS_FOR.search(word)
        if path in self.wanted:
            value = self.wanted[path]
        elif found:
            value = self._value(ref, found[1], supply)
        return Given(name, value, of)

    def _value(self, ref: str, stands: str, supply: Told) -> str:
        choices = supply["choices"]
        if supply["value"] and not choices:
            return str(supply["value"])
        if stands == "ANSWER" or choices:
            others = [one for one in choices if one not in self.avoided] or choices
            return str(others[self.pick % len(others)])
        if stands == "CASE":
            return self._another(ref)
        agency = next(iter(self.place.directory.agencies))
        known = {"DAY": self._today(), "NUMBER": "1", "AGENCY,...": agency, "@FILE": "@FILE"}
        return known.get(stands, TEXT)

    def _linked(self, ref: str) -> list[str]:
        """The linked cases that are open."""
        asked = 'SELECT "ref" FROM "cases" WHERE "parent" = ? AND "closed_on" IS NULL'
        with self.place.database.read() as tx:
            return [str(row[0]) for row in tx.rows(asked, (ref,))]

    def _another(self, ref: str) -> str:
        asked = 'SELECT "ref" FROM "cases" WHERE "parent" = ? AND "closed_on" IS NULL'
        with self.place.database.read() as tx:
            found = [str(row[0]) for row in tx.rows(asked, ("",)) if row[0] != ref]
        if not found:
            raise UnableError("another case")
        return found[0]

    def _taken(self, ref: str, name: str, brought: Brought) -> bool:
        step, linked = Step(name, tuple(brought.given)), self._for_linked(ref, name)
        try:
            cases.take_step(self.place, brought.taker, ref, step, linked, brought.papers)
        except RefusedError as error:
            self.said.append(f"refused {name}: {error} {error.unmet}")
            return False
        return True

    def _for_linked(self, ref: str, name: str) -> list[Given]:
        """What the linked cases that a step opens ask first; that is no need of the step."""
        workflow = self.view(ref).edition.workflow
        opens = workflow.transitions[name].opens
        if opens is None:
            return []
        child = workflow.children[opens.process]
        return [
            Given(one, child.questions[one].choices[0])
            if child.questions[one].choices
            else Given(one, TEXT)
            for one in child.opening
            if child.questions[one].answer != "date"
        ]

    def _one_of(self, ref: str, supply: Told) -> By:
        return next(iter(self._named(ref, supply)))

    def _named(self, ref: str, supply: Told) -> list[By]:
        """Those who are there today of whom a supply is told to come."""
        workflow = self.view(ref).edition.workflow
        titles_of = [title.partition(", ")[0] for title in supply["who"]]
        roles = [role.id for role in workflow.roles.values() if role.title in titles_of]
        found = [self._holder((role,), workflow, ref, every=True) for role in roles]
        people = [by for several in found for by in several]
        titles = {agency.title: agency for agency in self.place.directory.agencies.values()}
        spoken = [titles[title].contact for title in supply["who"] if title in titles]
        people = [*(By(person) for person in spoken if person and self.pick % 2), *people]
        if not people:
            raise AssertionError(f"nobody whom it names is there: {supply}")
        return list(dict.fromkeys(people))

    def _holder(
        self, roles: Iterable[str], workflow: Workflow, ref: str, *, every: bool = False
    ) -> Any:
        only_at = workflow.only_at(self.view(ref).case.about)
        held = [
            By(one.person)
            for role in roles
            for one in self.place.directory.holders(role, self._today())
            if one.agency == only_at.get(role, one.agency)
        ]
        return held if every else held[0]

    def _wait(self, day: str) -> None:
        if day > self._today():
            self.clock.instant = at_local(date.fromisoformat(day), 10)

    def _today(self) -> str:
        return self.place.today().isoformat()


def _answers(need: Told) -> set[str]:
    """The answers of which one is enough for a need: those that every way gives."""
    every = [_of(way) for way in need["ways"]]
    return set.union(*every) if every else set()


def _of(way: Iterable[Told]) -> set[str]:
    """The answers that a way gives."""
    words = [word for supply in way for one in supply["commands"] for word in shlex.split(one)]
    return {word.partition("=")[0] for word in words if "=" in word}


def _word(supply: Told) -> str:
    """The answer that a supply gives, as it is typed; nothing for what gives none."""
    words = [word for one in supply["commands"][:1] for word in shlex.split(one)]
    return next((word for word in words if "=" in word), "")


def _waits(need: Told) -> bool:
    return any(supply["verb"] == "wait" for way in need["ways"] for supply in way)


def _file() -> documents.File:
    return documents.File("paper.txt", io.BytesIO(b"A paper of the sample case."))
