"""Looks up the names that a story has for the things of one process; each that is not there is a
mistake, with what was probably meant.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import NamedTuple

from engine.definition import Question, Workflow
from engine.loading.findings import Findings, Place
from engine.scenarios.doing import EACH
from engine.scenarios.knowing import Known, roles


class Judge(NamedTuple):
    """The names of the process of one case, and the mistakes that were found so far."""

    known: Known
    workflow: Workflow
    findings: Findings

    def step(self, name: str, place: Place) -> None:
        """A step, by its name."""
        self._one_of("step", name, self.workflow.transitions, place)

    def state(self, name: str, place: Place) -> None:
        """A state in which a case can be."""
        states = [one.id for one in self.workflow.states.values() if not one.abstract]
        self._one_of("state", name, states, place)

    def timescale(self, name: str, place: Place) -> None:
        """A timescale, with the number of the time that it runs or without: `answer 2`."""
        timescale, _, number = name.partition(" ")
        self._one_of("timescale", timescale, self.workflow.timescales, place)
        if number and not (number.isascii() and number.isdecimal()):
            problem = f'"{name}": behind a timescale stands which time it runs: "{timescale} 2".'
            self.findings.add(place, problem)

    def pack(self, name: str, place: Place) -> None:
        """A pack, by its name."""
        self._one_of("pack", name, self.workflow.packs, place)

    def question(self, path: str, place: Place) -> Question | None:
        """A question, of whom it is asked or without: `opinion/police`; None if it is not there."""
        name, _, of = path.partition("/")
        self._one_of("question", name, self.workflow.questions, place)
        question = self.workflow.questions.get(name)
        if question and of and of != EACH:
            self._of_whom(question, of, place)
        return question

    def agency(self, name: str, place: Place) -> None:
        """An agency of the partnership."""
        agencies = self.known.directory.agencies
        if name not in agencies:
            self.findings.unknown(place, f'There is no agency "{name}".', name, agencies)

    def _of_whom(self, question: Question, of: str, place: Place) -> None:
        """An answer of an agency, or about a person of the case, who is named as p1, p2."""
        if question.asked_of:
            self.agency(of, place)
        elif not question.per:
            problem = f'"{question.ask}" is asked of the case, and not of "{of}".'
            self.findings.add(place, problem)
        elif not re.fullmatch(r"p\d+", of, re.ASCII):
            self.findings.add(place, f'"{of}" is no person of the case; write p1, p2, or {EACH}.')

    def role(self, name: str, place: Place) -> None:
        """A role of the process, in words or as the definition has it."""
        self._one_of("role", name.replace("_", " "), roles(self.workflow), place)

    def waits_on(self, name: str, place: Place) -> None:
        """A role or a group of the process."""
        known = [*roles(self.workflow), *self.known.groups(self.workflow)]
        self._one_of("role or group", name.replace("_", " "), known, place)

    def told(self, name: str, place: Place) -> None:
        """Somebody who is told: a role, a group, an agency, a person, `agency lead at hospital`."""
        role, at, agency = name.partition(" at ")
        if at:
            self.agency(agency, place)
        groups = self.known.groups(self.workflow)
        known = dict.fromkeys([*self.known.players(), *groups])
        if role not in known and role.replace("_", " ") not in known:
            problem = f'Nobody is called "{role}": no role, no group, no agency and no person.'
            self.findings.unknown(place, problem, role, known)

    def linked(self, name: str, place: Place) -> Judge | None:
        """A linked case, as `meeting 2` names it; None if its process is not there."""
        process = name.partition(" ")[0]
        self._one_of("linked process", process, self.workflow.children, place)
        child = self.workflow.children.get(process)
        return Judge(self.known, child, self.findings) if child else None

    def _one_of(self, noun: str, name: str, known: Collection[str], place: Place) -> None:
        if name not in known:
            problem = f'"{self.workflow.title}" has no {noun} "{name}".'
            self.findings.unknown(place, problem, name, known)
