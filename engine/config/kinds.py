"""The kinds of value that a key of config.toml may have, each read from TOML or refused."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, time
from types import MappingProxyType
from typing import Any

from engine.canonical import clean_text
from engine.dates import FIRST_YEAR, LAST_YEAR
from engine.errors import ConfigError, UsageError
from engine.preferences import HOURLY, Quiet

LONGEST = 200
"""Characters of a text."""

MOST_SHOWN = 80
"""Characters of a text that a message repeats."""

SQLITE = "sqlite:///"

_POSTGRESQL = re.compile(r"postgresql://\S+")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d")
_LINK = re.compile(r"(https?://\S+)?")
_WORD = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_MAIL = rf"{_WORD}(\.{_WORD})*@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*"

Kind = Callable[[Any], Any]
"""Reads a value; raises WrongValueError."""


class WrongValueError(ConfigError):
    """What is wrong with a value, to be said after its key."""


def line(value: Any) -> str:
    """Words in quotes, on one line."""
    if not isinstance(value, str):
        raise WrongValueError(f"must be text in quotes, not {described(value)}.")
    plain = value.isascii() and value.isprintable()
    text = (value if plain else _clean(value)).strip()
    if not text:
        raise WrongValueError("is empty; write something or leave it out.")
    if "\n" in text or len(text) > LONGEST:
        raise WrongValueError(f"must be one line of at most {LONGEST} characters.")
    return text


def day(value: Any) -> str:
    """A day, as TOML writes it; gives ISO text."""
    if type(value) is not date:
        wanted = "a day as YYYY-MM-DD, without quotes"
        raise WrongValueError(f"must be {wanted}, not {described(value)}.")
    if not FIRST_YEAR <= value.year <= LAST_YEAR:
        raise WrongValueError(f"must be in the years {FIRST_YEAR} to {LAST_YEAR}; check the year.")
    return value.isoformat()


def file_name(value: Any) -> str:
    """The name of a file, relative or whole."""
    text = line(value)
    if text.startswith("~"):
        raise WrongValueError('cannot begin with "~"; write the whole path.')
    return text


def database(value: Any) -> str:
    """Where a database is. A refusal does not repeat it: it may hold a password."""
    text = line(value)
    file = text.removeprefix(SQLITE)
    if file == text and not _POSTGRESQL.fullmatch(text):
        raise WrongValueError('must begin "sqlite:///" or "postgresql://".')
    if file != text and (not file or file.startswith((":", "~")) or "?" in file):
        raise WrongValueError('must name a file after "sqlite:///": "sqlite:///casetrail.db".')
    return text


def link(value: Any) -> str:
    """What a link begins with, or "" for none."""
    text = "" if value == "" else line(value)
    if not _LINK.fullmatch(text):
        raise WrongValueError('must begin "https://" or "http://", or be "" for no link.')
    return text


def words(value: Any) -> Mapping[str, str]:
    """Phrases, each with the name that a partnership has for it."""
    if not isinstance(value, dict) or not value:
        example = '{ "review group" = "Review Advisory Group" }'
        raise WrongValueError(f"must be a table of phrases and names, as {example}.")
    return MappingProxyType({line(phrase): line(name) for phrase, name in value.items()})


def notifiers(value: Any) -> tuple[str, ...]:
    """The names of notifiers."""
    if not isinstance(value, list):
        raise WrongValueError(f'must be a list such as ["chat"], not {described(value)}.')
    return tuple(line(each) for each in value)


def people(value: Any) -> tuple[str, ...]:
    """The ids of people."""
    if not isinstance(value, list):
        raise WrongValueError(f'must be a list such as ["lee", "sam"], not {described(value)}.')
    return tuple(identity(each) for each in value)


def addresses(value: Any) -> Mapping[str, str]:
    """Where notifiers find somebody, by their names."""
    if not isinstance(value, dict) or not value:
        raise WrongValueError('must be a table of notifiers, as { webhook = "https://..." }.')
    return MappingProxyType({line(name): line(address) for name, address in value.items()})


def digest(value: Any) -> str:
    """When a digest goes out: hourly, or the time of day."""
    text = line(value)
    if text == HOURLY:
        return text
    word, _, hour = text.partition(" ")
    if word != "daily" or not _TIME.fullmatch(hour):
        raise WrongValueError(f'cannot be "{shown(text)}"; write "hourly" or "daily 08:30".')
    return hour


def quiet(value: Any) -> Quiet:
    """When somebody is not to be told what is not urgent."""
    example = 'as { from = "18:00", to = "08:00", days_off = true }'
    known = {"from", "to", "days_off"}
    if not isinstance(value, dict) or not value:
        raise WrongValueError(f"must be a table, {example}.")
    if other := sorted(set(value) - known):
        raise WrongValueError(f'has no key "{shown(other[0])}"; write it {example}.')
    days_off = value.get("days_off", False)
    if not isinstance(days_off, bool):
        raise WrongValueError("has a days_off that is not true or false.")
    if ("from" in value) != ("to" in value):
        raise WrongValueError(f'needs both "from" and "to", {example}.')
    if "from" not in value:
        return Quiet(days_off=days_off)
    since, until = (_time(value[name]) for name in ("from", "to"))
    if since == until:
        raise WrongValueError("would last all day; leave an hour at which they can be told.")
    return Quiet(since, until, days_off)


def _time(value: Any) -> time:
    text = line(value)
    if not _TIME.fullmatch(text):
        raise WrongValueError(f'has "{shown(text)}", which is no time of day such as "18:00".')
    return time.fromisoformat(text)


def yes_or_no(value: Any) -> bool:
    """Whether something is so."""
    if not isinstance(value, bool):
        raise WrongValueError(f"must be true or false, without quotes, not {described(value)}.")
    return value


def anything(value: Any) -> Any:
    """What is read later."""
    return value


def matching(pattern: str, wanted: str) -> Kind:
    """A line of a certain form."""
    form = re.compile(pattern)

    def read(value: Any) -> str:
        text = line(value)
        if not form.fullmatch(text):
            raise WrongValueError(f'cannot be "{shown(text)}"; {wanted}')
        return text

    return read


_ROLE = r"[a-z][a-z0-9_]{0,60}"

partnership = matching(
    r"[a-z0-9-]{2,40}", 'use 2 to 40 small letters, digits and "-", as in "sample".'
)
identity = matching(
    r"[a-z][a-z0-9_-]{0,39}",
    'use at most 40 small letters, digits, "-" and "_", and begin with a letter.',
)
role = matching(_ROLE, "use the name that the role has in the definition.")
mail = matching(_MAIL, "write one plain address, as in avery@council.example.")


def partnership_mistake(text: str) -> str:
    """Why a partnership cannot have this id, to be said after what named it; "" where it can."""
    try:
        partnership(text)
    except WrongValueError as error:
        return str(error)
    return ""


def is_role(text: str) -> bool:
    """Whether a role of a definition may be called so."""
    return re.fullmatch(_ROLE, text) is not None


def shown(text: str) -> str:
    """A text in the form in which it may be printed in one line: it may hold anything."""
    short = text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."
    return "".join(character if character.isprintable() else "?" for character in short)


def _clean(text: str) -> str:
    try:
        return clean_text(text)
    except UsageError as error:
        raise WrongValueError(f"is at fault: {error}") from None


def described(value: Any) -> str:
    """What a value is, in words."""
    if isinstance(value, bool):
        return "true or false"
    named = {str: "text", int: "a number", float: "a number", dict: "a table", list: "a list"}
    return named.get(type(value), "a date or time")
