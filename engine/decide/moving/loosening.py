"""What a move to another edition makes looser of a clock that runs: a later day, its end, or what
sees to it that it is met; on whose authority, and how far that is confirmed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal, NamedTuple

from engine.calendars import Calendar
from engine.case import RUNNING
from engine.dates import parse_partial, said
from engine.decide.moving.left import Left
from engine.decide.moving.less_told import less_told
from engine.definition import Timescale, Variant
from engine.edition import Edition
from engine.nouns import with_the
from engine.prose import days_said, listed, name_of, setter

What = Literal["later", "shorter", "ended", "met", "released", "looser"]
"""Due later, or on a day that hangs on another answer; what was to last ends earlier; not counted
any more; counted as met already; counted still, and no duty any more; counted still, with less that
sees to it.
"""

HEADS: Mapping[str, str] = {
    "later": "LATER",
    "shorter": "SHORTER",
    "ended": "ENDS",
    "met": "ENDS",
    "released": "NO DUTY",
    "looser": "LOOSER",
}
"""With which word in capitals a line begins that tells of it."""

ENDS = ("ended", "met")
NAMELESS_ALWAYS = (*ENDS, "released", "looser")
"""What no rule of the edition sets, so that none says on whose authority it is so."""
JUDGED = ("met", "met late")
LEGAL = ("act", "regulation")
LASTS = "after"
"""The form of a rule of what is to last: with a later day it is stricter."""

NAMELESS = "the edition names no authority for that"

Row = Mapping[str, Any]
Days = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Looser:
    """What becomes looser of one clock."""

    what: What
    duty: str
    """The duty, or the act or regulation that set its time; empty where it is no duty."""
    was: str
    """The day of before; the last one where only a part of what it counts from is known."""
    now: str
    """The day from then on; empty where there is none any more."""
    authority: Mapping[str, str]
    """What sets the time from then on, as `authority` gives it; empty where nothing does."""
    overdue: bool = False
    """Whether the day of before has passed, and that from then on has not."""
    instead_of: str = ""
    """The title of the clock in the place of which this one starts."""
    hangs: str = ""
    """Why its day is less fixed than before, where it is."""
    also: tuple[str, ...] = ()
    """What else is looser of it, each as the end of a sentence."""

    def plain(self) -> dict[str, Any]:
        """The same as an event keeps it."""
        also = [self.hangs, *self.also] if self.hangs else [*self.also]
        return {
            "what": self.what,
            "duty": self.duty,
            "was": self.was,
            "now": self.now,
            **{name: self.authority.get(name, "") for name in AUTHORITY},
            **({"also": also} if also else {}),
        }


AUTHORITY = ("kind", "says", "source", "confirmed", "checked")


class Side(NamedTuple):
    """A clock under one of two editions: that by which it is counted, its timescale and its row."""

    edition: Edition
    timescale: Timescale
    row: Row
    under: Edition | None = None
    """The edition that governs its case, where it was left to the rule of one before: by that it is
    met, waits and is told of.
    """

    @property
    def here(self) -> Edition:
        """The edition that governs its case."""
        return self.under or self.edition

    @property
    def variant(self) -> Variant:
        """The rule by which it is counted."""
        start = parse_partial(self.row["starts_on"]).first.isoformat()
        return self.edition.governing(self.timescale, str(self.row["rule"]), start)

    @property
    def form(self) -> str:
        """The form of that rule."""
        return self.edition.rule(str(self.row["rule"])).form


def side(edition: Edition, timescale: Timescale, row: Row, kept: Left | None) -> Side:
    """A clock of a case under an edition; one that was `kept` by another has the duty and the time
    of that, but where a move let it be no duty any more.
    """
    if kept is None or kept.by is None or kept.released:
        return Side(edition, timescale, row)
    was = kept.by.workflow.timescales[timescale.id]
    own = timescale._replace(duty=was.duty, duty_checked=was.duty_checked, variants=was.variants)
    return Side(kept.by, own, row, edition)


def binding(side: Side) -> str:
    """The duty of a clock, or the act or regulation that sets its time; empty where it has none."""
    time = side.variant.time_from
    return side.timescale.duty or (time.source or time.kind if time.kind in LEGAL else "")


def authority(side: Side) -> dict[str, str]:
    """What sets the time of a clock, and how far that is confirmed."""
    variant = side.variant
    if variant.due != side.row["rule"]:
        # It was left to a rule that this edition does not have.
        return {}
    confirmed = {"confirmed": variant.confirmed, "checked": variant.checked}
    return {**variant.time_from._asdict(), **confirmed}


def looser(
    old: Side, new: Side, today: date, calendar: Calendar, *, historic: bool
) -> Looser | None:
    """What becomes looser of a clock that runs, and is counted otherwise from then on."""
    what, duty = _what(old, new), new.timescale.duty or binding(old)
    if what in ENDS and not duty:
        return None
    runs = bool(duty) and what not in ENDS
    hangs = _hangs(old, new) if runs else ""
    also = tuple(_also(old, new, None if historic else calendar)) if runs else ()
    what = what or _otherwise(old, new, hangs, also)
    if what is None:
        return None
    was, now = days(old.row)[1], days(new.row)[1]
    passed = was < today.isoformat() <= (now or today.isoformat())
    return Looser(
        what,
        duty,
        was,
        "" if what in ENDS else now,
        {} if what in NAMELESS_ALWAYS else authority(new),
        passed and not historic and old.form != LASTS and what == "later",
        hangs=hangs,
        also=also,
    )


def _otherwise(old: Side, new: Side, hangs: str, also: Sequence[str]) -> What | None:
    """What becomes looser of a clock of which the day is not later."""
    if hangs:
        return "shorter" if old.form == new.form == LASTS else "later"
    if binding(old) and not binding(new):
        return "released"
    return "looser" if also else None


def _hangs(old: Side, new: Side) -> str:
    """That a fixed day would hang on another answer than before; empty where it would not."""
    was, now = (side.edition.rule(str(side.row["rule"])).anchor for side in (old, new))
    if old.row["status"] != "running":
        return ""
    if new.row["status"] == "provisional":
        return f"its day hangs on {_answer(new, now)}, which is not on record yet"
    if was == now:
        return ""
    return f"its day hangs on {_answer(new, now)}, and not on {_answer(old, was)}"


def _answer(side: Side, anchor: str) -> str:
    """The answer that a clock counts from, in words."""
    known = side.here.workflow.questions.get(anchor)
    return f'the answer to "{known.ask}"' if known else anchor


def _also(old: Side, new: Side, calendar: Calendar | None) -> Iterator[str]:
    """What else is looser of a clock that runs on: who is told of it, what meets it, on whom it
    waits. Of a historic case nobody is told anything, so that it has no `calendar`.
    """
    was, now = old.timescale, new.timescale
    if calendar:
        yield from less_told(old.here.workflow, (was, now), old.row, calendar)
    if old.form == LASTS != new.form:
        yield "it is only due by its day, and does not have to last until then"
    steps = new.here.workflow.transitions
    for done, before, after in (
        ("met", was.met_by, now.met_by),
        ("stopped", was.stops_if, now.stops_if),
    ):
        more = [f'"{steps[name].title}"' for name in after if name not in before]
        if more:
            yield f"it may be {done} by {listed(more)} too"
    if was.waiting_on != now.waiting_on:
        there = with_the(name_of(old.here.workflow, was.waiting_on))
        yield (
            f"it waits on {with_the(name_of(new.here.workflow, now.waiting_on))} and not on "
            + (there)
        )


def ended(old: Side) -> Looser | None:
    """That a clock does not run from then on, if it was one of a duty."""
    duty = binding(old)
    return Looser("ended", duty, days(old.row)[1], "", {}) if duty else None


def days(row: Row) -> Days:
    """The first and the last day on which a clock is due; empty where it has none."""
    return row["due_on"] or row["due_from"] or "", row["due_on"] or row["due_to"] or ""


def _what(old: Side, new: Side) -> What | None:
    if new.row["status"] not in RUNNING:
        return "met" if new.row["status"] in JUDGED else "ended"
    if old.form == new.form == LASTS:
        return "shorter" if is_later(days(new.row), days(old.row)) else None
    return "later" if is_later(days(old.row), days(new.row)) else None


def is_later(old: Days, new: Days) -> bool:
    """Whether a clock is due later: what has no day any more is."""
    return any(was and (not now or now > was) for was, now in zip(old, new, strict=True))


def told(title: str, known: Mapping[str, Any]) -> str:
    """A sentence without its full stop on what becomes looser, where it is not yet so.

    `known` is what an event keeps of it, perhaps with `overdue`, `instead_of`, `because` and
    `edition`: what the edition does not do any more, and what that edition is called.
    """
    if known["what"] in ENDS:
        return _end(title, known)
    edition = known.get("edition") or "the new edition"
    if known["what"] == "released":
        return (
            f'NO DUTY: "{title}" is required by {known["duty"]}, and by nothing any more in '
            f"{edition}{grounds(known)}"
        )
    if known["what"] == "looser":
        instead = f' in place of "{known["instead_of"]}"' if known.get("instead_of") else ""
        return (
            f'LOOSER: "{title}"{instead} is required by {known["duty"]}, and in {edition} '
            f"{'; '.join(known['also'])}; {NAMELESS}"
        )
    return _later(title, known)


def _later(title: str, known: Mapping[str, Any]) -> str:
    required = f", required by {known['duty']}," if known["duty"] else ""
    verb, until = ("last until", "until ") if known["what"] == "shorter" else ("be due", "")
    now = f"would {verb} {day(known['now'])}" if known["now"] else "would have no day any more"
    was = f"and not {until}{day(known['was'])}" if known["was"] != known["now"] else "still"
    if known.get("instead_of"):
        was += f' as "{known["instead_of"]}" was'
    if known.get("overdue"):
        was += ", by which it is overdue today"
    return f'{HEADS[known["what"]]}: "{title}"{required} {now} {was}{grounds(known)}'


def also(known: Mapping[str, Any]) -> str:
    """What else is looser, as the rest of a sentence; empty where nothing is."""
    return "".join(f"; {one}" for one in known.get("also", ()))


def _end(title: str, known: Mapping[str, Any]) -> str:
    was = f", was due {day(known['was'])}" if known["was"] else ""
    what = (
        "counts it as met by what has happened already"
        if known["what"] == "met"
        else known.get("because") or "does not count it for this case"
    )
    edition = known.get("edition") or "the new edition"
    return f'ENDS: "{title}" is required by {known["duty"]}{was}, and {edition} {what}; {NAMELESS}'


def done(edition: str, known: Mapping[str, Any]) -> str:
    """The same of what was done, without the title and the full stop: `The move to edition ...`."""
    what = f"this duty ({known['duty']})" if known["duty"] else "it"
    was = day(known["was"]) if known["was"] else "no day"
    did = {
        "later": f"made {what} later than {was}",
        "shorter": f"let {what} end before {was}",
        "ended": f"ended {what}, due on {was}",
        "met": f"let {what} count as met, due on {was}",
        "released": f"let {what} be no duty any more",
        "looser": f"loosened {what}: {'; '.join(known.get('also', ()))}",
    }
    if known["what"] == "later" and was == (day(known["now"]) if known["now"] else ""):
        did["later"] = f"left {what} at {was}"
    rest = f"; {NAMELESS}" if known["what"] == "looser" else grounds(known)
    return f"The move to edition {edition} {did[known['what']]}{rest}"


def noted(title: str, known: Mapping[str, Any]) -> str:
    """The same in a few words, as a history has it; the title in quotation marks."""
    same = "still " if known["was"] == known["now"] else ""
    due = "until" if known["what"] == "shorter" else "due"
    now = f": {same}{due} {day(known['now'])}" if known["now"] else ": no day any more"
    if known["what"] in ENDS:
        now = " counts as met" if known["what"] == "met" else " is not counted any more"
    was = f", was {due} {day(known['was'])}" if known["was"] != known["now"] else ""
    required = f"; required by {known['duty']}" if known["duty"] else ""
    if known["what"] == "released":
        required = f"; no longer required by {known['duty']}"
    return f"{HEADS[known['what']]}: {title}{now}{was}{grounds(known, required)}"


def grounds(known: Mapping[str, Any], required: str = "") -> str:
    """What else is looser and on whose word a time rests, as the rest of a sentence, in which what
    is `required` may stand between.
    """
    word = rests_on(known)
    rests = f"; {word}" if required or word.startswith(NAMELESS) else f", {word}"
    if known["what"] in NAMELESS_ALWAYS:
        return f"{also(known)}{required}{rests}"
    # Whose word it is belongs to the time, and not to what is told after it.
    return f"{required}{rests}{also(known)}"


def rests_on(known: Mapping[str, Any]) -> str:
    """On whose word a time rests, and how far that is confirmed: `on the word of ...`."""
    if known["what"] in NAMELESS_ALWAYS:
        return NAMELESS
    if not known["kind"]:
        return f"{NAMELESS}; that is unconfirmed"
    word = f' ("{known["says"]}")' if known["says"] else ""
    source = f": {known['source']}" if known["source"] else ""
    return f"on the word of {setter(known['kind'])}{word}{source}; {_confirmed(known)}"


def _confirmed(known: Mapping[str, Any]) -> str:
    if known["confirmed"] != "read":
        return f"that is unconfirmed: {known['confirmed']}"
    return f"that was read {days_said(known['checked'])}".rstrip()


def day(text: str) -> str:
    """`2025-12-19` as Fri 19 Dec 2025."""
    return said(text, short=True)
