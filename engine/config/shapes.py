"""What config.toml and a file of names may say: every key of every table, and its kind."""

from __future__ import annotations

from engine.config import after, hooks, kinds, openid
from engine.config.sheet import Shape

_BETWEEN = {"from": kinds.day, "to": kinds.day}

TABLES = {
    "partnership": Shape(
        "[partnership]",
        {"id": kinds.partnership, "name": kinds.line},
        needed={
            "id": 'Write id = "..."; it never changes.',
            "name": 'Write name = "..." as people call it.',
        },
    ),
    "store": Shape(
        "[store]",
        {"database": kinds.database, "keys": kinds.file_name},
        needed={
            "database": 'Write database = "sqlite:///casetrail.db".',
            "keys": 'Write keys = "casetrail.keys".',
        },
    ),
    "notify": Shape(
        "[notify]",
        {"by": kinds.line, "link": kinds.link},
        needed={"by": 'Say how messages are sent: by = "file".'},
        otherwise="What a notifier is told stands below its own name, as in [notify.file].",
        holds_tables=True,
    ),
    "names": Shape(
        "[names]",
        {"file": kinds.file_name},
        needed={"file": 'Write file = "names.toml".'},
    ),
    "openid": openid.SHAPE,
    "inbox": Shape(
        "[inbox]",
        {"folder": kinds.file_name},
        needed={"folder": 'Write folder = "hooks/inbox".'},
    ),
    "break_glass": Shape(
        "[break_glass]",
        {"tell": kinds.people},
        needed={"tell": 'Write tell = ["...", "..."] with the ids of two [[person]] or more.'},
    ),
}

LISTS = {
    "agency": Shape(
        "[[agency]]",
        {
            "id": kinds.identity,
            "title": kinds.line,
            "kind": kinds.line,
            "contact": kinds.identity,
            **_BETWEEN,
        },
        needed={
            "id": 'Write id = "..." by which the other tables name it.',
            "title": 'Write title = "..." as people call it.',
            "kind": 'Write kind = "police", or what it is.',
        },
    ),
    "person": Shape(
        "[[person]]",
        {
            "id": kinds.identity,
            "name": kinds.line,
            "post": kinds.line,
            "mail": kinds.mail,
            "account": kinds.line,
            "by": kinds.line,
            "also": kinds.notifiers,
            "address": kinds.addresses,
            "digest": kinds.digest,
            "quiet": kinds.quiet,
            "service": kinds.yes_or_no,
            "openid": kinds.line,
        },
        needed={
            "id": 'Write id = "..." by which the other tables name them.',
            "name": 'Write name = "..." in full.',
        },
    ),
    "appointment": Shape(
        "[[appointment]]",
        {
            "person": kinds.identity,
            "role": kinds.role,
            "agency": kinds.identity,
            "deputy_for": kinds.identity,
            **_BETWEEN,
        },
        needed={
            "person": 'Write person = "..." with the id of a [[person]].',
            "role": 'Write role = "..." with the name of a role in the definition.',
        },
    ),
    "absence": Shape(
        "[[absence]]",
        {"person": kinds.identity, **_BETWEEN},
        needed={
            "person": 'Write person = "..." with the id of a [[person]].',
            "from": "Say from which day they are away: from = 2025-08-01.",
        },
    ),
    "hook": hooks.SHAPE,
    "after": after.SHAPE,
}

ROOT = Shape(
    "This file",
    dict.fromkeys((*TABLES, *LISTS, "fallback"), kinds.anything),
    needed={
        "partnership": "Add [partnership] with an id and a name.",
        "store": "Add [store] with a database and keys.",
        "notify": 'Add [notify] with by = "file".',
    },
    otherwise=f"It may have {', '.join((*TABLES, *LISTS))} and fallback.",
)

NAMES = Shape(
    "[[names]]",
    {"words": kinds.words, **_BETWEEN},
    needed={"words": 'Write words = { "review group" = "..." }.'},
)
NAMES_ROOT = Shape("This file", {"names": kinds.anything})
