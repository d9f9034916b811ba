"""Watches a scenario as it is played, and notes what of the process it touches."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from engine import queries
from engine.apply_clocks import parts
from engine.decide.facts import CaseFacts
from engine.definition import Transition
from engine.edition import Edition
from engine.grammar import parse
from engine.guards import satisfied
from engine.scenarios.coverage import Item
from engine.scenarios.playing import Played
from engine.scenarios.story import Telling
from engine.service.looking import deadlines, reading, viewing
from engine.service.workplace import Workplace

_NOTED = {"deadline started": "started", "deadline met": "met", "deadline stopped": "stopped"}


@dataclass(slots=True)
class Watch:
    """What one scenario has touched so far."""

    place: Workplace
    process: str
    """The name of the process that the scenario is of."""
    touched: set[Item] = field(default_factory=set)
    named: set[tuple[str, str]] = field(default_factory=set)
    """The steps and timescales that it names, and the questions that it answers or is refused to,
    each with the linked process it is of.
    """

    def step(self, played: Played) -> None:
        """Note what a step did, or was refused for."""
        telling = played.telling
        process = telling.case.partition(" ")[0]
        self._told(telling, process)
        self._judged(played, process)
        if telling.verb != "take":
            return
        self.named.add((process, telling.object))
        with self.place.database.read() as tx:
            seen = viewing.view(self.place, tx, played.ref)
        step = seen.edition.workflow.transitions.get(telling.object)
        if step is None:
            return
        if step.opens:
            self.named |= {(step.opens.process, name) for name in telling.linked}
        facts = _Given(CaseFacts(seen.case, self.place.today()), telling.answers)
        if played.refusal is not None:
            self._refused(process, step, facts)
            return
        for number, table in enumerate(step.only_if.tables):
            if all(satisfied(line, facts) for line in table):
                self.touched.add(Item("way", process, step.id, str(number)))

    def _told(self, telling: Telling, process: str) -> None:
        """What is given, and what is expected."""
        for wanted in telling.then.values():
            if isinstance(wanted, Mapping):
                self.named |= {(process, str(name).partition(" ")[0]) for name in wanted}
        given = (*telling.answers, *telling.files)
        self.named |= {(process, name.partition("/")[0]) for name in given}

    def _judged(self, played: Played, process: str) -> None:
        """The steps of which the scenario says what they still need are judged as if refused."""
        asked = played.telling.then.get("needs", {})
        if not asked or not played.ref:
            return
        with self.place.database.read() as tx:
            seen = viewing.view(self.place, tx, played.ref)
        facts = _Given(CaseFacts(seen.case, self.place.today()), {})
        for name in asked:
            if name in seen.edition.workflow.transitions:
                self._refused(process, seen.edition.workflow.transitions[name], facts)

    def _refused(self, process: str, step: Transition, facts: _Given) -> None:
        for number, table in enumerate(step.only_if.tables):
            self.touched |= {
                Item("line", process, step.id, f"{number}/{line.subject}")
                for line in table
                if not satisfied(line, facts)
            }

    def end(self) -> None:
        """Note what the trail of every case shows once the scenario is over."""
        with self.place.database.read() as tx:
            refs = [str(row[0]) for row in tx.rows(queries.VERSIONS, (self.place.log,))]
        for ref in refs:
            with self.place.database.read() as tx:
                seen = viewing.view(self.place, tx, ref)
            name = seen.edition.workflow.name
            process = "" if name == self.process else name
            for event in reading.history(self.place, ref):
                for part in parts(event):
                    self._event(process, seen.edition, part)
            for deadline in deadlines.deadlines_of(self.place, seen):
                if deadline["status"] in ("overdue", "met late"):
                    self.touched.add(Item("overdue", process, str(deadline["timescale"])))

    def _event(self, process: str, edition: Edition, event: Mapping[str, Any]) -> None:
        kind, body = event["type"], event["body"]
        if kind == "answers recorded":
            self.named |= {(process, str(made["question"])) for made in body["answers"]}
        if kind == "case opened":
            self.touched.add(Item("state", process, body["state"]))
        elif kind == "transition taken":
            self.touched |= {
                Item("step", process, body["transition"]),
                Item("state", process, body["to"]),
            }
        elif kind in _NOTED:
            self.touched.add(Item(_NOTED[kind], process, body["timescale"]))
        if kind == "deadline started":
            self._variant(process, edition, body)
        elif kind == "notice fired":
            self._notice(process, edition, body)

    def _variant(self, process: str, edition: Edition, body: Mapping[str, Any]) -> None:
        timescale = edition.workflow.timescales[body["timescale"]]
        chosen = edition.variant(timescale, str(body["starts_on"]))
        for number, variant in enumerate(timescale.variants):
            if variant is chosen:
                self.touched.add(Item("variant", process, timescale.id, str(number)))

    def _notice(self, process: str, edition: Edition, body: Mapping[str, Any]) -> None:
        timescale = edition.workflow.timescales[body["timescale"]]
        for notice in timescale.notices:
            if notice.id == body["notice"]:
                self.touched.add(Item(notice.kind, process, timescale.id, notice.at))
                if (
                    notice.at.endswith("after it was due")
                    and parse(timescale.variants[0].due).number
                ):
                    self.touched.add(Item("overdue", process, timescale.id))


class _Given:
    """The facts of a case, with the answers that a step gives: refused, they are not on record."""

    def __init__(self, facts: CaseFacts, told: Mapping[str, str]) -> None:
        self._facts = facts
        self._told = told

    @property
    def today(self) -> date:
        return self._facts.today

    def value(self, question: str) -> str | None:
        return self._told.get(question) or self._facts.value(question)

    def ended(self, process: str) -> tuple[int, int]:
        return self._facts.ended(process)
