"""The statements of every table, as texts in which a `?` stands for each value.

Made by `python -m engine.compiling`; never change it by hand.
"""

# ruff: noqa: E501
# fmt: off
from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple


class Layout(NamedTuple):
    """The columns of a table: those of its key, without the partnership, and all others."""

    keys: tuple[str, ...]
    columns: tuple[str, ...]


def insert(table: str) -> str:
    """Adds a row; its values are the partnership, the key, and all others in their order."""
    return INSERT[table]


def select(table: str) -> str:
    """All rows of a case (the values are the partnership and the case): key, then the others."""
    return SELECT[table]


def whole_case(dialect: str, *, current: bool = False) -> str:
    """All rows of a case, as one JSON text, which costs half of what nine questions do.

    The values are the partnership and the case. The text is a list for each of WHOLE_CASE_TABLES,
    in their order, of rows as `select` gives them; of `notices` it has only those that wait. With
    `current` it has only what a step can look at, which does not grow with what is done and over.
    """
    return CURRENT_CASE[dialect] if current else WHOLE_CASE[dialect]


@cache
def update(table: str, columns: tuple[str, ...]) -> str:
    """Changes these columns of one row; after their values come the partnership and the key.

    Raises KeyError for a table or a column that there is not.
    """
    known = {column: f'"{column}" = ?' for column in TABLES[table].columns}
    return f'UPDATE "{table}" SET {", ".join([known[c] for c in columns])} WHERE {KEY[table]}'


def claimable(*, lock: bool) -> str:
    """The text below of this name; with `lock`, for PostgreSQL, what it finds is locked."""
    return CLAIMABLE_LOCKED if lock else CLAIMABLE


def due_notices(*, lock: bool) -> str:
    """The text below of this name; with `lock`, for PostgreSQL, what it finds is locked."""
    return DUE_NOTICES_LOCKED if lock else DUE_NOTICES


def head_of_case(*, lock: bool) -> str:
    """The text below of this name; with `lock`, for PostgreSQL, what it finds is locked."""
    return HEAD_OF_CASE_LOCKED if lock else HEAD_OF_CASE


def head_of_stream(*, lock: bool) -> str:
    """The text below of this name; with `lock`, for PostgreSQL, what it finds is locked."""
    return HEAD_OF_STREAM_LOCKED if lock else HEAD_OF_STREAM


def tree(*, lock: bool) -> str:
    """The text below of this name; with `lock`, for PostgreSQL, what it finds is locked."""
    return TREE_LOCKED if lock else TREE


def events_without_position(dialect: str) -> str:
    """The text below of this name, for this kind of database."""
    return EVENTS_WITHOUT_POSITION[dialect]


TABLES: Final[dict[str, Layout]] = {
    "answers": Layout(('ref', 'question', 'of', 'no'), ('status', 'value', 'personal', 'commitment', 'subject', 'happened', 'asked_on', 'source', 'power', 'n')),
    "approvals": Layout(('ref', 'of', 'no', 'person'), ('role', 'agency', 'digest', 'status', 'given_on', 'n')),
    "attempts": Layout(('message',), ('tries', 'next_at', 'lease_until', 'fence')),
    "barriers": Layout(('ref', 'kind', 'person', 'no'), ('status', 'by', 'since', 'until', 'told', 'task', 'n')),
    "calendars": Layout(('version',), ('jurisdiction', 'before', 'change', 'day', 'title', 'announced', 'source', 'changed_on', 'n')),
    "calls": Layout(('hook', 'stream', 'n'), ('status', 'tries', 'next_at', 'lease_until', 'fence', 'last')),
    "cases": Layout(('ref',), ('workflow', 'edition', 'state', 'state_since', 'opened_on', 'closed_on', 'parent', 'about', 'historic', 'clock', 'latest_on', 'children', 'version', 'head')),
    "causes": Layout(('message',), ('notifier', 'cause', 'since', 'latest')),
    "chunks": Layout(('document', 'no'), ('sealed',)),
    "commands": Layout(('command',), ('stream', 'first', 'last', 'request')),
    "credentials": Layout(('person', 'kind'), ('secret', 'set_on', 'n', 'failures', 'locked_until', 'used')),
    "deadlines": Layout(('ref', 'timescale', 'of', 'no'), ('status', 'rule', 'starts_on', 'due_on', 'first_due_on', 'due_from', 'due_to', 'target_on', 'delay_on', 'met_on', 'calendar', 'schedule', 'n')),
    "directories": Layout(('digest',), ('n',)),
    "documents": Layout(('document',), ('stream', 'question', 'subject', 'size', 'chunks', 'erased', 'n')),
    "edition_texts": Layout(('hash',), ('resolved', 'sources')),
    "editions": Layout(('hash',), ('workflow', 'edition', 'in_force_from', 'in_force_to', 'sources', 'n')),
    "events": Layout(('stream', 'n'), ('type', 'text', 'hash', 'position')),
    "failures": Layout(('notice',), ('times',)),
    "hooks": Layout(('hook',), ('process', 'steps', 'linked', 'status', 'n')),
    "linked": Layout(('ref', 'process'), ('opened', 'ended')),
    "messages": Layout(('message',), ('stream', 'person', 'role', 'what', 'by_when', 'urgent', 'status', 'settled', 'n')),
    "notices": Layout(('ref', 'timescale', 'of', 'no', 'notice', 'schedule'), ('at', 'status', 'n')),
    "packs": Layout(('ref', 'pack', 'no'), ('status', 'manifest', 'archive', 'head', 'built_on', 'sent_on', 'n')),
    "people": Layout(('ref', 'person'), ('kind', 'status', 'n')),
    "replays": Layout(('endpoint', 'message'), ('received',)),
    "secrets": Layout(('stream', 'n', 'path'), ('subject', 'salt', 'sealed')),
    "store": Layout(('id',), ('schema_version', 'log', 'clock', 'library', 'journal')),
    "streams": Layout(('stream',), ('version', 'head')),
    "subjects": Layout(('subject',), ('wrapped', 'erased')),
    "tasks": Layout(('ref', 'task'), ('kind', 'what', 'role', 'subject', 'status', 'opened_on', 'done_on', 'n')),
    "ticks": Layout((), ('ticked', 'seal')),
    "tokens": Layout(('token',), ('kind', 'holder', 'how', 'hash', 'verbs', 'processes', 'since', 'until', 'revoked_on', 'n')),
    "trees": Layout((), ('size', 'peaks')),
    "turns": Layout(('ref', 'what'), ('no', 'happened')),
    "uses": Layout(('token',), ('used_on',)),
}
KEY: Final[dict[str, str]] = {
    "answers": '"log" = ? AND "ref" = ? AND "question" = ? AND "of" = ? AND "no" = ?',
    "approvals": '"log" = ? AND "ref" = ? AND "of" = ? AND "no" = ? AND "person" = ?',
    "attempts": '"log" = ? AND "message" = ?',
    "barriers": '"log" = ? AND "ref" = ? AND "kind" = ? AND "person" = ? AND "no" = ?',
    "calendars": '"log" = ? AND "version" = ?',
    "calls": '"log" = ? AND "hook" = ? AND "stream" = ? AND "n" = ?',
    "cases": '"log" = ? AND "ref" = ?',
    "causes": '"log" = ? AND "message" = ?',
    "chunks": '"log" = ? AND "document" = ? AND "no" = ?',
    "commands": '"log" = ? AND "command" = ?',
    "credentials": '"log" = ? AND "person" = ? AND "kind" = ?',
    "deadlines": '"log" = ? AND "ref" = ? AND "timescale" = ? AND "of" = ? AND "no" = ?',
    "directories": '"log" = ? AND "digest" = ?',
    "documents": '"log" = ? AND "document" = ?',
    "edition_texts": '"log" = ? AND "hash" = ?',
    "editions": '"log" = ? AND "hash" = ?',
    "events": '"log" = ? AND "stream" = ? AND "n" = ?',
    "failures": '"log" = ? AND "notice" = ?',
    "hooks": '"log" = ? AND "hook" = ?',
    "linked": '"log" = ? AND "ref" = ? AND "process" = ?',
    "messages": '"log" = ? AND "message" = ?',
    "notices": '"log" = ? AND "ref" = ? AND "timescale" = ? AND "of" = ? AND "no" = ? AND "notice" = ? AND "schedule" = ?',
    "packs": '"log" = ? AND "ref" = ? AND "pack" = ? AND "no" = ?',
    "people": '"log" = ? AND "ref" = ? AND "person" = ?',
    "replays": '"log" = ? AND "endpoint" = ? AND "message" = ?',
    "secrets": '"log" = ? AND "stream" = ? AND "n" = ? AND "path" = ?',
    "store": '"id" = ?',
    "streams": '"log" = ? AND "stream" = ?',
    "subjects": '"log" = ? AND "subject" = ?',
    "tasks": '"log" = ? AND "ref" = ? AND "task" = ?',
    "ticks": '"log" = ?',
    "tokens": '"log" = ? AND "token" = ?',
    "trees": '"log" = ?',
    "turns": '"log" = ? AND "ref" = ? AND "what" = ?',
    "uses": '"log" = ? AND "token" = ?',
}
INSERT: Final[dict[str, str]] = {
    "answers": 'INSERT INTO "answers" ("log", "ref", "question", "of", "no", "status", "value", "personal", "commitment", "subject", "happened", "asked_on", "source", "power", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "approvals": 'INSERT INTO "approvals" ("log", "ref", "of", "no", "person", "role", "agency", "digest", "status", "given_on", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "attempts": 'INSERT INTO "attempts" ("log", "message", "tries", "next_at", "lease_until", "fence") VALUES (?, ?, ?, ?, ?, ?)',
    "barriers": 'INSERT INTO "barriers" ("log", "ref", "kind", "person", "no", "status", "by", "since", "until", "told", "task", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "calendars": 'INSERT INTO "calendars" ("log", "version", "jurisdiction", "before", "change", "day", "title", "announced", "source", "changed_on", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "calls": 'INSERT INTO "calls" ("log", "hook", "stream", "n", "status", "tries", "next_at", "lease_until", "fence", "last") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "cases": 'INSERT INTO "cases" ("log", "ref", "workflow", "edition", "state", "state_since", "opened_on", "closed_on", "parent", "about", "historic", "clock", "latest_on", "children", "version", "head") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "causes": 'INSERT INTO "causes" ("log", "message", "notifier", "cause", "since", "latest") VALUES (?, ?, ?, ?, ?, ?)',
    "chunks": 'INSERT INTO "chunks" ("log", "document", "no", "sealed") VALUES (?, ?, ?, ?)',
    "commands": 'INSERT INTO "commands" ("log", "command", "stream", "first", "last", "request") VALUES (?, ?, ?, ?, ?, ?)',
    "credentials": 'INSERT INTO "credentials" ("log", "person", "kind", "secret", "set_on", "n", "failures", "locked_until", "used") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "deadlines": 'INSERT INTO "deadlines" ("log", "ref", "timescale", "of", "no", "status", "rule", "starts_on", "due_on", "first_due_on", "due_from", "due_to", "target_on", "delay_on", "met_on", "calendar", "schedule", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "directories": 'INSERT INTO "directories" ("log", "digest", "n") VALUES (?, ?, ?)',
    "documents": 'INSERT INTO "documents" ("log", "document", "stream", "question", "subject", "size", "chunks", "erased", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "edition_texts": 'INSERT INTO "edition_texts" ("log", "hash", "resolved", "sources") VALUES (?, ?, ?, ?)',
    "editions": 'INSERT INTO "editions" ("log", "hash", "workflow", "edition", "in_force_from", "in_force_to", "sources", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
    "events": 'INSERT INTO "events" ("log", "stream", "n", "type", "text", "hash", "position") VALUES (?, ?, ?, ?, ?, ?, ?)',
    "failures": 'INSERT INTO "failures" ("log", "notice", "times") VALUES (?, ?, ?)',
    "hooks": 'INSERT INTO "hooks" ("log", "hook", "process", "steps", "linked", "status", "n") VALUES (?, ?, ?, ?, ?, ?, ?)',
    "linked": 'INSERT INTO "linked" ("log", "ref", "process", "opened", "ended") VALUES (?, ?, ?, ?, ?)',
    "messages": 'INSERT INTO "messages" ("log", "message", "stream", "person", "role", "what", "by_when", "urgent", "status", "settled", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "notices": 'INSERT INTO "notices" ("log", "ref", "timescale", "of", "no", "notice", "schedule", "at", "status", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "packs": 'INSERT INTO "packs" ("log", "ref", "pack", "no", "status", "manifest", "archive", "head", "built_on", "sent_on", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "people": 'INSERT INTO "people" ("log", "ref", "person", "kind", "status", "n") VALUES (?, ?, ?, ?, ?, ?)',
    "replays": 'INSERT INTO "replays" ("log", "endpoint", "message", "received") VALUES (?, ?, ?, ?)',
    "secrets": 'INSERT INTO "secrets" ("log", "stream", "n", "path", "subject", "salt", "sealed") VALUES (?, ?, ?, ?, ?, ?, ?)',
    "store": 'INSERT INTO "store" ("id", "schema_version", "log", "clock", "library", "journal") VALUES (?, ?, ?, ?, ?, ?)',
    "streams": 'INSERT INTO "streams" ("log", "stream", "version", "head") VALUES (?, ?, ?, ?)',
    "subjects": 'INSERT INTO "subjects" ("log", "subject", "wrapped", "erased") VALUES (?, ?, ?, ?)',
    "tasks": 'INSERT INTO "tasks" ("log", "ref", "task", "kind", "what", "role", "subject", "status", "opened_on", "done_on", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "ticks": 'INSERT INTO "ticks" ("log", "ticked", "seal") VALUES (?, ?, ?)',
    "tokens": 'INSERT INTO "tokens" ("log", "token", "kind", "holder", "how", "hash", "verbs", "processes", "since", "until", "revoked_on", "n") VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    "trees": 'INSERT INTO "trees" ("log", "size", "peaks") VALUES (?, ?, ?)',
    "turns": 'INSERT INTO "turns" ("log", "ref", "what", "no", "happened") VALUES (?, ?, ?, ?, ?)',
    "uses": 'INSERT INTO "uses" ("log", "token", "used_on") VALUES (?, ?, ?)',
}
SELECT: Final[dict[str, str]] = {
    "answers": 'SELECT "ref", "question", "of", "no", "status", "value", "personal", "commitment", "subject", "happened", "asked_on", "source", "power", "n" FROM "answers" WHERE "log" = ? AND "ref" = ?',
    "approvals": 'SELECT "ref", "of", "no", "person", "role", "agency", "digest", "status", "given_on", "n" FROM "approvals" WHERE "log" = ? AND "ref" = ?',
    "barriers": 'SELECT "ref", "kind", "person", "no", "status", "by", "since", "until", "told", "task", "n" FROM "barriers" WHERE "log" = ? AND "ref" = ?',
    "cases": 'SELECT "ref", "workflow", "edition", "state", "state_since", "opened_on", "closed_on", "parent", "about", "historic", "clock", "latest_on", "children", "version", "head" FROM "cases" WHERE "log" = ? AND "ref" = ?',
    "deadlines": 'SELECT "ref", "timescale", "of", "no", "status", "rule", "starts_on", "due_on", "first_due_on", "due_from", "due_to", "target_on", "delay_on", "met_on", "calendar", "schedule", "n" FROM "deadlines" WHERE "log" = ? AND "ref" = ?',
    "linked": 'SELECT "ref", "process", "opened", "ended" FROM "linked" WHERE "log" = ? AND "ref" = ?',
    "notices": 'SELECT "ref", "timescale", "of", "no", "notice", "schedule", "at", "status", "n" FROM "notices" WHERE "log" = ? AND "ref" = ?',
    "packs": 'SELECT "ref", "pack", "no", "status", "manifest", "archive", "head", "built_on", "sent_on", "n" FROM "packs" WHERE "log" = ? AND "ref" = ?',
    "people": 'SELECT "ref", "person", "kind", "status", "n" FROM "people" WHERE "log" = ? AND "ref" = ?',
    "tasks": 'SELECT "ref", "task", "kind", "what", "role", "subject", "status", "opened_on", "done_on", "n" FROM "tasks" WHERE "log" = ? AND "ref" = ?',
    "turns": 'SELECT "ref", "what", "no", "happened" FROM "turns" WHERE "log" = ? AND "ref" = ?',
}
WHOLE_CASE_TABLES: Final = ('cases', 'turns', 'answers', 'people', 'deadlines', 'tasks', 'approvals', 'linked', 'barriers', 'notices')
WHOLE_CASE: Final[dict[str, str]] = {
    "sqlite": 'SELECT json_array((SELECT json_group_array(json_array("ref", "workflow", "edition", "state", "state_since", "opened_on", "closed_on", "parent", "about", "historic", "clock", "latest_on", "children", "version", "head")) FROM "cases" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "what", "no", "happened")) FROM "turns" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "question", "of", "no", "status", "value", "personal", "commitment", "subject", "happened", "asked_on", "source", "power", "n")) FROM "answers" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "person", "kind", "status", "n")) FROM "people" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "timescale", "of", "no", "status", "rule", "starts_on", "due_on", "first_due_on", "due_from", "due_to", "target_on", "delay_on", "met_on", "calendar", "schedule", "n")) FROM "deadlines" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "task", "kind", "what", "role", "subject", "status", "opened_on", "done_on", "n")) FROM "tasks" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "of", "no", "person", "role", "agency", "digest", "status", "given_on", "n")) FROM "approvals" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "process", "opened", "ended")) FROM "linked" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "kind", "person", "no", "status", "by", "since", "until", "told", "task", "n")) FROM "barriers" WHERE "log" = ?1 AND "ref" = substr(?2, 1, instr(?2 || \'.\', \'.\') - 1)), (SELECT json_group_array(json_array("ref", "timescale", "of", "no", "notice", "schedule", "at", "status", "n")) FROM "notices" WHERE "log" = ?1 AND "ref" = ?2 AND "status" = \'waiting\'))',
    "postgresql": 'SELECT json_build_array((SELECT coalesce(json_agg(json_build_array("ref", "workflow", "edition", "state", "state_since", "opened_on", "closed_on", "parent", "about", "historic", "clock", "latest_on", "children", "version", "head")), \'[]\') FROM "cases" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "what", "no", "happened")), \'[]\') FROM "turns" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "question", "of", "no", "status", "value", "personal", "commitment", "subject", "happened", "asked_on", "source", "power", "n")), \'[]\') FROM "answers" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "person", "kind", "status", "n")), \'[]\') FROM "people" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "timescale", "of", "no", "status", "rule", "starts_on", "due_on", "first_due_on", "due_from", "due_to", "target_on", "delay_on", "met_on", "calendar", "schedule", "n")), \'[]\') FROM "deadlines" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "task", "kind", "what", "role", "subject", "status", "opened_on", "done_on", "n")), \'[]\') FROM "tasks" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "of", "no", "person", "role", "agency", "digest", "status", "given_on", "n")), \'[]\') FROM "approvals" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "process", "opened", "ended")), \'[]\') FROM "linked" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "kind", "person", "no", "status", "by", "since", "until", "told", "task", "n")), \'[]\') FROM "barriers" WHERE "log" = ?1 AND "ref" = split_part(?2, \'.\', 1)), (SELECT coalesce(json_agg(json_build_array("ref", "timescale", "of", "no", "notice", "schedule", "at", "status", "n")), \'[]\') FROM "notices" WHERE "log" = ?1 AND "ref" = ?2 AND "status" = \'waiting\'))',
}
CURRENT_CASE: Final[dict[str, str]] = {
    "sqlite": 'SELECT json_array((SELECT json_group_array(json_array("ref", "workflow", "edition", "state", "state_since", "opened_on", "closed_on", "parent", "about", "historic", "clock", "latest_on", "children", "version", "head")) FROM "cases" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "what", "no", "happened")) FROM "turns" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "question", "of", "no", "status", "value", "personal", "commitment", "subject", "happened", "asked_on", "source", "power", "n")) FROM "answers" WHERE "log" = ?1 AND "ref" = ?2 AND "no" >= coalesce((SELECT "turns"."no" FROM "turns" WHERE "turns"."log" = ?1 AND "turns"."ref" = ?2 AND "turns"."what" = "answers"."question"), 1)), (SELECT json_group_array(json_array("ref", "person", "kind", "status", "n")) FROM "people" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "timescale", "of", "no", "status", "rule", "starts_on", "due_on", "first_due_on", "due_from", "due_to", "target_on", "delay_on", "met_on", "calendar", "schedule", "n")) FROM "deadlines" WHERE "log" = ?1 AND "ref" = ?2 AND ("status" IN (\'running\', \'provisional\', \'set aside\') OR "no" <= 2 OR "no" IN (SELECT "turns"."no" FROM "turns" WHERE "turns"."log" = ?1 AND "turns"."ref" = ?2) OR "no" - 1 IN (SELECT "turns"."no" FROM "turns" WHERE "turns"."log" = ?1 AND "turns"."ref" = ?2) OR ("timescale", "of", "no") IN (SELECT "notices"."timescale", "notices"."of", "notices"."no" FROM "notices" WHERE "notices"."log" = ?1 AND "notices"."ref" = ?2 AND "notices"."status" = \'waiting\'))), (SELECT json_group_array(json_array("ref", "task", "kind", "what", "role", "subject", "status", "opened_on", "done_on", "n")) FROM "tasks" WHERE "log" = ?1 AND "ref" = ?2 AND "status" = \'open\'), (SELECT json_group_array(json_array("ref", "of", "no", "person", "role", "agency", "digest", "status", "given_on", "n")) FROM "approvals" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "process", "opened", "ended")) FROM "linked" WHERE "log" = ?1 AND "ref" = ?2), (SELECT json_group_array(json_array("ref", "kind", "person", "no", "status", "by", "since", "until", "told", "task", "n")) FROM "barriers" WHERE "log" = ?1 AND "ref" = substr(?2, 1, instr(?2 || \'.\', \'.\') - 1)), (SELECT json_group_array(json_array("ref", "timescale", "of", "no", "notice", "schedule", "at", "status", "n")) FROM "notices" WHERE "log" = ?1 AND "ref" = ?2 AND "status" = \'waiting\'))',
    "postgresql": 'SELECT json_build_array((SELECT coalesce(json_agg(json_build_array("ref", "workflow", "edition", "state", "state_since", "opened_on", "closed_on", "parent", "about", "historic", "clock", "latest_on", "children", "version", "head")), \'[]\') FROM "cases" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "what", "no", "happened")), \'[]\') FROM "turns" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "question", "of", "no", "status", "value", "personal", "commitment", "subject", "happened", "asked_on", "source", "power", "n")), \'[]\') FROM "answers" WHERE "log" = ?1 AND "ref" = ?2 AND "no" >= coalesce((SELECT "turns"."no" FROM "turns" WHERE "turns"."log" = ?1 AND "turns"."ref" = ?2 AND "turns"."what" = "answers"."question"), 1)), (SELECT coalesce(json_agg(json_build_array("ref", "person", "kind", "status", "n")), \'[]\') FROM "people" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "timescale", "of", "no", "status", "rule", "starts_on", "due_on", "first_due_on", "due_from", "due_to", "target_on", "delay_on", "met_on", "calendar", "schedule", "n")), \'[]\') FROM "deadlines" WHERE "log" = ?1 AND "ref" = ?2 AND ("status" IN (\'running\', \'provisional\', \'set aside\') OR "no" <= 2 OR "no" IN (SELECT "turns"."no" FROM "turns" WHERE "turns"."log" = ?1 AND "turns"."ref" = ?2) OR "no" - 1 IN (SELECT "turns"."no" FROM "turns" WHERE "turns"."log" = ?1 AND "turns"."ref" = ?2) OR ("timescale", "of", "no") IN (SELECT "notices"."timescale", "notices"."of", "notices"."no" FROM "notices" WHERE "notices"."log" = ?1 AND "notices"."ref" = ?2 AND "notices"."status" = \'waiting\'))), (SELECT coalesce(json_agg(json_build_array("ref", "task", "kind", "what", "role", "subject", "status", "opened_on", "done_on", "n")), \'[]\') FROM "tasks" WHERE "log" = ?1 AND "ref" = ?2 AND "status" = \'open\'), (SELECT coalesce(json_agg(json_build_array("ref", "of", "no", "person", "role", "agency", "digest", "status", "given_on", "n")), \'[]\') FROM "approvals" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "process", "opened", "ended")), \'[]\') FROM "linked" WHERE "log" = ?1 AND "ref" = ?2), (SELECT coalesce(json_agg(json_build_array("ref", "kind", "person", "no", "status", "by", "since", "until", "told", "task", "n")), \'[]\') FROM "barriers" WHERE "log" = ?1 AND "ref" = split_part(?2, \'.\', 1)), (SELECT coalesce(json_agg(json_build_array("ref", "timescale", "of", "no", "notice", "schedule", "at", "status", "n")), \'[]\') FROM "notices" WHERE "log" = ?1 AND "ref" = ?2 AND "status" = \'waiting\'))',
}
EVENTS_WITHOUT_POSITION: Final[dict[str, str]] = {
    "sqlite": 'SELECT "stream", "n", "hash" FROM "events" NOT INDEXED WHERE "log" = ?1 AND "position" IS NULL AND rowid > coalesce((SELECT rowid FROM "events" WHERE "log" = ?1 AND "position" IS NOT NULL ORDER BY "position" DESC LIMIT 1), 0) ORDER BY rowid LIMIT ?2',
    "postgresql": 'SELECT "stream", "n", "hash" FROM "events" WHERE "log" = ?1 AND "position" IS NULL ORDER BY "stream", "n" LIMIT ?2',
}
CALENDARS: Final = 'SELECT "version", "jurisdiction", "before", "change", "day", "title", "announced", "source", "changed_on", "n" FROM "calendars" WHERE "log" = ? ORDER BY "n"'
CALL: Final = 'SELECT "fence", "status" FROM "calls" WHERE "log" = ? AND "hook" = ? AND "stream" = ? AND "n" = ?'
CALLABLE: Final = 'SELECT "stream", "n", "tries", "fence", "next_at" FROM "calls" AS due WHERE "log" = ? AND "hook" = ? AND "status" = \'waiting\' AND "next_at" <= ? AND "lease_until" <= ? AND NOT EXISTS (SELECT 1 FROM "calls" AS first WHERE first."log" = due."log" AND first."hook" = due."hook" AND first."stream" = due."stream" AND first."n" < due."n" AND first."status" = \'waiting\') ORDER BY "next_at", "stream", "n" LIMIT ?'
CASE_EXISTS: Final = 'SELECT 1 FROM "cases" WHERE "log" = ? AND "ref" = ?'
CHUNKS: Final = 'SELECT "sealed" FROM "chunks" WHERE "log" = ? AND "document" = ? ORDER BY "no"'
CLAIMABLE_WITH: Final = 'SELECT told."message", told."stream", told."person", told."role", told."what", told."by_when", told."urgent", told."n", tried."tries", tried."fence", tried."next_at" FROM "messages" AS told JOIN "attempts" AS tried ON tried."log" = told."log" AND tried."message" = told."message" WHERE told."log" = ? AND told."status" = \'waiting\' AND told."urgent" = 0 AND told."person" = ? AND tried."next_at" = ? AND tried."lease_until" <= ?'
COMMAND: Final = 'SELECT "stream", "first", "last", "request" FROM "commands" WHERE "log" = ? AND "command" = ?'
DOCUMENT: Final = 'SELECT "subject", "erased" FROM "documents" WHERE "log" = ? AND "document" = ?'
DUE_NOTICES_UNLOCKED: Final = 'SELECT "ref", "timescale", "of", "no", "notice", "schedule" FROM "notices" WHERE "log" = ? AND "status" = \'waiting\' AND "at" <= ? ORDER BY "at", "ref" LIMIT ?'
EDITIONS_OF: Final = 'SELECT "hash", "edition", "in_force_from", "in_force_to" FROM "editions" WHERE "log" = ? AND "workflow" = ? ORDER BY "n" DESC'
EDITION_TEXT: Final = 'SELECT "resolved" FROM "edition_texts" WHERE "log" = ? AND "hash" = ?'
EVENT_TEXTS: Final = 'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? AND "n" >= ? ORDER BY "n"'
FAILURES: Final = 'SELECT "times" FROM "failures" WHERE "log" = ? AND "notice" = ?'
FENCE: Final = 'SELECT tried."fence", told."status" FROM "messages" AS told JOIN "attempts" AS tried ON tried."log" = told."log" AND tried."message" = told."message" WHERE told."log" = ? AND told."message" = ?'
HOOKS: Final = 'SELECT "hook", "process", "steps", "linked", "status" FROM "hooks" WHERE "log" = ? ORDER BY "hook"'
SECRET: Final = 'SELECT "subject", "salt", "sealed" FROM "secrets" WHERE "log" = ? AND "stream" = ? AND "n" = ? AND "path" = ?'
SUBJECT: Final = 'SELECT "wrapped" FROM "subjects" WHERE "log" = ? AND "subject" = ?'
TAKEN_SINCE: Final = 'SELECT taken."stream", taken."n", taken."text", own."workflow", above."workflow" FROM "events" AS taken JOIN "cases" AS own ON own."log" = taken."log" AND own."ref" = taken."stream" AND own."historic" = 0 LEFT JOIN "cases" AS above ON above."log" = own."log" AND above."ref" = own."parent" WHERE taken."log" = ? AND taken."position" IS NOT NULL AND taken."position" >= ? AND taken."type" = \'transition taken\' ORDER BY taken."position"'
WAITING_NOTICES: Final = 'SELECT "ref", "timescale", "of", "no", "notice", "schedule", "at", "status", "n" FROM "notices" WHERE "log" = ? AND "ref" = ? AND "status" = \'waiting\''
WORKFLOWS_IN_USE: Final = 'SELECT DISTINCT "workflow" FROM "editions" WHERE "log" = ? ORDER BY 1'
CLAIMABLE: Final = 'SELECT told."message", told."stream", told."person", told."role", told."what", told."by_when", told."urgent", told."n", tried."tries", tried."fence", tried."next_at" FROM "messages" AS told LEFT JOIN "attempts" AS tried ON tried."log" = told."log" AND tried."message" = told."message" WHERE told."log" = ? AND told."status" = \'waiting\' AND (tried."message" IS NULL OR (tried."next_at" <= ? AND tried."lease_until" <= ?)) ORDER BY told."urgent" DESC, told."message" DESC LIMIT ?'
CLAIMABLE_LOCKED: Final = 'SELECT told."message", told."stream", told."person", told."role", told."what", told."by_when", told."urgent", told."n", tried."tries", tried."fence", tried."next_at" FROM "messages" AS told LEFT JOIN "attempts" AS tried ON tried."log" = told."log" AND tried."message" = told."message" WHERE told."log" = ? AND told."status" = \'waiting\' AND (tried."message" IS NULL OR (tried."next_at" <= ? AND tried."lease_until" <= ?)) ORDER BY told."urgent" DESC, told."message" DESC LIMIT ? FOR UPDATE OF told SKIP LOCKED'
DUE_NOTICES: Final = 'SELECT "ref", "timescale", "of", "no", "notice", "schedule" FROM "notices" WHERE "log" = ? AND "status" = \'waiting\' AND "at" <= ? ORDER BY "at", "ref" LIMIT ?'
DUE_NOTICES_LOCKED: Final = 'SELECT due."ref", due."timescale", due."of", due."no", due."notice", due."schedule" FROM "notices" AS due JOIN "cases" AS own ON own."log" = due."log" AND own."ref" = due."ref" WHERE due."log" = ? AND due."status" = \'waiting\' AND due."at" <= ? ORDER BY due."at", due."ref" LIMIT ? FOR UPDATE OF own SKIP LOCKED'
HEAD_OF_CASE: Final = 'SELECT "head" FROM "cases" WHERE "log" = ? AND "ref" = ?'
HEAD_OF_CASE_LOCKED: Final = 'SELECT "head" FROM "cases" WHERE "log" = ? AND "ref" = ? FOR UPDATE'
HEAD_OF_STREAM: Final = 'SELECT "version", "head" FROM "streams" WHERE "log" = ? AND "stream" = ?'
HEAD_OF_STREAM_LOCKED: Final = 'SELECT "version", "head" FROM "streams" WHERE "log" = ? AND "stream" = ? FOR UPDATE'
TREE: Final = 'SELECT "size", "peaks" FROM "trees" WHERE "log" = ?'
TREE_LOCKED: Final = 'SELECT "size", "peaks" FROM "trees" WHERE "log" = ? FOR UPDATE'
