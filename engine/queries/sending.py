"""What is asked about messages that a notifier did not take."""

from __future__ import annotations

CAUSE = 'SELECT "since" FROM "causes" WHERE "log" = ? AND "message" = ?'

DROP_CAUSE = 'DELETE FROM "causes" WHERE "log" = ? AND "message" = ?'

TROUBLES = (
    'SELECT c."notifier", c."cause", count(*), min(c."since"), max(c."latest") '
    'FROM "causes" c JOIN "messages" m ON m."log" = c."log" AND m."message" = c."message" '
    'WHERE c."log" = ? AND m."status" = \'waiting\' '
    'GROUP BY c."notifier", c."cause" ORDER BY max(c."latest") DESC, c."notifier", c."cause"'
)
"""Each notifier that did not take what waits, with a cause, and how many wait since when."""
