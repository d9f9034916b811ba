"""What those who owe a duty can do of themselves while its clock runs, and what waits for others.

A duty is owed by whoever its timescale waits on, and by those who may take with them a step that
meets it. What an act itself asks for first, as a rule of the process with a `duty` says, is the
law's own and no waiting.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from engine.definition import Approval, OwnRule, Transition, Workflow
from engine.owing import can_end, is_theirs
from engine.own_rules import holds_on
from engine.prose import listed, people, quoted
from engine.proving.record import ONCE, Record
from engine.proving.story import who

Needed = tuple[str, int]
"""A question or a linked process, and the values of it with which a step can be taken."""


class Law:
    """What the acts that a process names ask for before a step, whoever gives it."""

    def __init__(self, workflow: Workflow, day: str) -> None:
        rules = [rule for rule in workflow.rules.values() if rule.duty and holds_on(rule, day)]
        self._rules = rules
        self.taken = frozenset(name for rule in rules for name in rule.taken)

    def approves(self, step: Transition, what: str) -> frozenset[str]:
        """The roles whose approval of an answer an act asks for before a step."""
        asked = [rule.approved_by for rule in self._before(step) if what in rule.approved]
        return frozenset(role for roles in asked for role in roles)

    def on_file(self, step: Transition) -> frozenset[str]:
        """The answers that an act asks for before a step."""
        return frozenset(name for rule in self._before(step) for name in rule.on_file)

    def _before(self, step: Transition) -> Iterator[OwnRule]:
        return (rule for rule in self._rules if {step.id, step.to} & set(rule.before))


class Alone:
    """Some of the steps of a process, and for what each waits that others than these roles give."""

    def __init__(
        self,
        record: Record,
        roles: Collection[str],
        law: Law,
        theirs: Mapping[str, str],
        places: Mapping[str, Iterable[Transition]],
    ) -> None:
        self._record = record
        self._workflow = record.workflow
        self._roles = frozenset(roles)
        self._law = law
        self._places = frozenset(places)
        self._steps = {step.id: step for steps in places.values() for step in steps}
        self._needs: dict[str, tuple[tuple[Needed, ...], ...]] = {}
        self._supplied: dict[tuple[str, str, int], frozenset[str]] = {}
        self.waiting: dict[str, str] = {}
        """The steps that wait, each with what for."""
        for step in self._steps.values():
            said = theirs.get(step.id) or self.lacks(step)
            if said:
                self.waiting[step.id] = said
        while self._more():
            pass

    def lacks(self, step: Transition) -> str:
        """Whose step it is alone, or whose approval it needs; empty if theirs."""
        if not self._roles & set(step.who) and step.id not in self._law.taken:
            return f"{people(self._workflow, step.who, 'or')}, who alone may take it"
        for approval in step.approve:
            by = [name for name in approval.by if name not in self._law.approves(step, approval.of)]
            if by and len(by) == len(approval.by) and not self._roles & set(by):
                return f"the approval of {self._approvers(approval)}"
        return ""

    def needs(self, step: str) -> frozenset[str]:
        """What a step reads that others give."""
        return frozenset(name for way in self._needs.get(step, ()) for name, _ in way)

    def waits(self, step: Transition, state: str, held: Mapping[str, int]) -> bool:
        """Whether a step waits in a state, with what may be on record there."""
        ways = self._needs.get(step.id)
        if ways is None:
            return step.id in self.waiting
        return all(any(self._wants(step, one, state, held) for one in way) for way in ways)

    def _wants(self, step: Transition, need: Needed, state: str, held: Mapping[str, int]) -> bool:
        name, mask = need
        if state in self._supplied.get((step.id, name, mask), ()) or not held[name] & ~mask:
            return False
        return name in self._workflow.children or self._record.is_closed_to(name, state)

    def _approvers(self, approval: Approval) -> str:
        return listed((who(self._workflow, name) for name in approval.by), "or")

    def _more(self) -> bool:
        """Whether another step is found to wait, since what it needs is given by those that do."""
        found = False
        for step in self._steps.values():
            if step.id in self.waiting:
                continue
            ways = [tuple(self._others(step, way.needs)) for way in self._record.ways[step.id]]
            if ways and all(ways):
                self._needs[step.id] = tuple(ways)
                self.waiting[step.id] = self._said(ways[0][0][0])
                found = True
        return found

    def _others(self, step: Transition, needs: Iterable[Needed]) -> Iterator[Needed]:
        """What a step needs that others alone give, or may give so that it cannot be taken."""
        lawful, begun = self._law.on_file(step), dict(self._record.begins[step.id])
        for name, mask in needs:
            if name.startswith(ONCE) or name in begun or name in lawful:
                continue
            if name in self._workflow.children:
                if self._held_open(name, mask):
                    yield name, mask
            elif self._is_given(step, name) and self._hangs_on_others(name, mask):
                supplied = self._own_supply(step, name, mask)
                self._supplied[step.id, name, mask] = supplied
                if not self._places.intersection(step.starts) <= supplied:
                    yield name, mask

    def _is_given(self, step: Transition, name: str) -> bool:
        """Whether a question is answered by steps alone, where this step starts."""
        return any(self._record.is_closed_to(name, state) for state in step.starts)

    def _gives(self, step: str, name: str) -> int:
        """What a step makes of an answer, as values of it; 0 where it leaves it alone."""
        return next((mask for one, mask in self._record.begins[step] if one == name), 0)

    @property
    def _free(self) -> list[Transition]:
        return [step for step in self._steps.values() if step.id not in self.waiting]

    def _own_supply(self, step: Transition, name: str, mask: int) -> frozenset[str]:
        """The states from which these roles can give an answer that a step needs, and take it."""
        givers = [one for one in self._free if self._gives(one.id, name) & mask]
        found = set[str]()
        for start in self._places.intersection(step.starts) if givers else ():
            within = self._reached(start)
            after = {one.to or at for one in givers for at in within.intersection(one.starts)}
            if any(not self._reached(state).isdisjoint(step.starts) for state in after):
                found.add(start)
        return frozenset(found)

    def _reached(self, start: str) -> frozenset[str]:
        """The states to which these roles can lead from one, as far as is known."""
        moves = [(at, step.to) for step in self._free if step.to for at in step.starts]
        found, waiting = {start}, [start]
        while waiting:
            here = waiting.pop()
            more = {there for at, there in moves if at == here} - found
            found |= more
            waiting += more
        return frozenset(found)

    def _hangs_on_others(self, name: str, mask: int) -> bool:
        own = {step.id for step in self._free}
        gives = {step: self._gives(step, name) for step in self._record.begins}
        others = [given for step, given in gives.items() if given and step not in own]
        if self._record.subjects[name].first & mask:
            return any(given & ~mask for given in others)
        return any(given & mask for given in others)

    def _held_open(self, process: str, mask: int) -> bool:
        """Whether a linked case may be open, or is needed, that these roles cannot end."""
        linked = self._workflow.children[process]
        if can_end(linked, lambda step: is_theirs(step, linked, self._roles)):
            return False
        steps = self._workflow.transitions.values()
        opens = [step for step in steps if step.opens and step.opens.process == process]
        if self._record.subjects[process].first & mask:
            return any(step.id not in self._steps or step.id in self.waiting for step in opens)
        return bool(opens)

    def _said(self, name: str) -> str:
        if name in self._workflow.children:
            title = self._workflow.children[name].title
            return f"the linked cases {quoted(title)}, the work of others"
        ask = f"an answer to {quoted(self._workflow.questions[name].ask)}"
        given = [step for step in self._workflow.transitions.values() if self._gives(step.id, name)]
        steps = [step for step in given if not self._roles & set(step.who)] or given
        whose = people(self._workflow, tuple(dict.fromkeys(r for s in steps for r in s.who)), "or")
        return f"{ask}, which only {whose} gives: {listed((quoted(s.title) for s in steps), 'or')}"
