"""Reads a scenario: a TOML file that an administrator can read aloud.

title  = "The Panel is told within five working days"
begins = "partners_informed"          # a story in beginnings/ that is played first

[[step]]
on   = 2025-12-17
by   = "local authority"              # a role, an agency (its contact) or a person
does = "take decide_to_notify"
with = { decision_rationale = "Each test of the law is met." }
then = { state = "notification_to_send", due = { notification = 2025-12-18 } }
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final, NamedTuple

from engine.calendars import at_local
from engine.loading.files.folders import LEADS_OUT, inside
from engine.loading.files.lines import Lines
from engine.loading.files.reading import Document, read_document
from engine.loading.findings import Findings, Place
from engine.loading.overlay.layers import stands_on
from engine.scenarios.doing import VERBS
from engine.scenarios.expecting import EXPECTATIONS
from engine.scenarios.judging import Deed, Judging
from engine.scenarios.knowing import Known
from engine.scenarios.names import Judge
from engine.scenarios.story import BEGINNINGS, FOLDER, Outage, Scenario, Telling

HEAD: Final = {"title": str, "begins": str, "follows": list, "step": list, "no_worker": list}
OUTAGE: Final = {"from": date, "until": date}
STEP: Final = {
    "on": date,
    "by": str,
    "does": str,
    "case": str,
    "files": list,
    "with": dict,
    "linked": dict,
    "happened": (str, date),
    "decided_by": str,
    "evidence": str,
    "reason": str,
    "already_done": bool,
    "pass_over": bool,
    "historic": bool,
    "edition": str,
    "says": str,
    "refused": str,
    "then": dict,
}
OPTIONS: Final = (
    "happened",
    "decided_by",
    "evidence",
    "reason",
    "already_done",
    "pass_over",
    "historic",
    "edition",
)
DEEDS: Final = ("open", "wait", *VERBS)
"""`open` begins the case, and `wait` only lets the time pass."""

MORNING = time(10)
"""The hour of a step that names only its day, local time."""

_PART = re.compile(r"^[ \t]*\[[ \t]*step", re.MULTILINE)
_KINDS = {str: "text", list: "a list", dict: "a table", bool: "true or false", date: "a day"}


class Reader(NamedTuple):
    """What a story is read with."""

    layers: tuple[Path, ...]
    """The folders of its process, the one that it stands on first."""
    findings: Findings
    judging: Judging | None
    """The names that it may have; None leaves them to the play."""


def read(file: Path, known: Known | None = None) -> Scenario:
    """A scenario from its file; where the process is known, with each of its names judged.

    Raises DefinitionError with every mistake in it and in its beginning.
    """
    return read_of(layers_of(file), file, known)


def layers_of(file: Path) -> tuple[Path, ...]:
    """The folders of the process of a scenario; it reads the head of every file of them."""
    return stands_on(_folder(file).parent).folders


def read_of(layers: tuple[Path, ...], file: Path, known: Known | None = None) -> Scenario:
    """The same, of one among many scenarios of a process whose folders are looked up once."""
    findings = Findings()
    judging = Judging(known, findings) if known else None
    scenario = _read(file, Reader(layers, findings, judging), ())
    findings.raise_any()
    return scenario


def _read(file: Path, reader: Reader, within: tuple[str, ...]) -> Scenario:
    findings = reader.findings
    document = _document(file, findings)
    place, keys = document.place, document.keys or _around(document, findings)
    _check(keys, HEAD, place, findings)
    begins = (keys.get("begins", ""), place / "begins")
    first = _beginning(begins, reader, (*within, file.stem))
    steps = tuple(
        _step(one, place / "step" / at, reader) for at, one in enumerate(_tables(keys, "step"))
    )
    _check_order(first, steps, place, findings)
    _check_follows(keys, place, reader)
    outages = tuple(
        _outage(one, place / "no_worker" / at, findings)
        for at, one in enumerate(_tables(keys, "no_worker"))
    )
    if not steps and document.keys is not None:
        findings.add(place, "This scenario has no [[step]].")
    return Scenario(
        title=str(keys.get("title", file.stem)),
        workflow=reader.layers[-1].name,
        steps=(*first.steps, *steps),
        outages=(*first.outages, *outages),
        follows=_names(keys.get("follows")),
    )


def _document(file: Path, findings: Findings) -> Document:
    if inside(file, _folder(file).parent):
        return read_document(file.name, file, findings)
    place = Place(file.name, Lines())
    findings.add(place, LEADS_OUT)
    return Document(place, "", None)


def _around(document: Document, findings: Findings) -> Mapping[str, Any]:
    """What stands around the slips of form of a story; nothing where that cannot be told."""
    rest = document.rest
    findings.doubtful = findings.doubtful or (rest is not None and not rest.sure)
    # A part of a step that was left out would seem to be of the step before it.
    if rest is None or (rest.lost and _PART.search(rest.text)):
        return {}
    return tomllib.loads(rest.text)


def _check_follows(keys: Mapping[str, Any], place: Place, reader: Reader) -> None:
    if reader.judging is None:
        return
    known = reader.judging.known
    for number, name in enumerate(_names(keys.get("follows"))):
        Judge(known, known.workflow, reader.findings).timescale(name, place / "follows" / number)


def _check_order(
    first: Scenario, steps: tuple[Telling, ...], place: Place, findings: Findings
) -> None:
    latest = max((one.at for one in first.steps if one.at), default=None)
    for number, telling in enumerate(steps):
        if telling.at and latest and telling.at < latest:
            where = place / "step" / number / "on"
            findings.add(where, "This day lies before that of an earlier step; tell it in order.")
        latest = telling.at or latest


def _beginning(begins: tuple[Any, Place], reader: Reader, within: tuple[str, ...]) -> Scenario:
    (name, place), layers, findings = begins, reader.layers, reader.findings
    if name and isinstance(name, str):
        beginnings = (folder / FOLDER / BEGINNINGS for folder in reversed(layers))
        known = {one.stem: one for begun in beginnings for one in begun.glob("*.toml")}
        if name in within:
            findings.add(place, f'This scenario would begin with itself, by "{name}".')
        elif name in known:
            at = layers.index(_folder(known[name]).parent)
            return _read(known[name], reader._replace(layers=layers[at:]), within)
        else:
            findings.unknown(place, f'There is no beginning "{name}".', name, known)
    return Scenario("", "", ())


def _folder(file: Path) -> Path:
    folder = file.parent.resolve()
    return folder.parent if folder.name == BEGINNINGS else folder


def _step(written: Mapping[str, Any], place: Place, reader: Reader) -> Telling:
    findings = reader.findings
    _check(written, STEP, place, findings)
    then = written.get("then", {})
    _check(then, _EXPECTED, place / "then", findings)
    verb, about = _deed(str(written.get("does", "wait")))
    if verb not in DEEDS:
        findings.unknown(place / "does", f'Nobody can "{verb}".', verb, DEEDS)
    elif reader.judging:
        reader.judging.step(_plain(written), Deed(verb, about), place)
    return Telling(
        where=f"{place.file}:{place.line}",
        verb=verb,
        object=about,
        at=_instant(written["on"]) if isinstance(written.get("on"), date) else None,
        by=str(written.get("by", "")),
        case=str(written.get("case", "")),
        files=_names(written.get("files")),
        answers=_texts(written.get("with", {})),
        linked=_texts(written.get("linked", {})),
        options={name: _plain(written[name]) for name in OPTIONS if name in written},
        says=str(written.get("says", "")),
        refused=str(written.get("refused", "")),
        then=_plain(then) if isinstance(then, dict) else {},
    )


def _outage(written: Mapping[str, Any], place: Place, findings: Findings) -> Outage:
    _check(written, OUTAGE, place, findings)
    days = [written.get(name) for name in OUTAGE]
    since, until = (_instant(day if isinstance(day, date) else date.min) for day in days)
    return Outage(since, until)


def _check(written: Any, known: Mapping[str, Any], place: Place, findings: Findings) -> None:
    for key, value in written.items() if isinstance(written, dict) else ():
        if key not in known:
            findings.unknown(place / key, f'There is no key "{key}".', key, known)
        elif not isinstance(value, known[key]):
            wanted = _KINDS.get(known[key], "a day, or part of one in quotes")
            findings.add(place / key, f'"{key}" must be {wanted}.')


def _tables(keys: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    written = keys.get(name, [])
    return [one for one in written if isinstance(one, dict)] if isinstance(written, list) else []


def _instant(day: date) -> datetime:
    """An instant in local time: ten in the morning of a day, or the hour that is given."""
    if isinstance(day, datetime):
        return at_local(day.date(), day.hour, day.minute)
    return at_local(day, MORNING.hour)


def _names(written: Any) -> tuple[str, ...]:
    return tuple(map(str, written)) if isinstance(written, list) else ()


def _texts(written: Any) -> dict[str, str]:
    return (
        {name: str(value) for name, value in written.items()} if isinstance(written, dict) else {}
    )


def _plain(value: Any) -> Any:
    """A value with its days as text, as the engine shows them."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _deed(text: str) -> tuple[str, str]:
    for verb in sorted(DEEDS, key=len, reverse=True):
        if text == verb or text.startswith(f"{verb} "):
            return verb, text[len(verb) :].strip()
    return text.partition(" ")[0], ""


_EXPECTED: Final = {name: kind for name, (kind, _) in EXPECTATIONS.items()}
