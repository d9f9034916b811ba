"""What a store is made of besides its rows: tables, indexes and triggers, as a migration left them.

Whoever adds a trigger, or takes one away, changes what the next command does; so it is found.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

from engine.database.transaction import Transaction

KNOWN = Path(__file__).with_name("structure.json")
"""What the migrations make, by the kind of database; a test makes both anew and compares."""

_SQLITE = (
    "SELECT type || ' ' || name, CASE type "
    "WHEN 'table' THEN (SELECT group_concat(c.name || ' ' || c.type || ' ' || c.\"notnull\" || ' ' "
    "|| c.pk, ', ') FROM pragma_table_xinfo(s.name) AS c) "
    "WHEN 'index' THEN (SELECT group_concat(i.name, ', ') "
    'FROM pragma_index_xinfo(s.name) AS i WHERE i.key) || (SELECT l."unique" || l.partial '
    "FROM pragma_index_list(s.tbl_name) AS l WHERE l.name = s.name) "
    "ELSE sql END FROM sqlite_schema AS s WHERE name NOT LIKE 'sqlite~_%' ESCAPE '~'",
)
_HERE = "relnamespace = current_schema()::regnamespace"
_POSTGRESQL = (
    "SELECT 'table ' || c.relname, c.relkind::text || c.relrowsecurity::text || (SELECT string_agg("
    "a.attname || ' ' || format_type(a.atttypid, a.atttypmod) || a.attnotnull::text, ', ' "
    "ORDER BY a.attnum) FROM pg_attribute AS a WHERE a.attrelid = c.oid AND a.attnum > 0 "
    f"AND NOT a.attisdropped) FROM pg_class AS c WHERE {_HERE} AND c.relkind NOT IN ('i', 'I')",
    "SELECT 'index ' || c.relname, i.indisunique::text || i.indisvalid::text || "
    "(i.indpred IS NOT NULL)::text || (SELECT string_agg(pg_get_indexdef(i.indexrelid, k, true), "
    "', ' ORDER BY k) FROM generate_series(1, i.indnkeyatts) AS k) "
    f"FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid WHERE {_HERE}",
    "SELECT 'trigger ' || t.tgname, c.relname || t.tgenabled::text || t.tgtype::text || "
    "t.tgattr::text || encode(t.tgargs, 'hex') || (t.tgqual IS NOT NULL)::text || p.prosrc "
    "FROM pg_trigger AS t JOIN pg_class AS c ON c.oid = t.tgrelid "
    f"JOIN pg_proc AS p ON p.oid = t.tgfoid WHERE {_HERE} AND NOT t.tgisinternal",
    "SELECT 'rule ' || r.rulename, c.relname FROM pg_rewrite AS r "
    f"JOIN pg_class AS c ON c.oid = r.ev_class WHERE {_HERE}",
    "SELECT 'policy ' || p.polname, c.relname FROM pg_policy AS p "
    f"JOIN pg_class AS c ON c.oid = p.polrelid WHERE {_HERE}",
)


def differences(tx: Transaction) -> list[tuple[str, str]]:
    """Every table, index, trigger or view that is not as a migration left it, and how."""
    known = _known()[tx.dialect]
    there = found(tx)
    problems = [(name, "it is gone") for name in known if name not in there]
    for name, like in there.items():
        if name not in known:
            problems.append((name, "no migration made it"))
        elif like != known[name]:
            problems.append((name, "it is not as the migration made it"))
    return problems


def found(tx: Transaction) -> Mapping[str, str]:
    """Each table, index, trigger or view there is, and a short digest of what it is like."""
    questions = _SQLITE if tx.dialect == "sqlite" else _POSTGRESQL
    listed = [row for question in questions for row in tx.rows(question)]
    return {str(name): _digest(str(like)) for name, like in listed}


def damage(tx: Transaction) -> list[str]:
    """What is wrong with the file itself, such as an index that misses a row; a server knows."""
    if tx.dialect != "sqlite":
        return []
    return [str(said) for (said,) in tx.rows("PRAGMA integrity_check(20)") if said != "ok"]


def _known() -> dict[str, dict[str, str]]:
    held: dict[str, dict[str, str]] = json.loads(KNOWN.read_text())
    return held


def _digest(text: str) -> str:
    return sha256(" ".join(text.split()).encode()).hexdigest()[:12]
