"""The one table of authority: what a visitor must be to what they ask about, for every verb. Pure.

Whatever it does not name is denied: a verb without a row, and a relation that a row leaves out. Who
takes which step and who reads which answer is the definition's own; the table says where that is
asked, and the rules ask it again with the case locked.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from enum import StrEnum
from typing import Final, NamedTuple

from engine.definition import Workflow
from engine.directory import Directory


class Relation(StrEnum):
    """What a visitor is to what they ask about, from the least to the most."""

    NOBODY = "nobody"
    MACHINE = "at the machine"
    LEFT = "no part today"
    BARRED = "barred"
    GLASS_BROKEN = "glass broken"
    ELSEWHERE = "elsewhere"
    TOLD = "told only"
    AGENCY = "an agency"
    PART = "a part"
    ACTS = "acts"
    KEEPS = "keeps the record"
    SERVICE = "service account"


class Verdict(StrEnum):
    """What the table says of a verb and a relation."""

    HIDDEN = "as if not there"
    DENIED = "no"
    OWN = "their own"
    PROCESS = "as the process says"
    AS_ROLE = "as their role"
    ALLOWED = "yes"


CONFIG: Final = "config.toml"
MEANING: Final[Mapping[Relation, str]] = {
    Relation.NOBODY: "Nobody whom config.toml names.",
    Relation.MACHINE: "Whoever sits at the machine where the store is, in whatever name.",
    Relation.LEFT: "Named, and without any part today: it has ended, or has not begun.",
    Relation.BARRED: "The case is restricted to others, or they are in conflict with it.",
    Relation.GLASS_BROKEN: "They have broken the glass of this case within the hour.",
    Relation.ELSEWHERE: "Has a part here, and none in the process that is asked about.",
    Relation.TOLD: "Is told, and does not act: a role from outside, or a fallback.",
    Relation.AGENCY: "Speaks for an agency, and holds no role of the process.",
    Relation.PART: "Holds a role of the process that reads a part of a case, or some cases alone.",
    Relation.ACTS: "Holds a role of the process that reads the whole case.",
    Relation.KEEPS: "Holds a role that keeps the record.",
    Relation.SERVICE: "A program: what its role may do, unless its own column says no.",
}
"""What each relation is, for people."""
DECIDED_BY: Final[Mapping[Relation, str]] = {
    Relation.NOBODY: f"{CONFIG}, [[person]]",
    Relation.MACHINE: "whoever lets people work at that machine",
    Relation.LEFT: f"{CONFIG}, [[appointment]], [[agency]] and [fallback]",
    Relation.BARRED: "who restricts the case, or declares a conflict",
    Relation.GLASS_BROKEN: "they themselves; two others are told first",
    Relation.ELSEWHERE: f"{CONFIG}, [[appointment]]",
    Relation.TOLD: f"{CONFIG}; the definition: role, outside",
    Relation.AGENCY: f"{CONFIG}, [[agency]], contact",
    Relation.PART: f"{CONFIG}; the definition: role, reads, reads_in, own_agency",
    Relation.ACTS: f"{CONFIG}; the definition: role",
    Relation.KEEPS: f"{CONFIG}; the definition: kept_by",
    Relation.SERVICE: f"{CONFIG}, [[person]], service",
}
"""Who decides that somebody is in it."""


class Row(NamedTuple):
    """What a verb needs."""

    cells: Mapping[Relation, Verdict]
    logged: str = ""
    """The type of the entry that the access log has of it, where what is personal is looked at."""
    here: bool = False
    """Whether it is done at the command line alone."""


PARTS: Final = tuple(
    Relation[name] for name in ("ELSEWHERE", "TOLD", "AGENCY", "PART", "ACTS", "KEEPS")
)
"""The relations of whoever has a part here today."""

_NO, _OWN, _PROCESS, _YES = Verdict.DENIED, Verdict.OWN, Verdict.PROCESS, Verdict.ALLOWED
_WEIGHT: Final = {Verdict.HIDDEN: 0, _NO: 1, _OWN: 2, _PROCESS: 2, Verdict.AS_ROLE: 2, _YES: 3}

# The types of entries of the access log.
READ, SEARCHED, EXPORTED = "read", "searched", "exported"


def _cells(*parts: Verdict, service: Verdict = Verdict.AS_ROLE) -> dict[Relation, Verdict]:
    """The cells of PARTS in their order, and that of a service account."""
    return {**dict(zip(PARTS, parts, strict=True)), Relation.SERVICE: service}


_OF_CASE: Final = {Relation.BARRED: Verdict.HIDDEN, Relation.GLASS_BROKEN: _NO}
_AT_MACHINE: Final = {Relation.MACHINE: _YES}
_EVERY_PART: Final = (_YES,) * len(PARTS)

_HERE = _cells(*_EVERY_PART)
_LOOK = {**_HERE, **_OF_CASE, Relation.GLASS_BROKEN: _YES}
_PERSONAL = {**_cells(_NO, _NO, _NO, _PROCESS, _YES, _YES), **_OF_CASE}
_PERSONAL[Relation.GLASS_BROKEN] = _PROCESS
_ON_FILE = {**_PERSONAL, Relation.ACTS: _PROCESS, Relation.KEEPS: _PROCESS}
_ANSWER = {**_cells(_NO, _NO, _PROCESS, _PROCESS, _PROCESS, _PROCESS), **_OF_CASE}
_STEP = {**_cells(_NO, _NO, _NO, _PROCESS, _PROCESS, _PROCESS), **_OF_CASE}
_PACK = {**_cells(_NO, _NO, _NO, _PROCESS, _YES, _YES), **_OF_CASE}
_KEEPING = {**_cells(_NO, _NO, _NO, _PROCESS, _NO, _YES), **_OF_CASE}
_BARRING = {**_cells(*(_PROCESS,) * len(PARTS), service=_NO), **_OF_CASE}
_NEW_CASE = _cells(_NO, _NO, _NO, _PROCESS, _PROCESS, _PROCESS)
_OF_STORE = _cells(_NO, _NO, _NO, _PROCESS, _NO, _YES)
_KEEPERS = _cells(_NO, _NO, _NO, _NO, _NO, _YES)
_OF_MACHINE = {**_cells(_NO, _NO, _NO, _NO, _NO, _YES), **_AT_MACHINE}
_ACCOUNT = _cells(*(_OWN,) * len(PARTS), service=_NO)
_SITTING: Final = Row({**_HERE, **_AT_MACHINE}, here=True)


def _rows(row: Row, *names: str) -> dict[str, Row]:
    return dict.fromkeys(names, row)


ROWS: Final[Mapping[str, Row]] = {
    **_rows(
        Row({**_HERE, **_AT_MACHINE}),
        *("who", "authority", "date", "workflow list", "workflow describe", "workflow diagram"),
        *("workflow questions", "workflow check", "workflow verify", "workflow compare"),
    ),
    **_rows(
        Row(_HERE),
        *("list", "today", "deadlines", "calendar list", "token list", "bounce", "near"),
        *("workflow rehearse", "workflow replay", "blank-forms"),
    ),
    "find": Row(_HERE, SEARCHED),
    **_rows(
        Row(_LOOK),
        *("show", "person show", "questions", "next", "why-not", "record form", "history"),
        *("history titles", "deadlines of case", "explain", "document", "pack"),
        *("workflow diagram of case", "workflow rehearse case", "message preview"),
    ),
    **_rows(Row(_PERSONAL, READ), "show personal", "history personal"),
    "document content": Row(_ON_FILE, READ),
    **_rows(Row(_NEW_CASE), "open", "open alike"),
    **_rows(Row(_ANSWER), "record", "correct", "attach"),
    **_rows(Row(_STEP), "take", "undo", "correct day", "done"),
    "approve": Row({**_STEP, Relation.SERVICE: _NO}),
    **_rows(Row(_KEEPING), "extend", "delay", "person add", "sent"),
    "erase": Row({**_KEEPING, Relation.SERVICE: _NO}),
    "case restrict": Row({**_BARRING, Relation.ACTS: _YES, Relation.KEEPS: _YES}),
    "case unrestrict": Row(_BARRING),
    "conflict declare": Row({**_BARRING, **dict.fromkeys(PARTS[:-1], _OWN), Relation.KEEPS: _YES}),
    "conflict end": Row({**_KEEPING, Relation.KEEPS: _PROCESS, Relation.SERVICE: _NO}),
    "break-glass": Row({**_BARRING, Relation.BARRED: _PROCESS}),
    **_rows(Row(_PACK, EXPORTED), "pack build", "pack content"),
    **_rows(Row(_OF_STORE), "calendar add", "calendar remove", "calendar renew"),
    "workflow activate": Row(_cells(*(_PROCESS,) * len(PARTS))),
    "workflow migrate": Row(_cells(_NO, _NO, _NO, _PROCESS, _NO, _PROCESS)),
    "audit log": Row(_KEEPERS),
    "audit log reasons": Row({**_KEEPERS, Relation.SERVICE: _NO}, READ),
    **_rows(Row(_OF_MACHINE), "audit verify", "audit checkpoint", "tick"),
    "account password": Row(_ACCOUNT, here=True),
    **_rows(Row(_ACCOUNT), "account clear", "token issue"),
    "token revoke": Row({**_ACCOUNT, Relation.KEEPS: _YES, Relation.SERVICE: _OWN}),
}
"""What each verb needs."""

LOCAL: Final[Mapping[str, Row]] = {
    **_rows(
        _SITTING,
        *("init", "demo", "migrate", "serve", "worker", "inbox"),
        *("hook list", "hook check", "hook secret"),
        *("workflow new", "workflow schema", "workflow test"),
        *("sign-in", "sign-out", "completion"),
    ),
    "handover": Row(_cells(*(_OWN,) * (len(PARTS) - 1), _YES), here=True),
    "hook try": Row(_LOOK, here=True),
    "account code": Row(_ACCOUNT, here=True),
}
"""The same of each command that is no verb: where the machine is, and nowhere else."""


class Visitor(NamedTuple):
    """What is known of a visitor beside their relation to what they ask about."""

    service: bool = False
    here: bool = False
    """Whether they come by the command line: they have the machine too, whoever they are."""


OUTSIDE: Final = Visitor()
"""A person who comes by any other door."""


def verdict(name: str, relation: Relation, visitor: Visitor = OUTSIDE) -> Verdict:
    """What the table says of a verb, or of a command that is none, asked in a relation."""
    row = ROWS.get(name) or LOCAL.get(name)
    if row is None or (row.here and not visitor.here):
        return _NO
    found = row.cells.get(relation, _NO)
    if visitor.service and relation in PARTS:
        own = row.cells.get(Relation.SERVICE, _NO)
        found = found if own is Verdict.AS_ROLE else own
    if visitor.here and row.cells.get(Relation.MACHINE) is _YES:
        return _YES
    return found


def best(name: str, relations: Iterable[Relation]) -> Relation:
    """Of several relations the one by which a verb is allowed most; elsewhere, where there is none.

    Of those by which it is allowed alike it is the one that says most.
    """
    order = tuple(Relation)
    return max(
        relations,
        key=lambda one: (_WEIGHT[verdict(name, one)], order.index(one)),
        default=Relation.ELSEWHERE,
    )


def is_alike(name: str) -> bool:
    """Whether it is all one to a verb which part somebody has here."""
    row = ROWS.get(name) or LOCAL.get(name)
    return row is not None and len({row.cells.get(one, _NO) for one in PARTS}) == 1


def is_of_machine(name: str) -> bool:
    """Whether a verb is for whoever sits at the machine, in whatever name."""
    return verdict(name, Relation.MACHINE, Visitor(here=True)) is _YES


def standing(directory: Directory, workflow: Workflow, person: str, day: str) -> Relation:
    """What somebody who has a part here on a day is to the cases of a process.

    Whose role keeps the record and reads only a part of it is `PART`: what it may do is judged by
    the rules alone.
    """
    keepers, acting = workflow.keepers, workflow.acting
    partial = _partial(workflow, acting)
    if directory.acting(person, [role for role in keepers if role not in partial], day):
        return Relation.KEEPS
    if not directory.has_role(person, acting, day):
        return _without_role(directory, workflow, person, day)
    if directory.has_role(person, [role for role in keepers if role in partial], day):
        return Relation.PART
    whole = [role for role in acting if role not in partial]
    return Relation.ACTS if directory.has_role(person, whole, day) else Relation.PART


def _without_role(directory: Directory, workflow: Workflow, person: str, day: str) -> Relation:
    acting = workflow.acting
    if any(directory.speaks_for(person, agency, acting, day) for agency in directory.agencies):
        return Relation.AGENCY
    outside = [role.id for role in workflow.roles.values() if role.outside]
    if person in directory.fallbacks.values() or directory.has_role(person, outside, day):
        return Relation.TOLD
    return Relation.ELSEWHERE


def _partial(workflow: Workflow, roles: Collection[str]) -> frozenset[str]:
    """The roles that read a part of a case, or in some cases, or at some times alone."""
    known = (workflow.roles[role] for role in roles)
    return frozenset(one.id for one in known if one.reads or one.reads_in or one.own_agency)
