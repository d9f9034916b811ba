"""Puts a timescale together: its rule or the variants of it, and the notices that go with it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from engine.definition import Basis, Notice, TimeFrom, Timescale, Variant
from engine.errors import UsageError
from engine.grammar import NO_NAME
from engine.loading.building import Parts
from engine.loading.findings import Place, guess
from engine.loading.kinds import UNKNOWN
from engine.timescales import Rule, parse, parse_moment

LONGEST = 100
"""Years; no time is longer, and no calendar reaches as far."""
_A_YEAR = {"hours": 8766, "calendar days": 365, "working days": 250, "weeks": 52, "months": 12}


def is_too_long(number: int, unit: str) -> bool:
    """Whether a length of time is beyond what anybody means."""
    return abs(number) > LONGEST * _A_YEAR.get(unit, 1)


NO_TIME_FROM = TimeFrom("local", "should", "")
"""A time for which nobody else answers is the partnership's own."""

_FORCE = ("since", "until", "began", "ended")
_RULE = ("due", "keep", "time_from", "confirmed", "checked", *_FORCE)
_ELSEWHERE = (*_RULE, "variant", "remind", "escalate")


def build_timescale(name: str, said: Mapping[str, Any], parts: Parts) -> Timescale:
    """A timescale; what is at fault in its rule or its notices is noted and left out."""
    place = parts.draft.place("timescale", name)
    written = parts.draft.written("timescale", name)
    same = {key: value for key, value in said.items() if key not in _ELSEWHERE}
    return Timescale(
        **{
            "title": "",
            "waiting_on": "",
            **same,
            "id": name,
            "variants": tuple(_variants(place, said, written, parts)),
            "keep": "keep" in said or any("keep" in one for one in said.get("variant", ())),
            "only_if": parts.guard(place / "only_if", said.get("only_if")),
            "starts_in": parts.places(said.get("starts_in", ())),
            "notices": tuple(_notices(place, said, parts)),
        }
    )


def _variants(
    place: Place, said: Mapping[str, Any], written: Mapping[str, Any], parts: Parts
) -> Iterator[Variant]:
    fault = parts.draft.reading.fault
    if "variant" not in written:
        yield from _variant(place, {**said, "note": ""}, written, parts)
        return
    for key in _RULE:
        if key in written:
            fault(place / key, f'A timescale with variants says "{key}" in each of them, not here.')
    for number, one in enumerate(said.get("variant", ())):
        there = place / "variant" / number
        yield from _variant(there, one, written["variant"][number], parts)


def _variant(
    place: Place, said: Mapping[str, Any], written: Mapping[str, Any], parts: Parts
) -> Iterator[Variant]:
    rule = _rule(place, said, written, parts)
    _check_source(place, said, written, parts)
    if rule is not None:
        time_from = said.get("time_from")
        bare = {"kind": "", "says": "", "source": ""}
        yield Variant(
            due=rule.text,
            time_from=NO_TIME_FROM if time_from is None else TimeFrom(**{**bare, **time_from}),
            confirmed=said.get("confirmed", "recalled"),
            **{key: said.get(key, "") for key in ("since", "until", "checked", "note")},
            began=_basis(said.get("began")),
            ended=_basis(said.get("ended")),
        )


def _basis(said: Mapping[str, Any] | None) -> Basis | None:
    return None if said is None else Basis(**{"by": "", "confirmed": "recalled", **said})


def _rule(
    place: Place, said: Mapping[str, Any], written: Mapping[str, Any], parts: Parts
) -> Rule | None:
    reading = parts.draft.reading
    keys = [key for key in ("due", "keep") if key in written]
    if not keys and (*place.path[:2], UNKNOWN) in reading.broken:
        return None
    if len(keys) != 1:
        problem = "is missing from" if not keys else 'and "keep" cannot both stand in'
        hint = "Write one of the two: when it is due, or what must not end early."
        return reading.fault(place / "due", f'"due" {problem} {place.name}.', hint)
    key = keys[0]
    if key not in said:
        return None
    try:
        rule = parse(said[key])
    except UsageError as error:
        hint = guess("", _dates(parts)) if NO_NAME in str(error) else ""
        return reading.fault(place / key, str(error), hint)
    if is_too_long(rule.number, rule.unit):
        return reading.fault(place / key, f'"{rule.text}" is longer than {LONGEST} years.')
    if (rule.form == "after") != (key == "keep"):
        return reading.fault(place / key, _WRONG_FORM[key].format(said[key]))
    if rule.anchor and rule.anchor not in reading.known["question"]:
        problem = f'There is no question "{rule.anchor}".'
        return reading.unknown(place / key, problem, rule.anchor, _dates(parts))
    return rule


_WRONG_FORM = {
    "due": '"{}" is no deadline; write it as keep, if it is what must not end early.',
    "keep": '"{}" cannot be kept; write keep = "1 year after QUESTION", or write it as due.',
}


def _dates(parts: Parts) -> list[str]:
    dates = [question.id for question in parts.questions.values() if question.answer == "date"]
    return [*dates, *parts.draft.sheet.unread.get("question", ())]


def _check_source(
    place: Place, said: Mapping[str, Any], written: Mapping[str, Any], parts: Parts
) -> None:
    fault = parts.draft.reading.fault
    if "time_from" in written and "confirmed" not in written:
        hint = 'Say how well its source is known: confirmed = "second-hand".'
        fault(place / "confirmed", f'"confirmed" is missing from {place.name}.', hint)
    if said.get("confirmed") == "read" and "checked" not in written:
        hint = 'Write checked = "by NAME on DAY against SOURCE".'
        fault(place / "confirmed", "Only what somebody has checked is confirmed as read.", hint)


def _notices(place: Place, said: Mapping[str, Any], parts: Parts) -> Iterator[Notice]:
    fault = parts.draft.reading.fault
    seen = set()
    for kind in ("remind", "escalate"):
        for number, one in enumerate(said.get(kind, ())):
            there = place / kind / number / "at"
            if "at" not in one:
                continue
            try:
                moment = parse_moment(one["at"])
                at = moment.text
            except UsageError as error:
                fault(there, str(error))
                continue
            if is_too_long(moment.number, moment.unit):
                fault(there, f'"{at}" is longer than {LONGEST} years.')
            if (kind, at) in seen:
                fault(there, f'"{at}" stands twice in {kind}; tell everybody in one.')
            seen.add((kind, at))
            yield Notice(f"{kind}_{at.replace(' ', '_')}", kind, at, one.get("tell", ()))
