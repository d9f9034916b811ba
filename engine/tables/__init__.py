"""The schema: one description of every table, from which statements and migrations are made.

Nothing on the way of a step imports this package; it serves `init`, `migrate`, the compiling of the
statements, reports and tests. Days and instants are ISO 8601 text; moments at which something fires
or is tried are microseconds since 1970, UTC.
"""

from __future__ import annotations

from sqlmodel import SQLModel

from engine.tables.barriers import BarrierRow
from engine.tables.cases import (
    AnswerRow,
    ApprovalRow,
    CaseRow,
    DeadlineRow,
    LinkedRow,
    NoticeRow,
    PackRow,
    PersonRow,
    TaskRow,
    TurnRow,
)
from engine.tables.doors import CredentialRow, ReplayRow, TokenRow, UseRow
from engine.tables.record import (
    CalendarRow,
    ChunkRow,
    CommandRow,
    DirectoryRow,
    DocumentRow,
    EditionRow,
    EditionTextRow,
    EventRow,
    SecretRow,
    StoreRow,
    StreamRow,
    SubjectRow,
    TickRow,
    TreeRow,
)
from engine.tables.sending import (
    AttemptRow,
    CallRow,
    CauseRow,
    FailureRow,
    HookRow,
    MessageRow,
)

metadata = SQLModel.metadata
"""Every table, for migrations, statements and reports."""

__all__ = [
    "AnswerRow",
    "ApprovalRow",
    "AttemptRow",
    "BarrierRow",
    "CalendarRow",
    "CallRow",
    "CaseRow",
    "CauseRow",
    "ChunkRow",
    "CommandRow",
    "CredentialRow",
    "DeadlineRow",
    "DirectoryRow",
    "DocumentRow",
    "EditionRow",
    "EditionTextRow",
    "EventRow",
    "FailureRow",
    "HookRow",
    "LinkedRow",
    "MessageRow",
    "NoticeRow",
    "PackRow",
    "PersonRow",
    "ReplayRow",
    "SecretRow",
    "StoreRow",
    "StreamRow",
    "SubjectRow",
    "TaskRow",
    "TickRow",
    "TokenRow",
    "TreeRow",
    "TurnRow",
    "UseRow",
    "metadata",
]
