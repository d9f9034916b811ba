"""Judges how people wish to be told: by notifiers that there are, at addresses, at some hour."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import time
from typing import Any

from engine.config import kinds
from engine.config.kinds import shown
from engine.config.sheet import Sheet
from engine.preferences import HOURLY, Quiet

Entry = Mapping[str, Any]

BY_MAIL = ("smtp", "calendar", "notify")
"""The notifiers that reach people by mail."""
WITHOUT_TABLE = ("console",)
"""Those that need be told nothing."""
_OWN_TABLE = "Add [notify.{0}] with what it needs, or name another notifier."


def judge_wishes(
    sheet: Sheet, people: list[dict[str, Any]], notify: Entry, notifiers: Collection[str]
) -> None:
    """Note every mistake in how people wish to be told."""
    for number, person in enumerate(people):
        for key, name in _named(person):
            _judge_name(sheet, ("person", number, key), name, (notify, notifiers))
        _judge_twice(sheet, number, person, notify)
        _judge_mail(sheet, number, person)
        _judge_digest(sheet, number, person)


def ways(person: Entry, notify: Entry) -> tuple[str, ...]:
    """The notifiers that tell somebody, the one that must reach them first."""
    found = (person.get("by") or notify.get("by", ""), *person.get("also", ()))
    return tuple(dict.fromkeys(found))


def _named(person: Entry) -> Iterator[tuple[str, str]]:
    if "by" in person:
        yield "by", person["by"]
    yield from (("also", name) for name in person.get("also", ()))
    yield from (("address", name) for name in person.get("address", {}))


def _judge_name(
    sheet: Sheet, where: tuple[str, int, str], name: str, of: tuple[Entry, Collection[str]]
) -> None:
    notify, notifiers = of
    if not notifiers:
        return
    if name not in notifiers:
        problem = f'"{where[-1]}" names "{shown(name)}", but there is no such notifier.'
        sheet.wrong(where, problem, word=name, known=notifiers)
    elif where[-1] != "address" and name not in (*WITHOUT_TABLE, *notify):
        problem = f'"{where[-1]}" names "{name}", but nothing is said of it.'
        sheet.wrong(where, problem, _OWN_TABLE.format(name))


def _judge_twice(sheet: Sheet, number: int, person: Entry, notify: Entry) -> None:
    also = person.get("also", ())
    every = (person.get("by") or notify.get("by", ""), *also)
    if also and len(set(every)) < len(every):
        problem = '"also" names a notifier that tells them already; leave it out.'
        sheet.wrong(("person", number, "also"), problem)


def _judge_mail(sheet: Sheet, number: int, person: Entry) -> None:
    for name, address in person.get("address", {}).items():
        try:
            if name in BY_MAIL:
                kinds.mail(address)
        except kinds.WrongValueError as error:
            sheet.wrong(("person", number, "address"), f'"address" for {name} {error}')


def _judge_digest(sheet: Sheet, number: int, person: Entry) -> None:
    """A digest that would always fall into the quiet would never go out."""
    digest, quiet = person.get("digest", HOURLY), person.get("quiet", Quiet())
    if digest != HOURLY and quiet.has(time.fromisoformat(digest)):
        problem = f'"digest" goes out at {digest}, when "quiet" says not to; choose another hour.'
        sheet.wrong(("person", number, "digest"), problem)
