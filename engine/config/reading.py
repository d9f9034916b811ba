"""Reads config.toml and the file of names beside it into settings."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from engine.config import after, hooks, kinds, openid
from engine.config.judging import Entries, Parts, judge, judge_days, judge_own_agency
from engine.config.settings import Notify, Settings
from engine.config.shapes import LISTS, NAMES, NAMES_ROOT, ROOT, TABLES
from engine.config.sheet import Shape, Sheet, Where
from engine.directory import ANY_ROLE, FOR_EVER, Absence, Agency, Appointment, Directory, Person
from engine.errors import ConfigError, Mistake
from engine.names import NamesPeriod
from engine.preferences import Preference


def read(path: Path, notifiers: Collection[str] = ()) -> Settings:
    """The settings in a config.toml; `notifiers` are all that [notify] may name, if any are given.

    Raises ConfigError with one line for every mistake: the file, the line, what is wrong and what
    was probably meant.
    """
    sheet = Sheet(path.name)
    document = _document(sheet, path)
    folder = path.resolve().parent
    parts: Parts = {}
    if document is not None:
        parts = _parts(sheet, document)
        judge(sheet, parts, notifiers)
    names, periods = _names(sheet, folder, parts)
    mistakes = [*sheet.mistakes(), *names.mistakes()]
    if mistakes:
        raise ConfigError("\n".join(map(str, mistakes)))
    return _settings(folder / path.name, parts, periods)


def misplaced(settings: Settings, own: Collection[str]) -> list[Mistake]:
    """What is wrong with the appointments to roles that count at their holder's own agency alone.

    Which roles these are, only the processes in use say.
    """
    sheet = Sheet(settings.file.name)
    document = _document(sheet, settings.file) or {}
    judge_own_agency(sheet, document.get("appointment", []), own)
    return sheet.mistakes()


def located(settings: Settings, found: Collection[tuple[Where, str, str]]) -> list[Mistake]:
    """Mistakes that show only in another light: where each is, what is wrong, what to do."""
    sheet = Sheet(settings.file.name)
    _document(sheet, settings.file)
    for where, problem, hint in found:
        sheet.wrong(where, problem, hint)
    return sheet.mistakes()


def _document(sheet: Sheet, path: Path) -> dict[str, Any] | None:
    try:
        return sheet.load(path)
    except FileNotFoundError:
        where = f"{path} here" if str(path) == path.name else str(path)
        how = "`casetrail init` makes one, or give --config"
        raise ConfigError(f"There is no {where}; {how}.") from None


def _parts(sheet: Sheet, document: Mapping[str, Any]) -> Parts:
    root = sheet.table(ROOT, document, ())
    parts: Parts = {}
    for name, shape in TABLES.items():
        if name in root:
            parts[name] = sheet.table(shape, root[name], (name,))
    for name, shape in LISTS.items():
        parts[name] = sheet.tables(shape, root.get(name, []), name)
    hooks.read_hooks(sheet, parts["hook"])
    return parts | {"fallback": _fallbacks(sheet, root.get("fallback", {}))}


def _fallbacks(sheet: Sheet, written: Any) -> dict[str, Any]:
    roles = filter(kinds.is_role, written) if isinstance(written, dict) else ()
    keys = dict.fromkeys((ANY_ROLE, *roles), kinds.identity)
    keys.pop(ANY_ROLE.replace(" ", "_"), None)
    return sheet.table(Shape("[fallback]", keys), written, ("fallback",))


def _names(sheet: Sheet, folder: Path, parts: Parts) -> tuple[Sheet, Entries]:
    """The file of names, and what each of its periods says with the last day of each."""
    file = parts.get("names", {}).get("file")
    names = Sheet(str(file))
    if file is None:
        return names, []
    try:
        document = names.load(folder / file)
    except FileNotFoundError:
        sheet.wrong(
            ("names", "file"), f'"file" is "{kinds.shown(file)}", but there is no such file.'
        )
        return names, []
    except ConfigError as error:
        sheet.wrong(("names", "file"), str(error))
        return names, []
    written = names.table(NAMES_ROOT, document or {}, ()).get("names", [])
    periods = names.tables(NAMES, written, "names")
    for number, period in enumerate(periods):
        judge_days(names, period, ("names", number))
    return names, _ended(names, periods)


def _ended(sheet: Sheet, periods: Entries) -> Entries:
    """The periods by their days; one without an end lasts until the next begins."""
    if sheet.at_fault("names"):
        return []
    ordered = sorted(enumerate(periods), key=lambda each: each[1].get("from", ""))
    for (number, period), (following, later) in pairwise(ordered):
        begins = later.get("from", "")
        if begins == period.get("from", ""):
            problem = "Other names begin on the same day; put the two together."
            sheet.wrong(("names", following), problem)
        elif period.setdefault("to", _day_before(begins)) >= begins:
            problem = f'"to" must be before {begins}, when the next names begin.'
            sheet.wrong(("names", number, "to"), problem)
    return [period for _, period in ordered]


def _day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat()


def _settings(file: Path, parts: Parts, periods: Entries) -> Settings:
    folder, store, notify = file.parent, parts["store"], parts["notify"]
    tables = {name: table for name, table in notify.items() if name not in TABLES["notify"].keys}
    return Settings(
        file=file,
        log=parts["partnership"]["id"],
        partnership=parts["partnership"]["name"],
        database=_database(folder, store["database"]),
        keys=folder / store["keys"],
        notify=Notify(notify["by"], notify.get("link", ""), MappingProxyType(tables)),
        directory=_directory(parts),
        names=tuple(_names_period(period) for period in periods),
        hooks=hooks.hooks(parts["hook"]),
        openid=openid.openid(folder, parts.get("openid")),
        after=after.afters(parts["after"]),
        inbox=folder / parts["inbox"]["folder"] if "inbox" in parts else None,
    )


def _database(folder: Path, url: str) -> str:
    file = url.removeprefix(kinds.SQLITE)
    return url if file == url else f"{kinds.SQLITE}{folder / file}"


def _directory(parts: Parts) -> Directory:
    people = {person["id"]: _person(person) for person in parts["person"]}
    agencies = {agency["id"]: Agency(**_between(agency)) for agency in parts["agency"]}
    return Directory(
        people=MappingProxyType(people),
        agencies=MappingProxyType(agencies),
        appointments=tuple(Appointment(**_between(one)) for one in parts["appointment"]),
        absences=tuple(Absence(**_between(one)) for one in parts["absence"]),
        fallbacks=MappingProxyType(parts["fallback"]),
        alerted=tuple(dict.fromkeys(parts.get("break_glass", {}).get("tell", ()))),
        preferences=MappingProxyType(
            {one["id"]: _preference(one) for one in parts["person"] if set(one) & set(_WISHES)}
        ),
    )


def _person(entry: Mapping[str, Any]) -> Person:
    return Person(**{key: value for key, value in entry.items() if key not in _WISHES})


def _preference(entry: Mapping[str, Any]) -> Preference:
    said = {name: entry[key] for key, name in _WISHES.items() if key in entry}
    return Preference(**said)


def _names_period(period: Mapping[str, Any]) -> NamesPeriod:
    since, until = period.get("from", ""), period.get("to", FOR_EVER)
    return NamesPeriod(since, until, period["words"])


def _between(entry: Mapping[str, Any]) -> dict[str, Any]:
    """An entry with its first and last day under the names that values have for them."""
    return {_DAYS.get(key, key): value for key, value in entry.items()}


_WISHES = {
    "by": "by",
    "also": "also",
    "address": "addresses",
    "digest": "digest",
    "quiet": "quiet",
}
"""What a [[person]] says of how they wish to be told, under the names that values have for it."""

_DAYS = {"from": "since", "to": "until"}
