"""Reports of mail servers (RFC 3464) on messages of ours, as several servers write them."""

from __future__ import annotations

import tomllib

from engine import database
from tests.offices import Office


def message_id(office: Office) -> str:
    """The id of a message that was sent, or is still to be."""
    url = tomllib.loads(office.config.read_text())["store"]["database"]
    store = database.open(url) if url.startswith("postgresql") else office.store()
    with store.read() as tx:
        found = tx.rows("SELECT message FROM messages ORDER BY status DESC, message LIMIT 1")
    store.close()
    return str(found[0][0])


def bounced(message: str, action: str = "failed", *, headers_only: bool = False) -> str:
    """The mail by which a server says what became of a message."""
    kind = "text/rfc822-headers" if headers_only else "message/rfc822"
    return f"""From: MAILER-DAEMON@mail.example
To: casetrail@partnership.example
Subject: Delivery report
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain

Something was said about <{"0" * 32}@log.casetrail.invalid>.

--=_b
Content-Type: message/delivery-status

Reporting-MTA: dns; mail.example
Arrival-Date: Mon, 15 Dec 2025 10:00:00 +0000

Final-Recipient: rfc822; lee@council.example
Action: {action}
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 no such user

--=_b
Content-Type: {kind}

From: Casetrail <casetrail@partnership.example>
To: lee@council.example
Subject: A message
Message-ID: <{message}@log.casetrail.invalid>

--=_b--
"""
