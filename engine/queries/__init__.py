"""What is asked of the store off the way of a step: by reading, listing and verifying.

Every question names the partnership, or is asked by verification, which looks at whatever is there.
"""

from __future__ import annotations

from functools import cache

from engine.statements import TABLES


@cache
def everything(table: str) -> str:
    """The statement that reads a whole table, the partnership first: only verification asks it."""
    layout = TABLES[table]
    names = ", ".join(f'"{name}"' for name in ("log", *layout.keys, *layout.columns))
    order = ", ".join(f'"{name}"' for name in ("log", *layout.keys))
    return f'SELECT {names} FROM "{table}" ORDER BY {order}'


def other_logs(table: str) -> str:
    """Under which other partnerships rows of a table are filed: only verification asks it."""
    return f'SELECT DISTINCT "log" FROM "{table}" WHERE "log" <> ? ORDER BY 1'


CHILDREN = (
    'SELECT "ref", "workflow", "state", "about", "closed_on" FROM "cases" '
    'WHERE "log" = ? AND "parent" = ? ORDER BY "ref"'
)

HISTORY = (
    'SELECT "text", "hash", "position" FROM "events" WHERE "log" = ? AND "stream" = ? ORDER BY "n"'
)

HISTORY_PAGE = (
    'SELECT "text", "hash", "position" FROM "events" WHERE "log" = ? AND "stream" = ? '
    'AND "n" > ? ORDER BY "n" LIMIT ?'
)

VERSION_OF = 'SELECT "version" FROM "cases" WHERE "log" = ? AND "ref" = ?'

FIRST_EVENT = 'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? AND "n" = 1'

TAKEN_BY_HOOK = (
    'SELECT "message" FROM "replays" '
    'WHERE "log" = ? AND "endpoint" = ? AND "message" >= ? AND "message" < ?'
)

ALL_EVENTS = (
    'SELECT "log", "stream", "n", "type", "text", "hash", "position" FROM "events" '
    'ORDER BY "stream", "n"'
)

ALL_HEADS = (
    'SELECT "ref", "version", "head" FROM "cases" WHERE "log" = ? '
    'UNION ALL SELECT "stream", "version", "head" FROM "streams" WHERE "log" = ?'
)

SECRETS_OF = (
    'SELECT "n", "path" FROM "secrets" WHERE "log" = ? AND "subject" = ? ORDER BY "n", "path"'
)

MADE_BY = 'SELECT "version_num" FROM "alembic_version"'

OTHER_STORES = 'SELECT "id" FROM "store" WHERE "id" <> 1 ORDER BY "id"'

PIECES = (
    'SELECT "log", "document", count(*), min("no"), max("no") FROM "chunks" '
    'GROUP BY "log", "document" ORDER BY 1, 2'
)

SECRET_NAMES = 'SELECT "log", "stream", "n", "path", "sealed" IS NOT NULL FROM "secrets"'
"""Each personal value, and whether anything of it is left."""

KEPT_SUBJECTS = (
    'SELECT "subject" FROM "secrets" WHERE "log" = ? AND "sealed" IS NOT NULL '
    'UNION SELECT "subject" FROM "documents" WHERE "log" = ? AND "erased" = 0'
)

SUBJECTS = 'SELECT "subject", "wrapped", "erased" FROM "subjects" WHERE "log" = ?'

DOCUMENTS_OF = 'SELECT "document" FROM "documents" WHERE "log" = ? AND "subject" = ?'

TELLING = (
    'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? '
    "AND \"type\" IN ('notice fired', 'people told') ORDER BY \"n\""
)
"""The events by which people were told something of a case."""

ON_FILE = (
    'SELECT d."document", d."question", d."size", d."erased", d."n", e."text" FROM "documents" d '
    'JOIN "events" e ON e."log" = d."log" AND e."stream" = d."stream" AND e."n" = d."n" '
    'WHERE d."log" = ? AND d."stream" = ? ORDER BY d."n"'
)

DROP_CHUNKS = 'DELETE FROM "chunks" WHERE "log" = ? AND "document" = ?'

EDITIONS_IN_USE = (
    'SELECT "hash", "workflow" FROM "editions" WHERE "log" = ? ORDER BY "workflow", "in_force_from"'
)

EDITION_SOURCES = 'SELECT "hash", "sources" FROM "edition_texts" WHERE "log" = ?'

SOURCES_OF = 'SELECT "sources" FROM "edition_texts" WHERE "log" = ? AND "hash" = ?'

DIRECTORY = 'SELECT "n" FROM "directories" WHERE "log" = ? AND "digest" = ?'

TICK = 'SELECT "ticked", "seal" FROM "ticks" WHERE "log" = ?'

CASES = (
    'SELECT c."ref", c."workflow", c."edition", c."state", c."opened_on", c."closed_on", '
    'c."about", c."historic", '
    'd."due" FROM "cases" c LEFT JOIN (SELECT "ref", min("due_on") AS "due" FROM "deadlines" '
    "WHERE \"log\" = ? AND \"status\" IN ('running', 'provisional') "
    'AND "rule" NOT LIKE \'% after %\' GROUP BY "ref") d '
    'ON d."ref" = c."ref" WHERE c."log" = ?{more} '
    'ORDER BY c."historic", CASE WHEN d."due" IS NULL THEN 1 ELSE 0 END, d."due", c."ref"'
)
"""Historic cases come last: their days are past, and nothing of them is late. What is to last until
some time after a day is not due by it.
"""

CASES_AFTER = (
    ' AND (c."historic", CASE WHEN d."due" IS NULL THEN 1 ELSE 0 END, coalesce(d."due", \'\'), '
    'c."ref") > (?, ?, ?, ?)'
)
"""Those that come after a case, in the same order: told by where that case stands."""

FIRST_FEW = " LIMIT ?"

COUNTED = (
    'SELECT d."ref", d."timescale", c."edition", c."workflow", d."status", d."rule", '
    'd."starts_on", d."due_on", d."due_from", d."due_to", d."calendar" FROM "deadlines" d '
    'JOIN "cases" c ON c."log" = d."log" AND c."ref" = d."ref" WHERE d."log" = ? AND '
    "(d.\"status\" IN ('running', 'provisional') OR d.\"status\" IN ('met', 'met late') "
    'AND (d."due_on" > ? OR d."due_to" > ?)) ORDER BY d."ref"'
)
"""What a change of the calendar may touch: what runs, and what was met by days that had not been
published.
"""

OPEN_BY_EDITION = (
    'SELECT "ref", "edition" FROM "cases" WHERE "log" = ? AND "workflow" = ? AND "parent" = \'\' '
    'AND "closed_on" IS NULL ORDER BY "ref"'
)
"""The open cases of a process that are linked to no other, each with its edition."""

OPEN_CASES = (
    'SELECT "ref", "workflow", "edition", "state" FROM "cases" '
    'WHERE "log" = ? AND "closed_on" IS NULL AND "historic" = 0 ORDER BY "ref"'
)

NOTICES_TO_FIRE = (
    'SELECT DISTINCT "ref", "timescale", "notice" FROM "notices" '
    'WHERE "log" = ? AND "status" = \'waiting\' ORDER BY "ref", "timescale", "notice"'
)

OPEN_MAIN = (
    'SELECT "ref", "edition" FROM "cases" WHERE "log" = ? AND "parent" = \'\' '
    'AND "closed_on" IS NULL'
)

EDITION_OF = 'SELECT "edition", "workflow" FROM "cases" WHERE "log" = ? AND "ref" = ?'

CASE_OF = 'SELECT "workflow", "closed_on" FROM "cases" WHERE "log" = ? AND "ref" = ?'

PINNED = 'SELECT "ref", "edition", "workflow" FROM "cases" WHERE "log" = ? ORDER BY "ref"'

SAME_ANSWERS = (
    'SELECT c."ref", c."opened_on", c."closed_on", a."question", a."value" '
    'FROM "cases" c JOIN "answers" a ON a."log" = c."log" AND a."ref" = c."ref" '
    'WHERE c."log" = ? AND c."workflow" = ? AND a."status" = \'answered\' '
    'AND a."value" IS NOT NULL AND a."of" = \'\' ORDER BY c."opened_on" DESC, c."ref"'
)

RUNNING_DEADLINES = (
    'SELECT "ref" FROM "deadlines" WHERE "log" = ? AND "due_on" <= ? '
    'AND "status" IN (\'running\', \'provisional\') ORDER BY "due_on", "ref"'
)

_OPEN_DEADLINES = (
    'SELECT "ref", "timescale", "of", "no", "due_on" FROM "deadlines" WHERE "log" = ? '
    "AND \"status\" IN ('running', 'provisional') "
)

DUE_AFTER = (
    f'{_OPEN_DEADLINES}AND ("due_on", "ref", "timescale", "of", "no") > (?, ?, ?, ?, ?) '
    'ORDER BY "due_on", "ref", "timescale", "of", "no" LIMIT ?'
)
"""The deadlines that come after another: by a day of both."""

WITHOUT_DAY_AFTER = (
    f'{_OPEN_DEADLINES}AND "due_on" IS NULL AND ("ref", "timescale", "of", "no") > (?, ?, ?, ?) '
    'AND "ref" IN (SELECT "ref" FROM "deadlines" WHERE "log" = ? AND "due_on" IS NOT NULL '
    "AND \"status\" IN ('running', 'provisional')) "
    'ORDER BY "ref", "timescale", "of", "no" LIMIT ?'
)
"""The same of those that have no day yet, of cases of which another has one."""

OPEN_TASKS = (
    'SELECT t."ref", t."what", t."role", t."opened_on", c."about", t."task", t."kind", t."subject" '
    'FROM "tasks" t '
    'JOIN "cases" c ON c."log" = t."log" AND c."ref" = t."ref" '
    'WHERE t."log" = ? AND t."status" = \'open\' ORDER BY t."opened_on", t."ref", t."task"'
)

ASKED = (
    'SELECT "ref", "question", "of", "asked_on" FROM "answers" '
    'WHERE "log" = ? AND "status" = \'asked\' ORDER BY "asked_on", "ref", "of"'
)

NEVER = 1 << 62
"""The next try, as microseconds, of a message that is given up where its case cannot say so."""

CALLS_REFUSED = (
    'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? AND "n" > ? '
    'AND "type" = \'call refused\' ORDER BY "n"'
)
"""The entries of the access log, after one of them, of what other systems sent and was refused."""

GIVEN_UP = (
    'SELECT m."stream", m."person", m."what" FROM "messages" m '
    'WHERE m."log" = ? AND (m."status" = \'given up\' AND EXISTS '
    '(SELECT 1 FROM "tasks" t WHERE t."log" = m."log" AND t."ref" = m."stream" '
    'AND t."kind" = \'message\' AND t."subject" = m."message") '
    "OR m.\"status\" = 'waiting' AND EXISTS "
    '(SELECT 1 FROM "attempts" a WHERE a."log" = m."log" AND a."message" = m."message" '
    'AND a."next_at" = ?)) ORDER BY m."stream", m."message"'
)
"""What will not be sent any more: so its case says, or where that cannot be changed, its tries. Not
what was withdrawn because its receiver may not see the case any more.
"""

MESSAGE = (
    'SELECT "stream", "person", "role", "what", "by_when", "n", "status" FROM "messages" '
    'WHERE "log" = ? AND "message" = ?'
)

MESSAGES_OF = (
    'SELECT "message", "stream", "person", "role", "what", "by_when", "urgent", "n" '
    'FROM "messages" WHERE "log" = ? AND "stream" = ? ORDER BY "n", "message"'
)

HANDOVERS = (
    'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? '
    'AND "type" = \'work handed over\' ORDER BY "n"'
)

SENT_IN_DIGEST = (
    'SELECT "text" FROM "events" WHERE "log" = ? AND "type" = \'message sent\' '
    'AND "text" LIKE ? ORDER BY "stream", "n"'
)

DELIVERIES = (
    'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? '
    'AND "type" = \'message delivered\' ORDER BY "n"'
)

FOLLOWED = (
    'SELECT m."message", e."text" FROM "messages" m '
    'JOIN "attempts" a ON a."log" = m."log" AND a."message" = m."message" '
    'JOIN "events" e ON e."log" = m."log" AND e."stream" = m."stream" '
    'AND e."type" = \'message sent\' AND e."text" LIKE \'%"message":"\' || m."message" || \'"%\' '
    'WHERE m."log" = ? AND m."status" = \'sent\' AND m."settled" >= ? AND a."next_at" <= ? '
    'ORDER BY m."settled", m."message" LIMIT ?'
)
"""The messages that were sent of late, of which it may be asked what became of them."""

CURRENT_SECRETS = (
    'SELECT a."ref", a."n", a."question", a."of", a."no", a."source" '
    'FROM "answers" a WHERE a."log" = ? AND a."commitment" IS NOT NULL '
    'AND a."status" <> \'set aside\' AND a."ref" > ? ORDER BY a."ref"'
)

PUBLIC_ANSWERS = (
    'SELECT "ref", "question", "value" FROM "answers" '
    'WHERE "log" = ? AND "value" IS NOT NULL AND "status" <> \'set aside\' AND "ref" > ? '
    'ORDER BY "ref"'
)

NEXT_NOTICE = 'SELECT min("at") FROM "notices" WHERE "log" = ? AND "status" = \'waiting\''

MESSAGES_SINCE = (
    'SELECT "person", "what" FROM "messages" WHERE "log" = ? AND "stream" = ? AND "n" > ?'
)

VERSIONS = 'SELECT "ref", "version" FROM "cases" WHERE "log" = ?'

LAST_OF_STREAMS = (
    'SELECT e."text" FROM "events" e JOIN (SELECT "stream", max("n") AS "n" FROM "events" '
    'WHERE "log" = ? GROUP BY "stream") last ON last."stream" = e."stream" AND last."n" = e."n" '
    'WHERE e."log" = ?'
)

LATEST_EVENT = (
    'SELECT "n", "text", "hash" FROM "events" WHERE "log" = ? AND "stream" = ? '
    "AND \"type\" NOT IN ('pack built', 'pack changed') ORDER BY \"n\" DESC LIMIT 1"
)

ENTERED = (
    'SELECT max("n") FROM "events" WHERE "log" = ? AND "stream" = ? '
    "AND \"type\" IN ('case opened', 'transition taken', 'step undone')"
)

EVENT = 'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? AND "n" = ?'

POSITION = 'SELECT "position" FROM "events" WHERE "log" = ? AND "stream" = ? AND "n" = ?'

LEAVES_BEFORE = 'SELECT "hash" FROM "events" WHERE "log" = ? AND "position" < ? ORDER BY "position"'

MOVES = (
    'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? '
    'AND "type" = \'case migrated\' ORDER BY "n"'
)

PACK_EVENTS = (
    'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? '
    "AND \"type\" IN ('pack built', 'pack changed') ORDER BY \"n\""
)

PACKS_OF = (
    'SELECT "what" FROM "turns" WHERE "log" = ? AND "ref" = ? '
    "AND \"what\" >= 'pack:' AND \"what\" < 'pack;'"
)

PACKS_OUT_OF_DATE = (
    'SELECT p."ref", p."pack" FROM "packs" AS p WHERE p."log" = ? AND p."status" = \'out of date\' '
    'AND NOT EXISTS (SELECT 1 FROM "packs" AS q WHERE q."log" = p."log" AND q."ref" = p."ref" '
    'AND q."pack" = p."pack" AND q."no" > p."no" '
    "AND q.\"status\" <> 'draft' AND q.\"archive\" <> '') "
    'ORDER BY p."n", p."ref", p."pack" LIMIT ?'
)

VERSIONS_OF_LINKED = 'SELECT "ref", "version" FROM "cases" WHERE "log" = ? AND "parent" = ?'

NAMES = (
    'SELECT 1 FROM "events" WHERE "log" = ? AND "stream" <> ? AND "text" LIKE ? '
    "ESCAPE '\\' LIMIT 1"
)

CALLS_BY_STATUS = (
    'SELECT "hook", "status", count(*), sum(CASE WHEN "last" <> \'\' THEN 1 ELSE 0 END) '
    'FROM "calls" WHERE "log" = ? GROUP BY "hook", "status" ORDER BY "hook", "status"'
)
"""How many calls there are, and how many of them were tried and not stopped at once."""

LAST_FAILURE = (
    'SELECT "last" FROM "calls" WHERE "log" = ? AND "hook" = ? AND "status" <> \'done\' '
    'AND "last" <> \'\' ORDER BY "next_at" DESC, "stream", "n" LIMIT 1'
)

STEPS_OF = (
    'SELECT taken."n", taken."text", own."workflow", above."workflow" FROM "events" AS taken '
    'JOIN "cases" AS own ON own."log" = taken."log" AND own."ref" = taken."stream" '
    'LEFT JOIN "cases" AS above ON above."log" = own."log" AND above."ref" = own."parent" '
    'WHERE taken."log" = ? AND taken."stream" = ? AND taken."type" = \'transition taken\' '
    'ORDER BY taken."n" DESC'
)

# Every role is one; that it is said has SQLite read the few tasks that are open, and not all.
_UNDEALT = (
    'FROM "tasks" t JOIN "messages" m ON m."log" = t."log" AND m."message" = t."subject" '
    'JOIN "cases" c ON c."log" = t."log" AND c."ref" = t."ref" '
    'WHERE t."log" = ? AND t."role" >= \'\' AND t."status" = \'open\' AND t."kind" = \'message\' '
    'AND m."status" = \'given up\' AND c."closed_on" IS NULL AND NOT EXISTS '
    '(SELECT 1 FROM "events" e WHERE e."log" = t."log" AND e."stream" = t."ref" '
    'AND e."n" > t."n" AND e."type" = \'people told\' '
    'AND e."text" LIKE \'%"lost":"\' || t."subject" || \'"%\') '
)

UNDEALT = (
    'SELECT m."message", m."stream", m."person", m."role", m."what", m."by_when", m."n", '
    f'm."settled" {_UNDEALT}AND m."by_when" >= ? AND m."by_when" <= ? ORDER BY m."message"'
)
"""What was given up, has a day between two, and is an open task of which nobody was told since."""

UNDEALT_OF = f'SELECT 1 {_UNDEALT}AND t."ref" = ? AND t."subject" = ? LIMIT 1'
