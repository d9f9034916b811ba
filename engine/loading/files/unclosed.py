"""Where a list, an inline table or a long text was opened that nothing closes."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    r'''
    (?P<skipped>\#[^\n]*+)
  | (?P<long>"""(?:\\.|[^\\"]|"(?!""))*+(?P<end>"{3,5})?
           | \'\'\'(?:[^']|'(?!\'\'))*+(?P<last>'{3,5})?)
  | (?P<text>"(?:\\.|[^"\\\n])*+"? | '[^'\n]*+'?)
  | (?P<mark>[\[\]{}])
  | (?P<key>^[ \t]*(?:[A-Za-z0-9_]+[ \t]*=|\[+[ \t]*[a-z][^\n\]]*+\]*+))
  | (?P<newline>\n)
    ''',
    re.VERBOSE | re.DOTALL | re.MULTILINE,
)
_ENDS = {"]": "[", "}": "{"}
_CALLED = {"[": 'The list that this line opens has no closing "]".'}
_CALLED["{"] = 'The table that this line opens has no closing "}" on this line.'
_TEXT = "The text that this line opens has no closing quotes."
_TABLE = re.compile(r"[ \t]*\[+[ \t]*[a-z]")


def unclosed(lines: list[str], slip: int, *, whole: bool = False) -> tuple[int, str] | None:
    """The line, from 1, that opens what is not closed, and what it is; None where all is closed.

    It is looked for in the table in which a slip was found, which stands on line `slip`, or in the
    whole of the file.
    """
    number = 1 if whole else min(slip, len(lines))
    while number > 1 and not (number < slip and _TABLE.match(lines[number - 1])):
        number -= 1
    found = _open(lines[number - 1 :], slip - number + 1)
    return (number + found[0] - 1, found[1]) if found else None


def _open(lines: list[str], slip: int) -> tuple[int, str] | None:
    opened: list[tuple[int, str]] = []
    line = 1
    for found in _TOKEN.finditer("\n".join(lines)):
        kind = str(found.lastgroup)
        if line > slip and not opened:
            return None
        if kind == "mark":
            if found[0] not in _ENDS:
                opened.append((line, found[0]))
            elif not opened or opened.pop()[1] != _ENDS[found[0]]:
                return None
        elif opened and (kind == "key" or (kind == "newline" and opened[-1][1] == "{")):
            return opened[-1][0], _CALLED[opened[-1][1]]
        elif kind in ("long", "end", "last") and not (found["end"] or found["last"]):
            return line, _TEXT
        line += found[0].count("\n")
    return (opened[-1][0], _CALLED[opened[-1][1]]) if opened else None
