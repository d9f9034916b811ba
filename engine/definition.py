"""A workflow as it was written down: states, transitions, questions, timescales, and who may act.

These are frozen values, read from the canonical form that an edition stores; nothing here reads a
file.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple

from engine.overlays import Overlay
from engine.own_rules import OwnRule as OwnRule
from engine.who import Group as Group
from engine.who import Role as Role

LANGUAGE = 1
"""Version of the definition language; part of every edition's hash."""

CASE = ""
"""The `of` of an answer that belongs to the whole case."""
_EVERYWHERE: Mapping[str, str] = {}


# Named tuples, since an edition has hundreds: a frozen dataclass takes ten times as long to make.


class Question(NamedTuple):
    """Something the record must be able to say."""

    id: str
    ask: str
    answer: str
    """date, text, number, document, yes or no, choice, agencies, case."""
    choices: tuple[str, ...] = ()
    said: str = ""
    """What an answer says as a statement, with "..." where it stands: `abuse or neglect is ...`."""
    personal: bool = True
    because: str = ""
    """Why the answer is not personal; required when it is not."""
    per: str = ""
    """Asked once for each "child" or "person" of the case."""
    asked_of: str = ""
    """Asked of each agency of this group; "asked, no reply" deals with it."""
    help: str = ""
    power: str = "volunteered"
    """The legal power under which the answer is obtained."""
    seen_by: tuple[str, ...] = ()
    may_change: bool = False
    """A plan: it may be answered again as it changes, without a correction."""
    restricted: bool = False
    """Legal advice and the like: printed only for those whom the definition names in seen_by."""
    at_most: int | None = None


class Condition(NamedTuple):
    """One line of a guard: this question, compared in this way, with one of these values."""

    subject: str
    word: str
    """is, at least, at most, answered, not answered, passed, all ended, at least ended."""
    values: tuple[str, ...] = ()


class Guard(NamedTuple):
    """A table of conditions, or several of which one must hold; an empty guard always holds."""

    tables: tuple[tuple[Condition, ...], ...] = ()


class Opening(NamedTuple):
    """The child cases that a transition opens."""

    process: str
    one_for: str = ""
    """A question answered with agencies: one child case for each of them."""


class Approval(NamedTuple):
    """Who must have approved what before a step may be taken."""

    of: str
    """The question whose answer is approved; the approval is void when it changes."""
    by: tuple[str, ...]
    at_least: int = 1


class State(NamedTuple):
    """Where a case can be."""

    id: str
    title: str
    waiting_on: str = ""
    within: str = ""
    closed: bool = False
    says: str = ""
    abstract: bool = False
    """Others are within it, and it is itself no place to be."""


class Transition(NamedTuple):
    """What may happen next. `to` is empty when the case stays where it is."""

    id: str
    title: str
    starts: tuple[str, ...]
    """The states it may start from, `within` and "any state" expanded (the file's `from`)."""
    to: str
    who: tuple[str, ...]
    only_if: Guard = Guard()
    on_file: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    approve: tuple[Approval, ...] = ()
    tell: tuple[str, ...] = ()
    asks_anew: tuple[str, ...] = ()
    """Questions that this step asks afresh: their next answers are a new occurrence."""
    dates: str = ""
    """The date question that is answered by the day on which this step happened."""
    sets: tuple[tuple[str, str], ...] = ()
    """Answers that taking this step gives by itself."""
    opens: Opening | None = None
    duty: str = ""
    duty_checked: str = ""
    """When, and against what, somebody compared the duty itself with its source."""
    says: str = ""
    leaves_building: str = ""
    """What left the building with this step, and to whom; an undo follows it up as a task."""
    asks: tuple[str, ...] = ()
    """What it asks of the agencies that it tells; their message says so."""
    once_for: str = ""
    """The question for each answer to which it is taken once, such as what a letter says."""
    may_overlap: str = ""
    """Why a step that leads elsewhere may be possible in the same situation."""
    undecided_if: Guard = Guard()
    """The situations in which neither this step nor its alternatives are possible, on purpose."""


class TimeFrom(NamedTuple):
    """What sets the time of a timescale: its kind, its word (must, should) and its source."""

    kind: str
    says: str
    source: str


class Basis(NamedTuple):
    """What made a rule begin or end on a day, and how well that day is known."""

    by: str
    confirmed: str
    """read, second-hand, recalled or disputed; or assumed: no source for the day was found."""
    checked: str = ""


class Variant(NamedTuple):
    """A timescale as it stood between two days; the day that starts the clock chooses."""

    due: str
    time_from: TimeFrom
    confirmed: str
    """read, second-hand, recalled or disputed."""
    since: str = ""
    until: str = ""
    checked: str = ""
    note: str = ""
    began: Basis | None = None
    ended: Basis | None = None

    def holds_on(self, day: str) -> bool:
        """Whether it governs a clock that starts on this day, `2020-05-01`."""
        return self.since <= day and (not self.until or day <= self.until)


class Notice(NamedTuple):
    """Whom to tell, and when, relative to a deadline."""

    id: str
    kind: str
    """remind or escalate."""
    at: str
    tell: tuple[str, ...]


class Timescale(NamedTuple):
    """What the law or a partnership allows."""

    id: str
    title: str
    variants: tuple[Variant, ...]
    waiting_on: str
    met_by: tuple[str, ...] = ()
    stops_if: tuple[str, ...] = ()
    only_if: Guard = Guard()
    starts_in: tuple[str, ...] = ()
    """The states in which it starts or, with "every", runs; empty: as soon as its date is known."""
    provisional: bool = False
    """Counts from the earliest date on record until its own start is answered."""
    keep: bool = False
    """Outlives closure; broken by ending early."""
    duty: str = ""
    duty_checked: str = ""
    """When, and against what, the duty itself was compared with its source; its time may not be."""
    note: str = ""
    notices: tuple[Notice, ...] = ()
    no_reminder: str = ""
    """Why nobody is reminded of it."""
    no_escalation: str = ""
    """Why nobody is told when it was not met."""


class Pack(NamedTuple):
    """The documents that a body is to be sent."""

    id: str
    title: str
    to: str
    template: str
    requires: tuple[str, ...] = ()
    signed_off_by: str = ""
    """The transition at which the pack is frozen."""


@dataclass(frozen=True, slots=True)
class Workflow:
    """One statutory process, in one edition."""

    name: str
    title: str
    edition: str
    in_force_from: str
    in_force_to: str
    in_force_for: str
    source: str
    caution: str
    """What every output that this edition may govern must say."""
    working_days: str
    starts_at: str
    opening: tuple[str, ...]
    """The questions that opening a case asks first, in this order."""
    roles: Mapping[str, Role]
    groups: Mapping[str, Group]
    questions: Mapping[str, Question]
    states: Mapping[str, State]
    transitions: Mapping[str, Transition]
    timescales: Mapping[str, Timescale]
    packs: Mapping[str, Pack]
    children: Mapping[str, Workflow]
    templates: Mapping[str, str]
    """SHA-256 of each template beside the definition."""
    may_open: tuple[str, ...] = ()
    """The roles that may open a case of this process."""
    kept_by: tuple[str, ...] = ()
    """The roles that keep the record of its cases, as the definition says; see `keepers`."""
    main_line: tuple[str, ...] = ()
    """The states by which an ordinary case goes, in order; empty: the longest way that only goes
    on. Drawn so, and nothing else."""
    person_kinds: tuple[str, ...] = (
        "child",
        "parent or carer",
        "sibling",
        "other person",
    )
    rules: Mapping[str, OwnRule] = field(default_factory=dict)
    overlay: Overlay | None = None
    """What a partnership put over the process; its own files are then only a part of it."""
    language: int = LANGUAGE
    hash: str = ""
    """The content hash that pins a case; empty until the edition is resolved."""

    @property
    def keepers(self) -> tuple[str, ...]:
        """The roles that keep the record; in an edition that does not say, all that act in it."""
        return self.kept_by or self.acting

    @property
    def acting(self) -> tuple[str, ...]:
        """The roles of those who act in the process, and are not only told."""
        return tuple(role.id for role in self.roles.values() if not role.outside)

    def only_at(self, about: str) -> Mapping[str, str]:
        """The roles that count at one agency alone in a case about that agency, each with it."""
        if not about:
            return _EVERYWHERE
        return {role.id: about for role in self.roles.values() if role.own_agency}

    def was_set_aside(self, state: str, closed_on: str | None) -> bool:
        """Whether a case that is here was set aside with the step that opened it.

        Nothing else closes a case in a state that is not closed.
        """
        return closed_on is not None and not self.states[state].closed

    def from_state(self, state: str) -> tuple[Transition, ...]:
        """The transitions that may start from a state, in the order of the file."""
        return tuple(t for t in self.transitions.values() if state in t.starts)


def plain(value: Any) -> Any:
    """A definition as JSON values: the form that is hashed, stored and read back.

    What a file defines is kept in the order of the file, in which people read it.
    """
    if isinstance(value, Workflow):
        written = {f.name: getattr(value, f.name) for f in fields(value) if f.name != "hash"}
        parts = {name: list(written[name].values()) for name in _PARTS}
        return {name: plain(item) for name, item in (written | parts).items()}
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if hasattr(value, "_fields"):
        return {name: plain(getattr(value, name)) for name in value._fields}
    if isinstance(value, tuple | list):
        return [plain(item) for item in value]
    return value


def workflow_from(stored: Mapping[str, Any], content_hash: str) -> Workflow:
    """The workflow whose `plain` form was stored under this content hash.

    What an older program did not store is as it was meant then, if there is such a meaning. Raises
    UnreadableError for the form of a program that this one is too old, or too new, to read.
    """
    try:
        return _workflow(stored, content_hash)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        raise UnreadableError(str(error)) from error


class UnreadableError(ValueError):
    """A stored definition is in a form that this program does not read."""


def _workflow(stored: Mapping[str, Any], content_hash: str) -> Workflow:
    known = dict(stored)
    for name, make in _PARTS.items():
        known[name] = {item["id"]: make(item) for item in stored.get(name, ())}
    known["children"] = {
        key: _workflow(child, content_hash) for key, child in stored["children"].items()
    }
    for name in ("opening", "may_open", "kept_by", "main_line", "person_kinds"):
        if name in stored:
            known[name] = tuple(stored[name])
    known["overlay"] = Overlay(**stored["overlay"]) if stored.get("overlay") else None
    known["hash"] = content_hash
    return Workflow(**known)


def _tuples(item: Mapping[str, Any]) -> dict[str, Any]:
    # What JSON gives is a list and no kind of one; every command reads a whole definition.
    return {key: tuple(v) if type(v) is list else v for key, v in item.items()}


def _guard(item: Mapping[str, Any]) -> Guard:
    guard = item.get("only_if", _NO_GUARD)
    return Guard(tuple(tuple(Condition(**_tuples(c)) for c in table) for table in guard["tables"]))


def _transition(item: Mapping[str, Any]) -> Transition:
    known = _tuples(item)
    known["only_if"] = _guard(item)
    known["undecided_if"] = _guard({"only_if": item.get("undecided_if", _NO_GUARD)})
    known["approve"] = tuple(Approval(**_tuples(a)) for a in item.get("approve", ()))
    known["sets"] = tuple((pair[0], pair[1]) for pair in item.get("sets", ()))
    known["opens"] = Opening(**item["opens"]) if item.get("opens") else None
    return Transition(**known)


def _variant(item: Mapping[str, Any]) -> Variant:
    known = {key: Basis(**item[key]) for key in ("began", "ended") if item.get(key)}
    return Variant(**{**item, **known, "time_from": TimeFrom(**item["time_from"])})


def _timescale(item: Mapping[str, Any]) -> Timescale:
    known = _tuples(item)
    known["only_if"] = _guard(item)
    known["variants"] = tuple(_variant(v) for v in item["variants"])
    known["notices"] = tuple(Notice(**_tuples(n)) for n in item.get("notices", ()))
    return Timescale(**known)


_NO_GUARD: Mapping[str, Any] = {"tables": ()}
_PARTS: dict[str, Any] = {
    "roles": lambda item: Role(**_tuples(item)),
    "groups": lambda item: Group(**_tuples(item)),
    "questions": lambda item: Question(**_tuples(item)),
    "states": lambda item: State(**item),
    "transitions": _transition,
    "timescales": _timescale,
    "packs": lambda item: Pack(**_tuples(item)),
    "rules": lambda item: OwnRule(**_tuples(item)),
}
