"""Puts the tables of an overlay over those of its base, each key with the place where it stands.

What an overlay may write at all is judged here; whether it loosens anything, in `tightening`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from engine.errors import UsageError
from engine.loading.files.lines import Lines, Path
from engine.loading.files.reading import Sheet, Table
from engine.loading.findings import Findings, Place, closest
from engine.loading.names import title_from
from engine.loading.overlay.overlay_shapes import ALSO, ALSO_HEAD
from engine.loading.overlay.wording import IN_BRACKETS, SENTENCES, fault, together
from engine.loading.shapes import SECTIONS
from engine.timescales import parse_moment

ALSO_KEY = "also"
EXTENDS = "extends"
PINNED = "extends_edition"
IN_FORCE = "in_force"
_TIME = ("due", "keep", "time_from", "confirmed", "checked", "variant")
"""What a timescale says of its time; who says one of the first two anew says them all."""
_WORDS = (*IN_BRACKETS, *SENTENCES)


Head = dict[str, tuple[Place, Any]]
"""What stands at the top of a file, each key with its place."""


@dataclass(frozen=True, slots=True)
class Both:
    """Two guards as they were written, of which both must hold."""

    written: tuple[tuple[Place, Any], ...]


class _Moved(Lines):
    """The lines of a place that in the end stands under another path."""

    def __init__(self, lines: Lines, here: Path, there: Path) -> None:
        self._lines, self._here, self._there = lines, here, there

    def of(self, path: Path) -> int:
        """The line of a place, by its path in the end."""
        return self._lines.of((*self._there, *path[len(self._here) :]))


@dataclass(frozen=True, slots=True)
class Layered(Place):
    """A place that several files define: each of its keys stands where it was written."""

    written: Mapping[Path, Place] = field(default_factory=dict)
    """By the path in the end, where what is there was written."""

    def __truediv__(self, part: str | int) -> Place:
        return self.below((part,))

    def below(self, path: Path) -> Place:
        """The place that a longer path leads to, in the file where it stands."""
        whole = (*self.path, *path)
        for length in range(len(whole), 0, -1):
            there = self.written.get(whole[:length])
            if there is not None:
                lines = _Moved(there.lines, whole[:length], there.path)
                return Place(there.file, lines, whole)
        return replace(self, path=whole)


def merged(base: Sheet, own: Sheet, findings: Findings) -> Sheet:
    """The sheet of a base with an overlay's over it, in the order of the base."""
    sheet = Sheet(own.start)
    sheet.ordered = True
    sheet.whole = base.whole and own.whole
    sheet.unread = {name: dict(known) for name, known in own.unread.items()}
    sheet.head = _head(base, own, findings)
    for section in dict.fromkeys((*base.tables, *own.tables)):
        known, added = base.tables.get(section, {}), own.tables.get(section, {})
        tables = dict(known)
        for name, table in added.items():
            if name in known:
                tables[name] = _over(section, known[name], table, findings)
            elif new := _new(section, name, table, known, findings):
                tables[name] = new
        sheet.tables[section] = tables
    return sheet


def _head(base: Sheet, own: Sheet, findings: Findings) -> Head:
    head = {key: said for key, said in base.head.items() if key != "parts"}
    head |= {key: said for key, said in own.head.items() if key != ALSO_KEY}
    head |= _same_cases(base.head, own.head)
    if ALSO_KEY not in own.head:
        return head
    place, also = own.head[ALSO_KEY]
    for key, value in _added("the head", also, ALSO_HEAD, place, findings):
        before = head[key][1] if key in head else [] if key == "opening" else ""
        if key == "opening":
            head[key] = (place / key, [*_listed(before), *_listed(value)])
        else:
            said = value if not before else f"{before}; {value}"
            head[key] = (place / key, said if isinstance(value, str) else value)
    return head


def _same_cases(base: Head, own: Head) -> Head:
    """The days of an overlay's own, for the cases of the base where it does not say for which."""
    place, days = own.get(IN_FORCE, (None, None))
    known = base.get(IN_FORCE, (None, None))[1]
    if place is None or not isinstance(days, dict) or not isinstance(known, dict):
        return {}
    return {IN_FORCE: (place, {key: known[key] for key in ("for",) if key in known} | days)}


def _new(
    section: str, name: str, table: Table, known: Collection[str], findings: Findings
) -> Table | None:
    """A table that the base has not; a near miss of one that it has is told."""
    meant = closest(name, known)
    if ALSO_KEY in table.keys:
        problem = f'The base has no {section} "{name}" to add to.'
        findings.add(table.place / ALSO_KEY, problem, f'Did you mean "{meant}"?' if meant else "")
        keys = {key: value for key, value in table.keys.items() if key != ALSO_KEY}
        return Table(table.place, keys) if keys else None
    shape = SECTIONS[section]
    if meant and any(key not in table.keys for key in shape.needed):
        problem = f'The base has no {section} "{name}", so this would be a new one.'
        findings.add(table.place, problem, f'Did you mean "{meant}"?')
    return table


def _over(section: str, base: Table, own: Table, findings: Findings) -> Table:
    keys = dict(base.keys)
    written = dict(base.place.written) if isinstance(base.place, Layered) else {}
    path = own.place.path
    if section == "timescale" and _times_anew(base.keys, own.keys):
        keys = {key: value for key, value in keys.items() if key not in _TIME}
    for key, value in own.keys.items():
        if key != ALSO_KEY:
            keys[key] = value
            here = (*path, key)
            written = {at: there for at, there in written.items() if at[: len(here)] != here}
            written[here] = own.place / key
    place = Layered(base.place.file, base.place.lines, path, written)
    if ALSO_KEY in own.keys:
        adding = _Adding(keys, written, place)
        there = own.place / ALSO_KEY
        known = ALSO.get(section)
        for key, value in _added(section, own.keys[ALSO_KEY], known, there, findings):
            problem, hint = fault(key, value) if key in _WORDS else ("", "")
            if problem:
                findings.add(there / key, problem, hint)
            else:
                adding.add(key, value, there / key)
    return Table(place, keys)


def _times_anew(base: Mapping[str, Any], own: Mapping[str, Any]) -> bool:
    return any(key in own and own[key] != base.get(key) for key in ("due", "keep", "variant"))


def _added(
    noun: str, also: Any, known: Any, place: Place, findings: Findings
) -> Iterator[tuple[str, Any]]:
    """What stands under `also`, key by key; what cannot be added to is told."""
    keys: Collection[str] = known.keys if known else ()
    if not isinstance(also, dict):
        findings.add(place, '"also" must be a table of what is added to the lists of the base.')
        return
    for key, value in also.items():
        if key in keys:
            yield key, value
            continue
        what = f'To "{key}" of {noun} nothing is added under "also".'
        listed = ", ".join(f'"{one}"' for one in keys)
        hint = f"There are {listed}." if listed else "Write the key itself, without also."
        findings.add(place / key, what, hint)


@dataclass(frozen=True, slots=True)
class _Adding:
    """A table of the base while an overlay adds to its lists."""

    keys: dict[str, Any]
    written: dict[Path, Place]
    place: Place

    def add(self, key: str, value: Any, there: Place) -> None:
        """Add what stands under `also` to what the key says."""
        if key == "only_if":
            self._both(key, value, there)
        elif key in ("remind", "escalate"):
            self._notices(key, value, there)
        elif key in _WORDS:
            self._words(key, value, there)
        else:
            self._list(key, value, there)

    def _both(self, key: str, value: Any, there: Place) -> None:
        path = (*self.place.path, key)
        sides = [(Place(there.file, _Moved(there.lines, path, there.path), path), value)]
        if key in self.keys:
            sides.insert(0, (self.place / key, self.keys[key]))
        self.keys[key] = Both(tuple(sides))
        self.written[path] = there

    def _words(self, key: str, value: Any, there: Place) -> None:
        """Words are shown after those of the base; a step that is not named is called by its id."""
        known = self.keys.get(key, title_from(str(self.place.path[-1])) if key == "title" else "")
        both = isinstance(known, str) and isinstance(value, str)
        self.keys[key] = together(key, known.strip(), value.strip()) if both else value
        self.written[(*self.place.path, key)] = there

    def _list(self, key: str, value: Any, there: Place) -> None:
        known = _listed(self.keys.get(key, []))
        self._keep(key, len(known))
        self.written[(*self.place.path, key)] = there
        said = list(known)
        for number, item in enumerate(_listed(value)):
            if item not in known:
                at = there / number if isinstance(value, list) else there
                self.written[(*self.place.path, key, len(said))] = at
                said.append(item)
        self.keys[key] = said if said else value

    def _keep(self, key: str, number: int) -> None:
        """What the base has in a list stands where it stood."""
        path = (*self.place.path, key)
        for at in range(number):
            self.written.setdefault((*path, at), self.place.below((key, at)))

    def _notices(self, key: str, value: Any, there: Place) -> None:
        """A notice of the same moment tells more people; any other is one more."""
        known = self.keys.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            self._list(key, value, there)
            return
        self._keep(key, len(known))
        path = (*self.place.path, key)
        said = [dict(one) for one in known]
        moments = {_moment(one): number for number, one in enumerate(said)}
        for number, one in enumerate(value):
            at = moments.get(_moment(one))
            if at is None:
                self.written[(*path, len(said))] = there / number
                said.append(dict(one))
                continue
            tell = [*_listed(said[at].get("tell", []))]
            said[at]["tell"] = [*tell, *(w for w in _listed(one.get("tell", [])) if w not in tell)]
            self.written[(*path, at)] = there / number
        self.keys[key] = said


def _moment(notice: Mapping[str, Any]) -> str:
    try:
        return parse_moment(str(notice.get("at"))).text
    except UsageError:
        return ""


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]
