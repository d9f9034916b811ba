"""Reads one mail from standard input, in a process of its own that may take little time and memory.

It is run by its path and uses the standard library alone: whoever wrote the mail may have written
it to hurt. It says on standard output one line of JSON, and after it the attachments as they are.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from email import message_from_bytes, policy
from email.message import EmailMessage, Message
from typing import Any, Final

SECONDS: Final = 2
"""Of the processor."""
MEMORY: Final = 256 * 1024 * 1024
MOST_HEADERS: Final = 64 * 1024
"""Bytes before the first empty line."""
MOST_LINES: Final = 2000
"""Lines of the text in which answers are looked for."""
MOST_ATTACHMENTS: Final = 20

_FIELD = re.compile(r"[ \t>*-]*([^:\n]{1,80}?)[ \t*]*:[ \t]+(\S.*)")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")


def main() -> None:
    """Read the mail; ends with another code than 0 where it cannot be."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    content = sys.stdin.buffer.read()
    end = _END_OF_HEADERS.search(content, 0, MOST_HEADERS)
    if end is None:
        sys.exit(1)
    message = message_from_bytes(content, policy=policy.default)
    del content
    assert isinstance(message, EmailMessage)
    document, files = _read(message)
    sizes = [[name, len(file)] for name, file in files]
    sys.stdout.buffer.write(json.dumps([document, sizes]).encode() + b"\n")
    for _, file in files:
        sys.stdout.buffer.write(file)


def _read(message: EmailMessage) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    body = message.get_body(("plain",))
    text = str(body.get_content()) if body is not None else ""
    sender, sent = message["from"], message["date"]
    document = {
        "subject": _line(message["subject"]),
        "from": sender.addresses[0].addr_spec if sender and sender.addresses else None,
        "date": sent.datetime.date().isoformat() if sent and sent.datetime else None,
        "message_id": _line(message["message-id"]),
        "fields": _fields(text),
        "text": text,
    }
    attached = list(message.iter_attachments()) if message.is_multipart() else []
    if len(attached) > MOST_ATTACHMENTS:
        sys.exit(1)
    return document, [(part.get_filename() or "", _content(part)) for part in attached]


def _line(header: object) -> str | None:
    return None if header is None else " ".join(str(header).split())


def _fields(text: str) -> dict[str, Any]:
    """What lines of the form `Question: answer` say; of one that is said twice, both."""
    found: dict[str, Any] = {}
    for line in text.splitlines()[:MOST_LINES]:
        if known := _FIELD.fullmatch(line[:20_000]):
            name, value = known[1].strip(), known[2].strip()
            before = found.get(name, value)
            found[name] = value if before == value else {"said": "twice"}
    return found


def _content(part: Message) -> bytes:
    """What is attached, as it was before it was sent; a mail, whole."""
    if part.is_multipart():
        return b"".join(
            inner.as_bytes() for inner in part.get_payload() if isinstance(inner, Message)
        )
    decoded = part.get_payload(decode=True)
    return decoded if isinstance(decoded, bytes) else b""


if __name__ == "__main__":
    main()
