"""Judges what the tables of config.toml say of one another: ids, days, deputies, addresses."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from engine.barring import ENOUGH
from engine.config.after import MOST
from engine.config.kinds import shown
from engine.config.openid import judge_openid
from engine.config.shapes import LISTS, TABLES
from engine.config.sheet import Sheet, Where
from engine.config.wishes import BY_MAIL, judge_wishes, ways

Entries = list[dict[str, Any]]

Parts = dict[str, Any]
"""What each table of config.toml says, by its name; of a list of tables, what each of them says."""

_OWN = (
    ("agency", "id"),
    ("person", "id"),
    ("person", "account"),
    ("hook", "id"),
    ("after", "id"),
)
"""What no two tables of a list may share."""

_REFERENCES = (
    ("agency", "contact", "person"),
    ("appointment", "person", "person"),
    ("appointment", "agency", "agency"),
    ("appointment", "deputy_for", "person"),
    ("absence", "person", "person"),
    ("hook", "person", "person"),
    ("hook", "source", "agency"),
)


def judge(sheet: Sheet, parts: Parts, notifiers: Collection[str]) -> None:
    """Note every mistake that shows only when all tables are known."""
    for name, key in _OWN:
        _judge_own(sheet, parts[name], name, key)
    ids = {name: _ids(sheet, name, parts[name]) for name in ("agency", "person")}
    for name, key, of in _REFERENCES:
        for number, entry in enumerate(parts[name]):
            _judge_reference(sheet, (name, number, key), entry.get(key), of, ids[of])
    for role, person in parts["fallback"].items():
        _judge_reference(sheet, ("fallback", role), person, "person", ids["person"])
    _judge_told(sheet, parts, ids["person"])
    emergency = parts.get("openid", {}).get("emergency")
    _judge_reference(sheet, ("openid", "emergency"), emergency, "person", ids["person"])
    for name in LISTS:
        for number, entry in enumerate(parts[name]):
            judge_days(sheet, entry, (name, number))
    _judge_deputies(sheet, parts["appointment"])
    _judge_services(sheet, parts)
    judge_openid(sheet, parts)
    if len(parts["after"]) > MOST:
        sheet.wrong(("after",), f"There may be at most {MOST} [[after]]; put some together.")
    notify = parts.get("notify", {})
    _judge_notifiers(sheet, notify, notifiers)
    judge_wishes(sheet, parts["person"], notify, notifiers)
    _judge_addresses(sheet, parts)


def judge_own_agency(sheet: Sheet, appointments: Entries, own: Collection[str]) -> None:
    """Note every appointment to one of these roles, which count at their holder's own agency alone,
    that names no agency, and every deputy who has another one than whom they stand for.
    """
    for number, one in enumerate(appointments):
        role, agency = one.get("role"), one.get("agency")
        if role not in own:
            continue
        if agency is None:
            problem = f'The role "{role}" counts only at one\'s own agency; this names none.'
            hint = 'Write agency = "..." with the id of an [[agency]].'
            sheet.wrong(("appointment", number, "role"), problem, hint)
        elif "deputy_for" in one:
            theirs = _agencies_of(appointments, one["deputy_for"], str(role))
            if theirs and agency not in theirs:
                said = " or ".join(f'"{name}"' for name in theirs)
                problem = (
                    f'"agency" is "{agency}", but "{one["deputy_for"]}", for whom they act, is '
                    f'"{role}" for {said}.'
                )
                sheet.wrong(("appointment", number, "agency"), problem, f"Write agency = {said}.")


def _agencies_of(appointments: Entries, person: str, role: str) -> list[str]:
    held = [one for one in appointments if (one.get("person"), one.get("role")) == (person, role)]
    named = [one["agency"] for one in held if "deputy_for" not in one and "agency" in one]
    return list(dict.fromkeys(named))


def judge_days(sheet: Sheet, entry: dict[str, Any], where: tuple[str, int]) -> None:
    """Note an end that lies before its beginning."""
    if "from" in entry and entry.get("to", entry["from"]) < entry["from"]:
        problem = f'"to" is before "from"; give {entry["from"]} or a later day.'
        sheet.wrong((*where, "to"), problem)


def _judge_own(sheet: Sheet, entries: Entries, name: str, key: str) -> None:
    seen = set()
    for number, entry in enumerate(entries):
        value = entry.get(key)
        if value is not None and value in seen:
            problem = (
                f'Another {LISTS[name].called} has the {key} "{shown(value)}"; give each its own.'
            )
            sheet.wrong((name, number, key), problem)
        seen.add(value)


def _ids(sheet: Sheet, name: str, entries: Entries) -> dict[str, None]:
    """The ids of a list; among them "" for any that could not be read."""
    hidden = [""] if sheet.loses(name) or (not entries and sheet.misses_a_table()) else []
    return dict.fromkeys([*hidden, *(entry.get("id", "") for entry in entries)])


def _judge_reference(
    sheet: Sheet, where: Where, value: str | None, of: str, ids: Collection[str]
) -> None:
    # An id that could not be read may be the one that is meant.
    if value is None or value in ids or "" in ids:
        return
    problem = f'"{where[-1]}" is "{value}", but no {LISTS[of].called} has that id.'
    sheet.wrong(where, problem, word=value, known=ids)


def _judge_told(sheet: Sheet, parts: Parts, people: Collection[str]) -> None:
    """Two people at the least are told of broken glass, and no program."""
    if "tell" not in parts.get("break_glass", {}):
        return
    told, where = parts["break_glass"]["tell"], ("break_glass", "tell")
    services = {one.get("id") for one in parts["person"] if one.get("service")}
    for person in told:
        _judge_reference(sheet, where, person, "person", people)
        _judge_service(sheet, where, person, (services, _TOLD))
    if len(set(told)) < ENOUGH:
        sheet.wrong(where, f'"tell" names fewer than {ENOUGH} people; name more of them.')


def _judge_deputies(sheet: Sheet, appointments: Entries) -> None:
    if sheet.at_fault("appointment") or sheet.loses("appointment"):
        return
    own = {(one["person"], one["role"]) for one in appointments if "deputy_for" not in one}
    for number, one in enumerate(appointments):
        where = ("appointment", number, "deputy_for")
        stands_for = one.get("deputy_for")
        if stands_for == one["person"]:
            sheet.wrong(where, '"deputy_for" is the deputy; name whom they stand for.')
        elif stands_for is not None and (stands_for, one["role"]) not in own:
            problem = (
                f'"deputy_for" is "{stands_for}", who has no appointment of their own '
                f'as "{one["role"]}".'
            )
            holders = [person for person, role in own if role == one["role"]]
            sheet.wrong(where, problem, word=stands_for, known=sorted(holders))


def _judge_services(sheet: Sheet, parts: Parts) -> None:
    """A service account is a program: it is told nothing, and nobody stands for it."""
    services = {one.get("id") for one in parts["person"] if one.get("service")} - {None}
    for number, one in enumerate(parts["person"]):
        if one.get("service") and "mail" in one:
            problem = f'"{one.get("id", "")}" is a service account, which is told nothing.'
            sheet.wrong(("person", number, "mail"), problem, "Leave mail out, or service = true.")
    for name, key, hint in _ONLY_OF_PEOPLE:
        for number, one in enumerate(parts[name]):
            _judge_service(sheet, (name, number, key), one.get(key), (services, hint))
    for number, one in enumerate(parts["appointment"]):
        if "deputy_for" in one:
            where = ("appointment", number, "person")
            _judge_service(sheet, where, one.get("person"), (services, _NO_DEPUTY))
    for role, person in parts["fallback"].items():
        _judge_service(sheet, ("fallback", role), person, (services, _TOLD))


def _judge_service(
    sheet: Sheet, where: Where, value: str | None, of: tuple[Collection[str | None], str]
) -> None:
    services, hint = of
    if value is not None and value in services:
        sheet.wrong(where, f'"{where[-1]}" is "{value}", which is a service account.', hint)


_TOLD = "Name a person: a program is told nothing."
_NO_DEPUTY = "Give it an appointment of its own: a program stands for nobody."
_ONLY_OF_PEOPLE = (
    ("agency", "contact", _TOLD),
    ("appointment", "deputy_for", "Name a person: nobody stands for a program."),
    ("absence", "person", 'End its appointments with "to": a program is not away.'),
)


def _judge_notifiers(sheet: Sheet, notify: Parts, notifiers: Collection[str]) -> None:
    by = notify.get("by")
    if by is not None and notifiers and by not in notifiers:
        problem = f'"by" is "{shown(by)}", but there is no such notifier.'
        sheet.wrong(("notify", "by"), problem, word=by, known=notifiers)
    for name in notify:
        if name not in TABLES["notify"].keys and notifiers and name not in notifiers:
            problem = f"There is no notifier for the table [notify.{shown(name)}]."
            sheet.wrong(("notify", name), problem, word=name, known=notifiers)


def _judge_addresses(sheet: Sheet, parts: Parts) -> None:
    """Whoever may be told by mail from now on needs an address; those who are ended need none."""
    told = {one.get("contact") for one in parts["agency"] if "to" not in one}
    told |= {one.get("person") for one in parts["appointment"] if "to" not in one}
    told |= set(parts["fallback"].values())
    told |= set(parts.get("break_glass", {}).get("tell", ()))
    told -= {one.get("id") for one in parts["person"] if one.get("service")}
    faulty, notify = sheet.at_fault("person"), parts.get("notify", {})
    for number, person in enumerate(parts["person"]):
        if person.get("id") not in told or "mail" in person or number in faulty:
            continue
        lacking = set(ways(person, notify)) & set(BY_MAIL) - set(person.get("address", {}))
        if lacking:
            problem = f'"mail" is missing of "{person["id"]}", who is told by mail.'
            sheet.wrong(("person", number), problem, 'Write mail = "..." below their id.')
