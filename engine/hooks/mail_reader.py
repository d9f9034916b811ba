"""Reads one mail from standard input, in a process of its own that may take little time and memory.

It is run by its path and uses the standard library alone: whoever wrote the mail may have written
it to hurt. It says on standard output one line of JSON, and after it the attachments as they are.
"""

from __future__ import annotations

import json
import re
import resource
import sys
from email import errors, message_from_bytes, policy
from email.message import EmailMessage, Message, MIMEPart
from html.parser import HTMLParser
from typing import Any, Final

SECONDS: Final = 2
"""Of the processor."""
MEMORY: Final = 256 * 1024 * 1024
MOST_HEADERS: Final = 64 * 1024
"""Bytes before the first empty line."""
MOST_LINES: Final = 2000
"""Lines of the text in which answers are looked for."""
MOST_ATTACHMENTS: Final = 20
NOT_WHOLE: Final = 3
"""The exit code of a mail of which the end is missing, or something in between."""

_FIELD = re.compile(r"[ \t*-]*([^:\uff1a\n]{1,80}?)[ \t*]*(?::\**[ \t]+|\uff1a\**[ \t]*)(\S.*)")
_SPACES = re.compile("[\u00a0\u2007\u202f]")
_END_OF_HEADERS = re.compile(rb"\r?\n\r?\n")
_CUT = (
    errors.CloseBoundaryNotFoundDefect,
    errors.StartBoundaryNotFoundDefect,
    errors.InvalidBase64PaddingDefect,
    errors.InvalidBase64LengthDefect,
    errors.InvalidBase64CharactersDefect,
)
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_BLOCKS = frozenset(
    ("br", "div", "dd", "dl", "dt", "hr", "li", "ol", "p", "pre", "table", "tr", "ul")
)
_UNREAD = frozenset(("blockquote", "script", "style", "title"))


def main() -> None:
    """Read the mail; ends with another code than 0 where it cannot be."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    content = sys.stdin.buffer.read()
    end = _END_OF_HEADERS.search(content, 0, MOST_HEADERS)
    if end is None:
        sys.exit(NOT_WHOLE if len(content) < MOST_HEADERS else 1)
    message = message_from_bytes(content, policy=policy.default)
    del content
    assert isinstance(message, EmailMessage)
    document, files = _read(message)
    if _is_cut(message):
        sys.exit(NOT_WHOLE)
    sizes = [[name, len(file)] for name, file in files]
    sys.stdout.buffer.write(json.dumps([document, sizes]).encode() + b"\n")
    for _, file in files:
        sys.stdout.buffer.write(file)


def _read(message: EmailMessage) -> tuple[dict[str, Any], list[tuple[str, bytes]]]:
    text = _text(message)
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


def _is_cut(message: EmailMessage) -> bool:
    """Whether the end of a mail is missing, or of a part of it that was decoded.

    Of parts within parts a boundary that is missing is only carelessness: what holds them is whole.
    """
    if any(isinstance(one, _CUT) for one in message.defects):
        return True
    return any(isinstance(one, _CUT[2:]) for part in message.walk() for one in part.defects)


def _line(header: object) -> str | None:
    return None if header is None else " ".join(str(header).split())


def _text(message: EmailMessage) -> str:
    """The text of a mail as it is read: the plain one, or what that of HTML says without marks."""
    for kind in ("plain", "html"):
        body = message.get_body((kind,))
        text = str(body.get_content()) if body is not None else ""
        if body is not None and text.strip():
            return _unfolded(body, text) if kind == "plain" else _Page(text).text
    return ""


def _unfolded(body: MIMEPart, text: str) -> str:
    """Paragraphs as they were typed, where a mail says that it has folded them (RFC 3676)."""
    said = body["content-type"].params if body["content-type"] else {}
    if str(said.get("format", "")).lower() != "flowed":
        return text
    joined = str(said.get("delsp", "")).lower() == "yes"
    lines, flows = list[str](), False
    for line in text.splitlines():
        own = line.removeprefix(" ")
        if flows and not line.startswith(">"):
            lines[-1] += own
        else:
            lines.append(own)
        flows = own.endswith(" ") and own != "-- " and not line.startswith(">")
        if flows and joined:
            lines[-1] = lines[-1][:-1]
    return "\n".join(lines)


class _Page(HTMLParser):
    """What a page of HTML says, a line for each of its blocks; nothing that it quotes."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self._said: list[str] = []
        self._unread = 0
        self.feed(page)
        self.close()

    @property
    def text(self) -> str:
        """All of it, with the spaces that a reader sees."""
        lines = ("".join(self._said)).split("\n")
        return "\n".join(" ".join(line.split()) for line in lines)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Begin a line with a block, and pass over what is not read."""
        self._unread += tag in _UNREAD
        if tag in _BLOCKS or tag in _HEADINGS:
            self._said.append("\n")
        elif tag in ("td", "th"):
            self._said.append(" ")

    def handle_endtag(self, tag: str) -> None:
        """End the line of a block."""
        self._unread = max(0, self._unread - (tag in _UNREAD))
        if tag in _BLOCKS or tag in _HEADINGS:
            self._said.append("\n")

    def handle_data(self, data: str) -> None:
        """Keep what is read."""
        if not self._unread:
            # A line break of the page itself is a space to whoever reads it.
            self._said.append(data.replace("\n", " "))


def _fields(text: str) -> dict[str, Any]:
    """What lines of the form `Question: answer` say, but for quoted ones; of one that is said
    twice, both. Small letters and capitals are the same.
    """
    found: dict[str, Any] = {}
    names: dict[str, str] = {}
    for line in text.splitlines()[:MOST_LINES]:
        if known := _FIELD.fullmatch(_SPACES.sub(" ", line[:20_000])):
            said, value = known[1].strip(), known[2].strip()
            if not said.startswith(">"):
                name = names.setdefault(" ".join(said.split()).casefold(), said)
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
