"""Plain text for a terminal or a sheet of paper: wrapped to its width, with next to no colour."""

from __future__ import annotations

import errno
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from textwrap import wrap
from typing import Any

import click

from engine import dates
from engine.dates import day_said as day
from engine.dates import due_said as due

__all__ = ["day", "due"]

PROGRAM = "casetrail"
NARROWEST = 40
WIDEST = 100
LEAST = 20
"""Columns of text that are narrower than this are not read any more."""
USUAL = 80
"""Columns, where there is no terminal."""

_STYLE = re.compile(r"(\x1b\[(?:0|1|31)m)")
"""What `strong` and `loud` put around a text."""
_GLUE = "\ue000"
"""Stands for a space at which no line may end."""
_TYPED = re.compile(r"`[^`]+`|[^\s:]+\.(?:toml|html|py|txt|md|db)(?::| line )\d+:?|line \d+")
_SCRIPTS = frozenset(
    "\t\u00a0\u1680\u202f\u205f\u3000\u200c\u200d"
    + "".join(map(chr, range(0x2000, 0x200B)))
    + "\u0600\u0601\u0602\u0603\u0604\u0605\u06dd\u070f\u0890\u0891\u08e2"
)
"""Spaces, joiners and signs that scripts need, and that leave a line as it is."""


def width() -> int:
    """How many columns a line may have: the terminal's, within reason."""
    return max(NARROWEST, min(WIDEST, _columns()))


def at_most(fixed: int) -> int:
    """A width that files and pipes keep, and that gives way to a narrower terminal."""
    seen = "COLUMNS" in os.environ or sys.stdout.isatty()
    return min(fixed, width()) if seen else fixed


def _columns() -> int:
    """As shutil has it, whose import costs more than all the printing."""
    said = os.environ.get("COLUMNS", "")
    if said.isdecimal() and int(said):
        return int(said)
    try:
        shown = os.get_terminal_size(sys.__stdout__.fileno())  # type: ignore[union-attr]
        return shown.columns or USUAL
    except (AttributeError, ValueError, OSError):
        return USUAL


def paragraph(text: str, indent: int = 0, hanging: int = 0, most: int = 0) -> list[str]:
    """A text as lines of the width, its own line ends kept; later lines are indented further."""
    size = most or width()
    found = []
    for line in text.split("\n"):
        first, later = " " * indent, " " * (indent + hanging)
        found += wrap(
            line, size, initial_indent=first, subsequent_indent=later, break_on_hyphens=False
        ) or [""]
    return found


def item(text: str, most: int = 0) -> list[str]:
    """A text as an entry of a list."""
    return paragraph(f"- {text}", 2, 2, most)


def table(rows: Iterable[Sequence[str]], indent: int = 2, most: int = 0) -> list[str]:
    """Rows in columns, as wide as they need to be; the last column is wrapped, or stands below the
    others where the terminal is too narrow for it.
    """
    listed = [tuple(row) for row in rows]
    if not listed:
        return []
    widths = [max(len(row[at]) for row in listed) for at in range(len(listed[0]) - 1)]
    if (most or width()) - indent - sum(widths) - 2 * len(widths) < LEAST:
        return [line for row in listed for line in _below(row, indent, most)]
    found = []
    for row in listed:
        start = "".join(f"{cell:<{size}}  " for cell, size in zip(row, widths, strict=False))
        head = " " * indent + start
        room = (most or width()) - len(head)
        lines = wrap(row[-1], room, break_on_hyphens=False) or [""]
        found.append((head + lines[0]).rstrip())
        found += [" " * len(head) + line for line in lines[1:]]
    return found


def _below(row: Sequence[str], indent: int, most: int) -> list[str]:
    """A row whose last column stands below the others."""
    head = "  ".join(cell for cell in row[:-1] if cell)
    return [f"{' ' * indent}{head}", *paragraph(row[-1], indent + 4, 0, most)]


def program() -> str:
    """How this program is called here: as it was typed, where the shell does not find it by name.

    What is no program of ours, such as a test, calls itself plainly.
    """
    import shlex
    import shutil

    called = sys.argv[0]
    if os.path.basename(called) != PROGRAM or not os.path.dirname(called):
        return PROGRAM
    found = shutil.which(PROGRAM)
    return PROGRAM if found and os.path.samefile(found, called) else shlex.quote(called)


def shortened(text: str, most: int) -> str:
    """A text on one line of at most so many characters."""
    plain = " ".join(text.split())
    return plain if len(plain) <= most else plain[: most - 3].rstrip() + "..."


def when(text: str | None) -> str:
    """`on Mon 15 Dec 2025`, `in March 2019`; nothing for nothing."""
    return dates.when(text, short=True) if text else ""


def plainly(name: str) -> str:
    """A name of a definition as words: `local authority`."""
    return name.replace("_", " ")


def listed(words: Iterable[str], last: str = "and") -> str:
    """One, two and three."""
    # As in `prose`, which brings the whole definition with it: too much for `--help`.
    items = list(words)
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {last} {items[-1]}"


def need(what: str, who: Sequence[str], how: str) -> str:
    """One thing that is missing, who can supply it (unless that is said), and how."""
    from engine.nouns import needed

    return needed(what, who, how)


def loud(text: str) -> str:
    """A text that stands out, where there is colour."""
    return click.style(text, fg="red", bold=True) if _colour() else text


def strong(text: str) -> str:
    """A heading, where a terminal can show one."""
    return click.style(text, bold=True) if _colour() else text


def say(lines: Iterable[str]) -> None:
    """Write lines on standard output; a reader that has gone away is no fault."""
    _write("".join(f"{_shown(line)}\n" for line in lines), sys.stdout)


def say_aside(lines: Iterable[str]) -> None:
    """Write lines on standard error; at a terminal, sentences are wrapped to its width."""
    shown = [_shown(line) for line in lines]
    if sys.stderr.isatty():
        shown = [part for line in shown for part in folded(line, width_aside())]
    _write("".join(f"{line}\n" for line in shown), sys.stderr)


def width_aside() -> int:
    """How many columns a line of standard error may have, wherever standard output goes."""
    try:
        found = os.get_terminal_size(sys.stderr.fileno()).columns or USUAL
    except (AttributeError, ValueError, OSError):
        found = USUAL
    return max(NARROWEST, min(WIDEST, found))


def folded(line: str, most: int) -> list[str]:
    """A sentence in lines of so many characters. What is typed, between ` and `, stays whole, and
    so does the place in a file; what is indented already stands as it was laid out.
    """
    if len(line) <= most or line.startswith(" "):
        return [line]
    whole = _TYPED.sub(lambda found: found[0].replace(" ", _GLUE), line)
    parts = wrap(whole, most, break_long_words=False, break_on_hyphens=False)
    return [part.replace(_GLUE, " ") for part in parts]


def say_json(document: Mapping[str, Any]) -> None:
    """Write the one JSON document of a command on standard output.

    What a terminal would obey and not show is escaped, so that the value is still exact.
    """
    text = json.dumps(document, sort_keys=True, ensure_ascii=False, indent=2)
    text = _marked(text, lambda char: json.dumps(char)[1:-1])
    if hasattr(sys.stdout, "reconfigure"):
        sys.stdout.reconfigure(encoding="utf-8")
    _write(f"{text}\n", sys.stdout)


def prepare() -> None:
    """Let no character of an output be a fault, whatever the terminal can show."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")


def _write(text: str, stream: Any) -> None:
    try:
        stream.write(text)
        stream.flush()
    except BrokenPipeError:
        _leave_alone(stream)
    except OSError as error:
        if error.errno != errno.EPIPE:
            _leave_alone(stream)
            raise
        _leave_alone(stream)


def _leave_alone(stream: Any) -> None:
    """Send what is still to come nowhere: what the command does counts, not who watches."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)
    except (OSError, ValueError):
        return


def _colour() -> bool:
    return sys.stdout.isatty() and "NO_COLOR" not in os.environ


def visible(text: str) -> str:
    """A text in which what a terminal would obey and not show is shown: `<U+202E>`.

    It could turn the line around, hide a part of it or lead the terminal astray. Letters and marks
    of every script stay as they are, and line ends too.
    """
    return _marked(text, lambda char: f"<U+{ord(char):04X}>")


def _shown(line: str) -> str:
    """A line on its way to a terminal, with no more of colour than is ours."""
    parts = _STYLE.split(line) if "\x1b" in line and _colour() else [line]
    return "".join(part if at % 2 else visible(part) for at, part in enumerate(parts))


def _marked(text: str, mark: Callable[[str], str]) -> str:
    return "\n".join(
        line
        if line.isprintable()
        else "".join(c if c.isprintable() or c in _SCRIPTS else mark(c) for c in line)
        for line in text.split("\n")
    )
