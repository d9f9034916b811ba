"""Says what is wrong with the form of a file: the line to look at, and what to write instead."""

from __future__ import annotations

import re

from engine.dates import other_way
from engine.filetext import foreign, named, written_day
from engine.loading.files.slips import Slip
from engine.loading.files.twice import first_of
from engine.loading.files.unclosed import unclosed

_PARSED_AT = re.compile(r" \(at line (\d+), column (\d+)\)$| \(at end of document\)$")
_TWICE = "This table stands twice in the file."
_OR_A_KEY = "This table stands twice in the file, or a key has its name."
_KEY_TWICE = "A key stands twice in this table."
_NO_VALUE = "This is no value; text stands in quotes, true and false in small letters."
_NO_BRACKET = 'The name of a table is not followed by "]".'
_GOES_ON = "Something follows where the line should end."
_QUOTES = "A quote within a text is written \\\", or '."
_NO_DAY = "There is no such day or time."
_NO_QUOTE = "A text has no closing quote on its line."
_NO_KEY = 'A key is not followed by "=".'
_BACKSLASH = 'In a text "\\" must be written "\\\\".'
_SYNTAX = {
    "Cannot declare": _TWICE,
    "Cannot mutate": _TWICE,
    "Cannot overwrite": _KEY_TWICE,
    "Duplicate inline": _KEY_TWICE,
    "Illegal character '\\n'": _NO_QUOTE,
    "Unterminated": "A text has no closing quotes.",
    "Unclosed array": 'A list has no closing "]", or lacks a comma between two of its entries.',
    "Unclosed inline": 'A table has no closing "}", or lacks a comma between two of its keys.',
    "Expected '='": _NO_KEY,
    "Expected ']": _NO_BRACKET,
    "Expected newline": _GOES_ON,
    "Invalid value": _NO_VALUE,
    "Invalid statement": "This is no key, no [table] and no comment.",
    "Invalid initial": "A key is missing, or has a character that needs quotes.",
    "Invalid date": _NO_DAY,
    "Unescaped": _BACKSLASH,
    "Invalid hex": _BACKSLASH,
}
_CURLY_END = 'A closing quote is curly, as a word processor makes it; type a straight one: ".'
_ON_ITS_LINE = 'Close it there; a text of several lines stands between """ and """.'
_MAY_BE_OPEN = ("Unclosed", "Invalid value", "Unterminated", "Expected newline", "Invalid initial")

LONGEST_LINE = 1000
"""Characters of a line in which it is looked for what was meant."""

_TEXTS = re.compile(r"\"(?:\\.|[^\"\\])*+\"?|'[^']*+'?|#.*+")
_CURLY = re.compile("[\u2018\u2019\u201a\u201c\u201d\u201e\u00ab\u00bb]")
_SPACED = re.compile(r"[ \t]*(\[+)[ \t]*([\w.]+(?:[ \t]+[\w.]+)+)[ \t]*(\]*)[ \t]*(?:#.*)?")
_BARE = re.compile(
    r"[ \t]*([A-Za-z0-9_-]+)[ \t]*=[ \t]*([^\s\"'\[\]{}#,;=][^\"'\[\]{}#,;=]*?)[ \t]*(?:#.*)?"
)
_ENDED = re.compile(r"[^#]*([,;])[ \t]*(?:#.*)?")
_COLON = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]*:(?![^=]*=)")
_QUOTED = re.compile(r"[ \t]*[A-Za-z0-9_-]+[ \t]*=[ \t]*(\"[^#]*\"|'[^#]*')[ \t]*")
_KEYS = re.compile(r"[ \t]*\w+[ \t]*=[^{}\[]+[ \t]\w+[ \t]*=[^{}\[]*")
_NOT_CLOSED = re.compile(r"[ \t]*(\[+)[ \t]*([\w.]+)[ \t]*\]*[ \t]*(?:#.*)?", re.ASCII)
_NOT_OPENED = re.compile(r"[ \t]*(\w+(?:\.\w+)+)\][ \t]*(?:#.*)?", re.ASCII)
_SPACED_KEY = re.compile(r"[ \t]*(\w+(?:[ \t]+\w+)+)[ \t]*=", re.ASCII)
_NO_EQUALS = re.compile(r"[ \t]*([A-Za-z0-9_-]+)[ \t]+[\w\"'\[{]")
_IN_A_LIST = re.compile(r"[ \t]*[A-Za-z0-9_-]+[ \t]*=[ \t]*\[[ \t]*([a-z][a-z0-9_]*)[ \t]*[,\]].*")
_SPACES = re.compile("[\u00a0\u2000-\u200a\u202f\u3000]")
_WITHIN = re.compile(r"[=,\[][ \t]*(\w[^\"'\[\]{}#,=]*)")
_FLAGS = {"true": "true", "false": "false", "yes": "true", "no": "false"}


def syntax(slip: Slip, text: str) -> tuple[int, str, str]:
    """The line of a mistake of form, the mistake in words, and what to do where that is known."""
    lines = text.replace("\r\n", "\n").split("\n")
    line = lines[slip.line - 1] if slip.line <= len(lines) else ""
    problem = f"This cannot be read as TOML: {_PARSED_AT.sub('', slip.error)}."
    for beginning, sentence in _SYNTAX.items():
        if slip.error.startswith(beginning):
            problem = sentence
            break
    if problem in (_TWICE, _KEY_TWICE):
        return slip.line, *_twice(lines, slip.line, problem)
    if problem == _NO_DAY or len(line) > LONGEST_LINE:
        return slip.line, problem, ""
    long = slip.error.startswith("Unterminated")
    if slip.error.startswith(_MAY_BE_OPEN) and (opened := unclosed(lines, slip.line, whole=long)):
        return *opened, ""
    if not long and (hint := _hint(line, problem)):
        return slip.line, problem, hint
    return slip.line, problem, _strange_letter(line, slip.error)


def _twice(lines: list[str], number: int, problem: str) -> tuple[str, str]:
    """That something stands twice, and where it stood first if that can be told."""
    first = first_of(lines, number)
    if problem == _KEY_TWICE:
        return problem, f"The first is in line {first}; take one out." if first else ""
    if not first:
        return _OR_A_KEY, ""
    return problem, f"The first is in line {first}; take one out, or give it another name."


def _hint(line: str, problem: str) -> str:
    if problem == _NO_QUOTE:
        return _CURLY_END if _CURLY.search(line) else _ON_ITS_LINE
    bare = _TEXTS.sub("", line)
    if _CURLY.search(bare):
        return 'These quotes are curly, as a word processor makes them; type straight ones: ".'
    if _SPACES.search(bare):
        return "There stands a space that is no plain one, as a web page has it; type a space."
    if found := _BARE.fullmatch(line):
        return _meant(found[1], found[2])
    if header := _SPACED.fullmatch(line):
        return f"A name has no spaces; write {_header(header)}."
    words = (found[1].strip() for found in _WITHIN.finditer(bare))
    if problem == _NO_VALUE and (found := _IN_A_LIST.fullmatch(line)):
        return f'Each name has its own quotes: "{found[1]}".'
    days = ((day, word) for word in words if (day := written_day(word)) not in ("", word))
    return next((_as_day(*one) for one in days), "") or _of_signs(line, bare, problem)


def _of_signs(line: str, bare: str, problem: str) -> str:
    """What to do about a sign too many, too few, or another than TOML has."""
    hint = ""
    if line.lstrip().startswith(("//", ";", "--")):
        hint = "A comment begins with #."
    elif problem == _NO_KEY and (said := _of_a_key(line)):
        hint = said
    elif found := _COLON.match(bare):
        hint = f'Write "=", not ":", after {found[1]}.'
    elif _KEYS.fullmatch(bare):
        hint = "Each key begins a line of its own."
    elif problem == _GOES_ON and (found := _ENDED.fullmatch(line)):
        hint = f'Take the "{found[1]}" at its end away.'
    elif problem == _GOES_ON and (found := _QUOTED.fullmatch(line)):
        quote = found[1][0]
        hint = _QUOTES if quote == '"' else "Put a text with an apostrophe in double quotes."
    elif problem == _NO_BRACKET and (found := _NOT_CLOSED.fullmatch(line)):
        hint = 'Write as many "]" as "[".' if "]" in line else f"Write {_header(found)}."
    return hint


def _of_a_key(line: str) -> str:
    """What to do about a line whose key nothing follows as it should; "" where that is unknown."""
    if found := _NOT_OPENED.fullmatch(line):
        return f"Write [{found[1]}]."
    if found := _SPACED_KEY.match(line):
        return f"A key has no spaces; write {'_'.join(found[1].split())} = ..."
    found = _NO_EQUALS.match(line)
    return f'Write "=" after {found[1]}.' if found else ""


def _header(found: re.Match[str]) -> str:
    section, *words = found[2].split()
    between = "." if words and "." not in found[2] else "_"
    name = section + between + "_".join(words) if words else section
    return f"{found[1]}{name}{']' * len(found[1])}"


def _meant(key: str, value: str) -> str:
    """What was probably meant by a value that stands without quotes."""
    if day := written_day(value):
        return _as_day(day, value)
    if flag := _FLAGS.get(value.split()[0].casefold()):
        return f"Write {key} = {flag}."
    # An address may hold a password, which no message repeats.
    shown = "..." if "://" in value else value
    return f'Put it in quotes: {key} = "{shown}".' if value.isprintable() else ""


def _as_day(day: str, written: str) -> str:
    return f"A day is written year first, without quotes: {day}{other_way(written, day)}."


def _strange_letter(line: str, error: str) -> str:
    found = _PARSED_AT.search(error)
    column = int(found[2]) if found and found[2] else 0
    sign = line[column - 1 : column] if column else ""
    return f'There stands "{sign}", {named(sign)}.' if sign and foreign(sign) else ""
