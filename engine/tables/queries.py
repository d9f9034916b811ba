"""What a step or a worker asks of the tables; each question becomes a text in `engine.statements`.

Names in braces are tables and columns, which `engine.compiling` looks up and quotes. Locks are for
PostgreSQL alone; SQLite has one writer at a time anyway.
"""

from __future__ import annotations

_DUE = (
    "SELECT {ref}, {timescale}, {of}, {no}, {notice}, {schedule} FROM {notices} "
    "WHERE {log} = ? AND {status} = 'waiting' AND {at} <= ? ORDER BY {at}, {ref} LIMIT ?"
)
# The case is locked and not its notice, as in a step, so that the two never wait for each other.
# Who fires looks again once he has the case: a notice that fired meanwhile may still be listed.
_DUE_LOCKED = (
    "SELECT due.{ref}, due.{timescale}, due.{of}, due.{no}, due.{notice}, due.{schedule} "
    "FROM {notices} AS due JOIN {cases} AS own "
    "ON own.{log} = due.{log} AND own.{ref} = due.{ref} "
    "WHERE due.{log} = ? AND due.{status} = 'waiting' AND due.{at} <= ? "
    "ORDER BY due.{at}, due.{ref} LIMIT ? FOR UPDATE OF own SKIP LOCKED"
)
_TOLD = (
    "SELECT told.{message}, told.{stream}, told.{person}, told.{role}, told.{what}, "
    "told.{by_when}, told.{urgent}, told.{n}, tried.{tries}, tried.{fence}, tried.{next_at} "
)
_CLAIMABLE = (
    f"{_TOLD}"
    "FROM {messages} AS told LEFT JOIN {attempts} AS tried "
    "ON tried.{log} = told.{log} AND tried.{message} = told.{message} "
    "WHERE told.{log} = ? AND told.{status} = 'waiting' "
    "AND (tried.{message} IS NULL OR (tried.{next_at} <= ? AND tried.{lease_until} <= ?)) "
    "ORDER BY told.{urgent} DESC, told.{message} DESC LIMIT ?"
)
_HEAD_OF_CASE = "SELECT {head} FROM {cases} WHERE {log} = ? AND {ref} = ?"
_HEAD = "SELECT {version}, {head} FROM {streams} WHERE {log} = ? AND {stream} = ?"
_TREE = "SELECT {size}, {peaks} FROM {trees} WHERE {log} = ?"

ASKED = {
    "CALENDARS": (
        "SELECT {version}, {jurisdiction}, {before}, {change}, {day}, {title}, {announced}, "
        "{source}, {changed_on}, {n} FROM {calendars} WHERE {log} = ? ORDER BY {n}"
    ),
    "CALL": (
        "SELECT {fence}, {status} FROM {calls} "
        "WHERE {log} = ? AND {hook} = ? AND {stream} = ? AND {n} = ?"
    ),
    # Of a case only the earliest: what follows is called when that is done or given up.
    "CALLABLE": (
        "SELECT {stream}, {n}, {tries}, {fence}, {next_at} FROM {calls} AS due "
        "WHERE {log} = ? AND {hook} = ? AND {status} = 'waiting' "
        "AND {next_at} <= ? AND {lease_until} <= ? AND NOT EXISTS (SELECT 1 FROM {calls} AS first "
        "WHERE first.{log} = due.{log} AND first.{hook} = due.{hook} "
        "AND first.{stream} = due.{stream} AND first.{n} < due.{n} "
        "AND first.{status} = 'waiting') ORDER BY {next_at}, {stream}, {n} LIMIT ?"
    ),
    "CASE_EXISTS": "SELECT 1 FROM {cases} WHERE {log} = ? AND {ref} = ?",
    "CHUNKS": "SELECT {sealed} FROM {chunks} WHERE {log} = ? AND {document} = ? ORDER BY {no}",
    "CLAIMABLE_WITH": (
        f"{_TOLD}"
        "FROM {messages} AS told JOIN {attempts} AS tried "
        "ON tried.{log} = told.{log} AND tried.{message} = told.{message} "
        "WHERE told.{log} = ? AND told.{status} = 'waiting' AND told.{urgent} = 0 "
        "AND told.{person} = ? AND tried.{next_at} = ? AND tried.{lease_until} <= ?"
    ),
    "COMMAND": (
        "SELECT {stream}, {first}, {last}, {request} FROM {commands} "
        "WHERE {log} = ? AND {command} = ?"
    ),
    "DOCUMENT": "SELECT {subject}, {erased} FROM {documents} WHERE {log} = ? AND {document} = ?",
    "DUE_NOTICES_UNLOCKED": _DUE,
    "EDITIONS_OF": (
        "SELECT {hash}, {edition}, {in_force_from}, {in_force_to} FROM {editions} "
        "WHERE {log} = ? AND {workflow} = ? ORDER BY {n} DESC"
    ),
    "EDITION_TEXT": "SELECT {resolved} FROM {edition_texts} WHERE {log} = ? AND {hash} = ?",
    "EVENT_TEXTS": (
        "SELECT {text} FROM {events} WHERE {log} = ? AND {stream} = ? AND {n} >= ? ORDER BY {n}"
    ),
    "FAILURES": "SELECT {times} FROM {failures} WHERE {log} = ? AND {notice} = ?",
    "FENCE": (
        "SELECT tried.{fence}, told.{status} FROM {messages} AS told JOIN {attempts} AS tried "
        "ON tried.{log} = told.{log} AND tried.{message} = told.{message} "
        "WHERE told.{log} = ? AND told.{message} = ?"
    ),
    "HOOKS": (
        "SELECT {hook}, {process}, {steps}, {linked}, {status} FROM {hooks} "
        "WHERE {log} = ? ORDER BY {hook}"
    ),
    "SECRET": (
        "SELECT {subject}, {salt}, {sealed} FROM {secrets} "
        "WHERE {log} = ? AND {stream} = ? AND {n} = ? AND {path} = ?"
    ),
    "SUBJECT": "SELECT {wrapped} FROM {subjects} WHERE {log} = ? AND {subject} = ?",
    "TAKEN_SINCE": (
        "SELECT taken.{stream}, taken.{n}, taken.{text}, own.{workflow}, above.{workflow} "
        "FROM {events} AS taken JOIN {cases} AS own "
        "ON own.{log} = taken.{log} AND own.{ref} = taken.{stream} AND own.{historic} = 0 "
        "LEFT JOIN {cases} AS above ON above.{log} = own.{log} AND above.{ref} = own.{parent} "
        "WHERE taken.{log} = ? AND taken.{position} IS NOT NULL AND taken.{position} >= ? "
        "AND taken.{type} = 'transition taken' ORDER BY taken.{position}"
    ),
    "WAITING_NOTICES": (
        "SELECT {ref}, {timescale}, {of}, {no}, {notice}, {schedule}, {at}, {status}, {n} "
        "FROM {notices} WHERE {log} = ? AND {ref} = ? AND {status} = 'waiting'"
    ),
    "WORKFLOWS_IN_USE": "SELECT DISTINCT {workflow} FROM {editions} WHERE {log} = ? ORDER BY 1",
}
"""Every question that locks nothing, by its name."""

_NEW = "WHERE {log} = ?1 AND {position} IS NULL"
# SQLite numbers rows as they are written, and no event is ever deleted: an index of the few without
# a position would cost every step a page of the log.
_AFTER_THE_LAST = (
    "AND rowid > coalesce((SELECT rowid FROM {events} WHERE {log} = ?1 "
    "AND {position} IS NOT NULL ORDER BY {position} DESC LIMIT 1), 0) ORDER BY rowid LIMIT ?2"
)

BY_DATABASE = {
    "events_without_position": {
        "sqlite": (
            "SELECT {stream}, {n}, {hash} FROM {events} NOT INDEXED "
            f"{_NEW} {_AFTER_THE_LAST}"
        ),
        "postgresql": (
            "SELECT {stream}, {n}, {hash} FROM {events} "
            f"{_NEW} ORDER BY {{stream}}, {{n}} LIMIT ?2"
        ),
    },
}
"""Every question that each kind of database is asked in its own way."""

LOCKABLE = {
    "claimable": (_CLAIMABLE, f"{_CLAIMABLE} FOR UPDATE OF told SKIP LOCKED"),
    "due_notices": (_DUE, _DUE_LOCKED),
    "head_of_case": (_HEAD_OF_CASE, f"{_HEAD_OF_CASE} FOR UPDATE"),
    "head_of_stream": (_HEAD, f"{_HEAD} FOR UPDATE"),
    "tree": (_TREE, f"{_TREE} FOR UPDATE"),
}
"""Every question that may lock what it finds: as it is asked without the lock, and with it."""

WHOLE_CASE = {
    "cases": "",
    "turns": "",
    "answers": "",
    "people": "",
    "deadlines": "",
    "tasks": "",
    "approvals": "",
    "linked": "",
    "barriers": "",
    "notices": " AND {status} = 'waiting'",
}
"""The tables in which a case has rows, all of which are read; of notices those that wait. Barriers
are those of the case above a linked one, which stand for it too.
"""

OF_MAIN = {
    "barriers": {
        "sqlite": "substr(?2, 1, instr(?2 || '.', '.') - 1)",
        "postgresql": "split_part(?2, '.', 1)",
    }
}
"""The tables that are read of the case above a linked one: its reference from the case's own."""

_ASKED_NOW = (
    " AND {no} >= coalesce((SELECT {turns}.{no} FROM {turns} WHERE {turns}.{log} = ?1 "
    "AND {turns}.{ref} = ?2 AND {turns}.{what} = {answers}.{question}), 1)"
)
# A deadline has the number of the occurrence of what it counts from, which a step may raise by one.
_TURNS = "(SELECT {turns}.{no} FROM {turns} WHERE {turns}.{log} = ?1 AND {turns}.{ref} = ?2)"
_NOTICED = (
    "(SELECT {notices}.{timescale}, {notices}.{of}, {notices}.{no} FROM {notices} "
    "WHERE {notices}.{log} = ?1 AND {notices}.{ref} = ?2 AND {notices}.{status} = 'waiting')"
)
_COUNTED_NOW = (
    " AND ({status} IN ('running', 'provisional', 'set aside') OR {no} <= 2 "
    f"OR {{no}} IN {_TURNS} OR {{no}} - 1 IN {_TURNS} "
    f"OR ({{timescale}}, {{of}}, {{no}}) IN {_NOTICED})"
)

CURRENT_CASE = {
    **WHOLE_CASE,
    "answers": _ASKED_NOW,
    "deadlines": _COUNTED_NOW,
    "tasks": " AND {status} = 'open'",
}
"""The same without what is done and over, at which a step does not look: it grows with the case."""
