"""The cases, and all that is on them; every row is a projection of events, which `apply` yields."""

from __future__ import annotations

from sqlalchemy import Index
from sqlmodel import SQLModel

from engine.tables.columns import (
    WHOLE,
    a_hash,
    from_one,
    key,
    one_of,
    some,
    table,
    whole,
    words,
    yes_or_no,
)


class CaseRow(SQLModel, table=True):
    """A case, and where it is."""

    __tablename__ = "cases"
    __table_args__ = table(
        yes_or_no("historic"),
        a_hash("head"),
        Index("cases_by_state", "log", "state", "workflow", "ref"),
        Index("cases_by_end", "log", "closed_on", "workflow", "ref"),
        some("cases_of_a_parent", "parent <> ''", "log", "parent", "ref"),
    )
    log: str = key()
    ref: str = key()
    workflow: str = words()
    edition: str = words()
    state: str = words()
    state_since: str = words()
    opened_on: str = words()
    closed_on: str | None = words()
    parent: str = words()
    about: str = words()
    historic: int = whole()
    clock: str = words()
    latest_on: str = words()
    children: int = whole()
    version: int = whole()
    head: str = words()


class TurnRow(SQLModel, table=True):
    """Which occurrence of a question is being asked; how often a step was taken, and when last."""

    __tablename__ = "turns"
    __table_args__ = table()
    log: str = key()
    ref: str = key()
    what: str = key()
    no: int = whole()
    happened: str = words()


class AnswerRow(SQLModel, table=True):
    """An answer; the value of a personal one lies in `secrets`, here is its commitment."""

    __tablename__ = "answers"
    __table_args__ = table(
        one_of("status", "asked", "answered", "no reply", "set aside"),
        yes_or_no("personal"),
        from_one("no"),
    )
    log: str = key()
    ref: str = key()
    question: str = key()
    of: str = key()
    no: int = key(WHOLE)
    status: str = words()
    value: str | None = words()
    personal: int = whole()
    commitment: str | None = words()
    subject: str = words()
    happened: str = words()
    asked_on: str = words()
    source: str = words()
    power: str = words()
    n: int = whole()


class PersonRow(SQLModel, table=True):
    """Somebody whom a case is about; everything known about them is an answer."""

    __tablename__ = "people"
    __table_args__ = table()
    log: str = key()
    ref: str = key()
    person: str = key()
    kind: str = words()
    status: str = words()
    n: int = whole()


class DeadlineRow(SQLModel, table=True):
    """The day on which a timescale falls for a case."""

    __tablename__ = "deadlines"
    __table_args__ = table(
        one_of(
            "status",
            "provisional",
            "running",
            "met",
            "met late",
            "no longer applies",
            "set aside",
        ),
        some("deadlines_running", "status IN ('running', 'provisional')", "log", "due_on", "ref"),
    )
    log: str = key()
    ref: str = key()
    timescale: str = key()
    of: str = key()
    no: int = key(WHOLE)
    status: str = words()
    rule: str = words()
    starts_on: str = words()
    due_on: str | None = words()
    first_due_on: str | None = words()
    due_from: str | None = words()
    due_to: str | None = words()
    target_on: str | None = words()
    delay_on: str | None = words()
    met_on: str | None = words()
    calendar: str = words()
    schedule: int = whole()
    n: int = whole()


class NoticeRow(SQLModel, table=True):
    """A reminder or an escalation of a deadline, and the moment at which it fires."""

    __tablename__ = "notices"
    __table_args__ = table(
        one_of("status", "waiting", "fired", "superseded", "replaced", "set aside"),
        some("notices_waiting", "status = 'waiting'", "log", "at", "ref"),
    )
    log: str = key()
    ref: str = key()
    timescale: str = key()
    of: str = key()
    no: int = key(WHOLE)
    notice: str = key()
    schedule: int = key(WHOLE)
    at: int = whole()
    status: str = words()
    n: int = whole()


class TaskRow(SQLModel, table=True):
    """Something that a step has left for somebody to do."""

    __tablename__ = "tasks"
    __table_args__ = table(
        one_of("status", "open", "done", "dropped"),
        some("tasks_open", "status = 'open'", "log", "role", "opened_on", "ref"),
    )
    log: str = key()
    ref: str = key()
    task: str = key()
    kind: str = words()
    what: str = words()
    role: str = words()
    subject: str = words()
    status: str = words()
    opened_on: str = words()
    done_on: str | None = words()
    n: int = whole()


class ApprovalRow(SQLModel, table=True):
    """One person's approval of an answer, bound to the answer as it stood."""

    __tablename__ = "approvals"
    __table_args__ = table(one_of("status", "given", "void"))
    log: str = key()
    ref: str = key()
    of: str = key()
    no: int = key(WHOLE)
    person: str = key()
    role: str = words()
    agency: str = words()
    digest: str = words()
    status: str = words()
    given_on: str = words()
    n: int = whole()


class LinkedRow(SQLModel, table=True):
    """How many cases of a process a case has opened, and how many of them have ended."""

    __tablename__ = "linked"
    __table_args__ = table()
    log: str = key()
    ref: str = key()
    process: str = key()
    opened: int = whole()
    ended: int = whole()


class PackRow(SQLModel, table=True):
    """A pack that was built: draft, current, out of date, frozen or sent."""

    __tablename__ = "packs"
    __table_args__ = table(
        one_of("status", "draft", "current", "out of date", "frozen", "sent"),
    )
    log: str = key()
    ref: str = key()
    pack: str = key()
    no: int = key(WHOLE)
    status: str = words()
    manifest: str = words()
    archive: str = words()
    head: str = words()
    built_on: str = words()
    sent_on: str | None = words()
    n: int = whole()
