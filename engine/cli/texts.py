"""Words that come from outside: typed, piped, pasted or in a file, with their line ends kept."""

from __future__ import annotations

import os
import stat
import sys
from collections.abc import Iterable
from typing import BinaryIO

from engine.cli import printing
from engine.dates import parse_partial, read_day
from engine.errors import EngineError, UsageError

FREE = "TEXT that names nobody, @FILE, or - to be asked."
"""What an option takes that may be about somebody: a command is seen by others, and is kept."""

MOST_BYTES = 8_000_000
"""More than the longest answer can be."""

_END = "Ctrl-Z and Enter" if sys.platform == "win32" else "Ctrl-D"
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb\xbf": "utf-8"}
"""The bytes with which some programs begin a text file."""
_COMMON = frozenset(b"abcdefghijklmnopqrstuvwxyz ")
_LINE_ENDS = str.maketrans({"\f": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\ufeff": ""})


def free_text(given: str | None, called: str) -> str:
    """The text that TEXT, @FILE or - stands for; `called` names what it is for.

    Raises UsageError where nothing comes: standard input can be read once.
    """
    if not given:
        return ""
    if given == "-":
        text = asked(f"{called}:", called)
        if not text.strip():
            raise UsageError(
                f"Nothing came for {called}; only one thing can come through standard input, so "
                f"write {called} @FILE for another."
            )
        return text
    return from_file(given[1:], called) if given.startswith("@") else pasted(given)


def from_file(name: str, called: str) -> str:
    """The text of a file. Raises UsageError when it cannot be read, or is no plain text."""
    with opened(name, called) as source:
        try:
            content = source.read(MOST_BYTES + 1)
        except OSError as error:
            raise _failed("read", called, error) from None
    return _decoded(content, called)


def asked(prompt: str, called: str, *, one_line: bool = False) -> str:
    """What somebody types, or what comes through standard input.

    Nothing of it stands in the shell's history or the list of processes.
    """
    if not at_keyboard():
        return _decoded(sys.stdin.buffer.read(MOST_BYTES + 1), called)
    how = "" if one_line else f" (finish with {_END} on a line of its own)"
    printing.say_aside(f"{prompt}{how}".split("\n"))
    typed = sys.stdin.readline() if one_line else sys.stdin.read()
    return pasted(typed.removesuffix("\n"))


def at_keyboard() -> bool:
    """Whether somebody types, and nothing is piped."""
    return sys.stdin.isatty()


def confirmed(question: str) -> bool:
    """Whether somebody at the keyboard says yes."""
    if not at_keyboard():
        return False
    sys.stderr.write(printing.visible(f"{question} (yes or no) "))
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in ("y", "yes")


def retyped(wanted: str, question: str) -> bool:
    """Whether somebody at the keyboard types a word once more, to show that it is meant."""
    if not at_keyboard():
        return False
    sys.stderr.write(printing.visible(f"{question} "))
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() == wanted.casefold()


def opened(name: str, called: str) -> BinaryIO:
    """A file to read, whose name is never repeated: it may be about somebody.

    Raises UsageError, also for what is no file: a pipe that nobody writes to would be waited for.
    """
    try:
        if not stat.S_ISREG(os.stat(name).st_mode):
            raise UsageError(
                f"What was given for {called} is not a file, but a folder, a pipe or a device; "
                "name a file, or give - for standard input where text is asked for."
            )
        return open(name, "rb")
    except (OSError, ValueError) as error:
        raise _failed("read", called, error) from None


def save(name: str, text: str, called: str) -> None:
    """Write a new file that only its owner can read. Raises UsageError; it never replaces one."""
    save_pieces(name, [text.encode()], called)


def save_pieces(name: str, pieces: Iterable[bytes], called: str) -> None:
    """The same for bytes, piece by piece; nothing is left of it where a piece cannot be had."""
    try:
        descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except (OSError, ValueError) as error:
        raise _failed("written", called, error) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            for piece in pieces:
                file.write(piece)
    except OSError as error:
        os.unlink(name)
        raise _failed("written", called, error) from None
    except EngineError:
        os.unlink(name)
        raise


def pasted(text: str) -> str:
    """A text with the line and page ends of a word processor as plain line ends."""
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\v", "\n").translate(_LINE_ENDS)


def when(given: str) -> str:
    """A day, or a part of one, in the form in which it is kept; nothing for nothing."""
    return parse_partial(given).text if given else ""


def exact_day(given: str) -> str:
    """A day in the form in which it is kept."""
    return read_day(given).isoformat()


def _decoded(content: bytes, called: str) -> str:
    if len(content) > MOST_BYTES:
        raise UsageError(
            f"The text given for {called} is longer than any can be; attach it as a document."
        )
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    if len(mark) == 2 and _single_bytes(content[2:]):
        mark = b""
    try:
        text = content[len(mark) :].decode(_MARKS.get(mark, "utf-8"))
    except UnicodeDecodeError:
        raise UsageError(
            f"What was given for {called} is no plain text in UTF-8; save it as plain text, or "
            "attach it as a document."
        ) from None
    return pasted(text).removesuffix("\n")


def _single_bytes(content: bytes) -> bool:
    """Whether these are characters of one byte each, as Latin-1 has them, and not of two.

    Such a text can begin with the bytes of the mark of UTF-16; but most of them are small letters
    and spaces, which are at most half of the bytes where a character has two.
    """
    return 2 * sum(byte in _COMMON for byte in content) > len(content)


def _failed(done: str, called: str, error: Exception) -> UsageError:
    reason = getattr(error, "strerror", None) or "its name cannot be one"
    return UsageError(f"The file given for {called} cannot be {done} ({reason}); name another.")
