"""What is asked of those who come in: what they come in by, what keeps them from a case, and what
was taken from other systems already.
"""

from __future__ import annotations

BARRIERS = (
    'SELECT "ref", "kind", "person", "no", "status", "by", "since", "until", "told", "task", "n" '
    'FROM "barriers" WHERE "log" = ? AND "status" <> ?'
)

TOLD_OF = (
    'SELECT "person" FROM "messages" WHERE "log" = ? AND "stream" = ? AND "n" = ? '
    "AND \"status\" = 'sent'"
)
"""Who was told by the messages of one event, as the trail has it."""

MESSAGES_BY = (
    'SELECT "message" FROM "messages" WHERE "log" = ? AND "stream" = ? AND "n" = ? '
    'ORDER BY "message"'
)
"""The messages of one event."""

WAITING_FOR = (
    'SELECT m."message", m."person" FROM "messages" m JOIN "cases" c '
    'ON c."log" = m."log" AND c."ref" = m."stream" WHERE m."log" = ? '
    'AND (c."ref" = ? OR c."parent" = ?) AND m."status" = \'waiting\''
)
"""The messages of a case and its linked cases that wait, each with whom it is for."""

REVIEWS_OVERDUE = (
    'SELECT b."ref", b."person", b."no" FROM "barriers" b JOIN "tasks" t '
    'ON t."log" = b."log" AND t."ref" = b."ref" AND t."task" = b."task" WHERE b."log" = ? '
    'AND b."kind" = \'glass\' AND b."status" = \'stands\' AND b."since" < ? '
    'AND t."status" = \'open\' ORDER BY b."ref", b."no"'
)
"""The glass that was broken before a moment, and is not reviewed."""

CREDENTIAL = (
    'SELECT "secret", "set_on", "n", "failures", "locked_until", "used" FROM "credentials" '
    'WHERE "log" = ? AND "person" = ? AND "kind" = ?'
)

DROP_CREDENTIAL = 'DELETE FROM "credentials" WHERE "log" = ? AND "person" = ? AND "kind" = ?'

_TOKEN = '"kind", "holder", "how", "hash", "verbs", "processes", "since", "until", "revoked_on" '

TOKEN = f'SELECT {_TOKEN}FROM "tokens" WHERE "log" = ? AND "token" = ?'

TOKENS = (
    'SELECT "token", coalesce((SELECT u."used_on" FROM "uses" u WHERE u."log" = t."log" '
    f'AND u."token" = t."token"), \'\'), {_TOKEN}FROM "tokens" t '
    'WHERE "log" = ? AND "kind" = \'issued\' ORDER BY "n"'
)

OPEN_SIGN_INS = (
    'SELECT "token" FROM "tokens" WHERE "log" = ? AND "holder" = ? AND revoked_on IS NULL '
    'AND "kind" = \'sign-in\' AND "until" > ? ORDER BY "n"'
)

SIGN_INS_OVER = (
    'SELECT "token" FROM "tokens" WHERE "log" = ? AND "kind" = \'sign-in\' AND "until" < ? LIMIT ?'
)

DROP_TOKEN = 'DELETE FROM "tokens" WHERE "log" = ? AND "token" = ?'

DROP_USE = 'DELETE FROM "uses" WHERE "log" = ? AND "token" = ?'

REPLAYS_BEFORE = (
    'SELECT "endpoint", "message" FROM "replays" WHERE "log" = ? AND "received" < ? '
    'AND ("endpoint" LIKE \'sign-in %\' OR "received" < ?) LIMIT ?'
)

REPLAY = 'SELECT 1 FROM "replays" WHERE "log" = ? AND "endpoint" = ? AND "message" = ?'

DROP_REPLAY = 'DELETE FROM "replays" WHERE "log" = ? AND "endpoint" = ? AND "message" = ?'

HOLDS_A_TOKEN = 'SELECT 1 FROM "tokens" WHERE "log" = ? AND "holder" = ? LIMIT 1'

USED_ON = 'SELECT "used_on" FROM "uses" WHERE "log" = ? AND "token" = ?'
