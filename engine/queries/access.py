"""What is asked about the access log."""

from __future__ import annotations

ENTRIES = (
    'SELECT "text" FROM "events" WHERE "log" = ? AND "stream" = ? AND "n" < ? '
    'ORDER BY "n" DESC LIMIT ?'
)

CASE_OF_DOCUMENT = 'SELECT "stream" FROM "documents" WHERE "log" = ? AND "document" = ?'
