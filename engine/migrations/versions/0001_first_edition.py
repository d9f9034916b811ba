"""The first edition of the schema: every table, and what keeps the sealed from being changed.

It stays as it was released; what is changed later is a migration of its own.
"""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
WHOLE = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the tables, and let nobody delete or change what is sealed."""
    _record()
    _secrets()
    _editions()
    _store()
    _cases()
    _clocks()
    _work()
    _sending()
    sealed = ("log", "stream", "n", "type", "text", "hash")
    _refuse("events_are_kept", "DELETE", "events", "an event is never deleted")
    _refuse("events_are_sealed", _update_of(*sealed), "events", "a sealed event is never changed")
    _refuse(
        "events_are_placed_once",
        _update_of("position"),
        "events",
        "an event is given its position once",
        when="OLD.position IS NOT NULL OR NEW.position IS NULL",
    )
    _refuse("editions_are_kept", "DELETE", "edition_texts", "an edition is never deleted")
    _refuse("editions_are_sealed", "UPDATE", "edition_texts", "an edition is never changed")
    if _on_postgresql():
        _refuse_to_empty("events", "an event is never deleted")
        _refuse_to_empty("edition_texts", "an edition is never deleted")


def _record() -> None:
    _table(
        "events",
        *_keys("log", "stream"),
        *_whole_keys("n"),
        *_texts("type", "text", "hash"),
        *_maybe_wholes("position"),
        _from_one("n"),
        _a_hash("hash"),
        rowid=True,
    )
    _index(
        "events_in_order", "events", "log", "position", where="position IS NOT NULL", unique=True
    )
    if _on_postgresql():
        _index("events_not_in_order_yet", "events", "log", "stream", "n", where="position IS NULL")
    _table("trees", *_keys("log"), *_wholes("size"), *_texts("peaks"))
    _table(
        "streams",
        *_keys("log", "stream"),
        *_wholes("version"),
        *_texts("head"),
        _from_one("version"),
        _a_hash("head"),
    )
    _table(
        "commands",
        *_keys("log", "command"),
        *_texts("stream"),
        *_wholes("first", "last"),
        *_texts("request"),
    )


def _secrets() -> None:
    _table(
        "subjects",
        *_keys("log", "subject"),
        *_maybe_raws("wrapped"),
        *_wholes("erased"),
        _yes_or_no("erased"),
        _check("erased_has_no_key", '"erased" = 0 OR "wrapped" IS NULL'),
    )
    _table(
        "secrets",
        *_keys("log", "stream"),
        *_whole_keys("n"),
        *_keys("path"),
        *_texts("subject"),
        *_maybe_raws("salt", "sealed"),
        _check("whole_or_erased", '("salt" IS NULL) = ("sealed" IS NULL)'),
        rowid=True,
    )
    _index("secrets_of_a_subject", "secrets", "log", "subject")
    _table(
        "documents",
        *_keys("log", "document"),
        *_texts("stream", "question", "subject"),
        *_wholes("size", "chunks", "erased", "n"),
        _yes_or_no("erased"),
        rowid=True,
    )
    _index("documents_of_a_case", "documents", "log", "stream")
    _table("chunks", *_keys("log", "document"), *_whole_keys("no"), *_raws("sealed"), rowid=True)


def _editions() -> None:
    _table(
        "editions",
        *_keys("log", "hash"),
        *_texts("workflow", "edition", "in_force_from", "in_force_to", "sources"),
        *_wholes("n"),
    )
    _index("editions_of_a_workflow", "editions", "log", "workflow", "n")
    _table("edition_texts", *_keys("log", "hash"), *_texts("resolved", "sources"), rowid=True)
    _table("directories", *_keys("log", "digest"), *_wholes("n"))


def _store() -> None:
    _table(
        "store",
        *_whole_keys("id"),
        *_wholes("schema_version"),
        *_texts("log", "clock", "library", "journal"),
        _check("one_row", '"id" = 1'),
        _one_of("journal", "wal", "delete"),
    )
    _table("ticks", *_keys("log"), *_wholes("ticked"), *_texts("seal"))


def _cases() -> None:
    _table(
        "cases",
        *_keys("log", "ref"),
        *_texts("workflow", "edition", "state", "state_since", "opened_on"),
        *_maybe_texts("closed_on"),
        *_texts("parent", "about"),
        *_wholes("historic"),
        *_texts("clock", "latest_on"),
        *_wholes("children", "version"),
        *_texts("head"),
        _yes_or_no("historic"),
        _a_hash("head"),
    )
    _index("cases_by_state", "cases", "log", "state", "workflow", "ref")
    _index("cases_of_a_parent", "cases", "log", "parent", "ref", where="parent <> ''")
    _index("cases_by_end", "cases", "log", "closed_on", "workflow", "ref")
    _table("turns", *_keys("log", "ref", "what"), *_wholes("no"), *_texts("happened"))
    _table(
        "answers",
        *_keys("log", "ref", "question", "of"),
        *_whole_keys("no"),
        *_texts("status"),
        *_maybe_texts("value"),
        *_wholes("personal"),
        *_maybe_texts("commitment"),
        *_texts("subject", "happened", "asked_on", "source", "power"),
        *_wholes("n"),
        _one_of("status", "asked", "answered", "no reply", "set aside"),
        _yes_or_no("personal"),
        _from_one("no"),
    )
    _table("people", *_keys("log", "ref", "person"), *_texts("kind", "status"), *_wholes("n"))


def _clocks() -> None:
    _table(
        "deadlines",
        *_keys("log", "ref", "timescale", "of"),
        *_whole_keys("no"),
        *_texts("status", "rule", "starts_on"),
        *_maybe_texts(
            "due_on", "first_due_on", "due_from", "due_to", "target_on", "delay_on", "met_on"
        ),
        *_texts("calendar"),
        *_wholes("schedule", "n"),
        _one_of(
            "status", "provisional", "running", "met", "met late", "no longer applies", "set aside"
        ),
    )
    _index(
        "deadlines_running",
        "deadlines",
        "log",
        "due_on",
        "ref",
        where="status IN ('running', 'provisional')",
    )
    _table(
        "notices",
        *_keys("log", "ref", "timescale", "of"),
        *_whole_keys("no"),
        *_keys("notice"),
        *_whole_keys("schedule"),
        *_wholes("at"),
        *_texts("status"),
        *_wholes("n"),
        _one_of("status", "waiting", "fired", "superseded", "replaced", "set aside"),
    )
    _index("notices_waiting", "notices", "log", "at", "ref", where="status = 'waiting'")


def _work() -> None:
    _table(
        "tasks",
        *_keys("log", "ref", "task"),
        *_texts("kind", "what", "role", "subject", "status", "opened_on"),
        *_maybe_texts("done_on"),
        *_wholes("n"),
        _one_of("status", "open", "done", "dropped"),
    )
    _index("tasks_open", "tasks", "log", "role", "opened_on", "ref", where="status = 'open'")
    _table(
        "approvals",
        *_keys("log", "ref", "of"),
        *_whole_keys("no"),
        *_keys("person"),
        *_texts("role", "agency", "digest", "status", "given_on"),
        *_wholes("n"),
        _one_of("status", "given", "void"),
    )
    _table("linked", *_keys("log", "ref", "process"), *_wholes("opened", "ended"))
    _table(
        "packs",
        *_keys("log", "ref", "pack"),
        *_whole_keys("no"),
        *_texts("status", "manifest", "archive", "head", "built_on"),
        *_maybe_texts("sent_on"),
        *_wholes("n"),
        _one_of("status", "draft", "current", "out of date", "frozen", "sent"),
    )


def _sending() -> None:
    _table(
        "messages",
        *_keys("log", "message"),
        *_texts("stream", "person", "role", "what", "by_when"),
        *_wholes("urgent"),
        *_texts("status"),
        *_maybe_texts("settled"),
        *_wholes("n"),
        _one_of("status", "waiting", "sent", "given up"),
        _yes_or_no("urgent"),
    )
    _index("messages_of_a_case", "messages", "log", "stream")
    _index("messages_waiting", "messages", "log", "urgent", "message", where="status = 'waiting'")
    _table(
        "attempts",
        *_keys("log", "message"),
        *_wholes("tries", "next_at", "lease_until", "fence"),
    )
    _index("attempts_by_time", "attempts", "log", "next_at", "message")
    _table("failures", *_keys("log", "notice"), *_wholes("times"))


def _on_postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _table(name: str, *parts: Any, rowid: bool = False) -> None:
    op.create_table(name, *parts, sqlite_strict=True, sqlite_with_rowid=rowid)


def _index(name: str, table: str, *columns: str, where: str = "", unique: bool = False) -> None:
    some = sa.text(where) if where else None
    op.create_index(
        name, table, list(columns), unique=unique, sqlite_where=some, postgresql_where=some
    )


def _keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, TEXT, primary_key=True, nullable=False) for name in names]


def _whole_keys(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, WHOLE, primary_key=True, nullable=False) for name in names]


def _texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, TEXT, nullable=False) for name in names]


def _maybe_texts(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, TEXT, nullable=True) for name in names]


def _wholes(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, WHOLE, nullable=False) for name in names]


def _maybe_wholes(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, WHOLE, nullable=True) for name in names]


def _raws(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=False) for name in names]


def _maybe_raws(*names: str) -> list[sa.Column[Any]]:
    return [sa.Column(name, sa.LargeBinary(), nullable=True) for name in names]


def _check(name: str, rule: str) -> sa.CheckConstraint:
    return sa.CheckConstraint(rule, name=name)


def _one_of(column: str, *values: str) -> sa.CheckConstraint:
    listed = " OR ".join(f"\"{column}\" = '{value}'" for value in values)
    return _check(f"{column}_is_known", listed)


def _yes_or_no(column: str) -> sa.CheckConstraint:
    return _check(f"{column}_is_yes_or_no", f'"{column}" IN (0, 1)')


def _from_one(column: str) -> sa.CheckConstraint:
    return _check(f"{column}_counts_from_one", f'"{column}" >= 1')


def _a_hash(column: str) -> sa.CheckConstraint:
    return _check(f"{column}_is_a_hash", f'length("{column}") = 64')


def _update_of(*columns: str) -> str:
    return f"UPDATE OF {', '.join(columns)}"


def _refuse(name: str, act: str, table: str, because: str, when: str = "") -> None:
    condition = f"WHEN ({when})" if when else ""
    if _on_postgresql():
        op.execute(_REFUSAL)
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {condition} "
            f"EXECUTE FUNCTION refuse_a_change('{because}')"
        )
    else:
        op.execute(
            f"CREATE TRIGGER {name} BEFORE {act} ON {table} FOR EACH ROW {condition} "
            f"BEGIN SELECT RAISE(ABORT, '{because}'); END"
        )


def _refuse_to_empty(table: str, because: str) -> None:
    op.execute(
        f"CREATE TRIGGER {table}_are_not_emptied BEFORE TRUNCATE ON {table} "
        f"EXECUTE FUNCTION refuse_a_change('{because}')"
    )


_REFUSAL = """
    CREATE OR REPLACE FUNCTION refuse_a_change() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION USING MESSAGE = TG_ARGV[0], ERRCODE = 'CT001'; END $$
"""
