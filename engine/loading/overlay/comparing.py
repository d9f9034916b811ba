"""How each key of a base may differ under an overlay: not at all, by more, by fewer, stricter."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engine.definition import Approval, Notice, Variant, Workflow
from engine.errors import UsageError
from engine.loading.checks.rules import Problem
from engine.loading.overlay.authority import authority
from engine.loading.overlay.days import both_hold, first_gap
from engine.loading.overlay.stronger import UndecidedError, both, can_hold, let_through
from engine.loading.overlay.wording import are_shown, law_of
from engine.timescales import parse

KEYS = {"starts": "from", "start": "from", "choices": "answer"}
"""The keys of files for what the engine calls otherwise."""

_ALSO = "Leave out what the base says, and write what is added under [{}.{}.also]."


@dataclass(frozen=True, slots=True)
class Change:
    """A key of the base that is another under an overlay."""

    section: str
    key: str
    old: Any
    new: Any
    between: tuple[Workflow, Workflow]
    """The process without the overlay, and with it."""

    @property
    def before(self) -> Any:
        """What the base says."""
        return getattr(self.old, self.key)

    @property
    def after(self) -> Any:
        """What is said with the overlay."""
        return getattr(self.new, self.key)

    @property
    def what(self) -> str:
        """The key and its table in words: `"who" of transition "decide"`."""
        key = f'"{KEYS.get(self.key, self.key)}"'
        return key if self.section == "head" else f'{key} of {self.section} "{self.old.id}"'

    @property
    def rests_on(self) -> str:
        """On whose authority it stands."""
        return authority(self.old, self.between[0])

    def problem(self, sentence: str, hint: str = "", at: str = "") -> Problem:
        """What is loosened, at the key that loosens it."""
        place = () if self.section == "head" else (at or self.key,)
        return Problem(place, sentence, hint)


Check = Callable[[Change], Iterator[Problem]]

_WORDS = {
    "ask": "what {} asks",
    "said": "how an answer to {} is said",
    "title": "what {} is called",
    "leaves_building": "what leaves the building with {}",
}


def words(change: Change) -> Iterator[Problem]:
    """What people read may be said in a partnership's own words; of titles see `titles`."""
    yield from ()


def words_kept(change: Change) -> Iterator[Problem]:
    """What people act on keeps its words, after which a partnership's own are shown."""
    if not are_shown(change.key, change.before, change.after):
        table = f"{change.section}.{change.old.id}"
        hint = f"Write them under [{table}.also], and they are shown after those of the base."
        yield from _said_otherwise(change, hint)


def words_as_they_are(change: Change) -> Iterator[Problem]:
    """Words into which an answer is put, so that nothing is added to them either."""
    if change.before:
        yield from _said_otherwise(change, "Leave it out.")
    else:
        said = f'An overlay does not say how an answer to question "{change.old.id}" is said; it '
        yield change.problem(f"{said}rests on {change.rests_on}.", "Leave it out.")


def _said_otherwise(change: Change, hint: str) -> Iterator[Problem]:
    if law := law_of(change.old, change.between[0]):
        thing = f'{change.section} "{change.old.id}"'
        what = _WORDS.get(change.key, "what is explained of {}").format(thing)
        said = f'This says otherwise {what}, "{change.before}"; it rests on {law}.'
        yield change.problem(said, hint)


def same(change: Change) -> Iterator[Problem]:
    """What an overlay never changes."""
    said = f"An overlay does not change {change.what}, which rests on {change.rests_on}."
    yield change.problem(said)


def only_more(change: Change) -> Iterator[Problem]:
    """A list to which an overlay may add, and from which it takes nothing away."""
    if gone := [name for name in change.before if name not in change.after]:
        hint = "" if change.section == "head" else _ALSO.format(change.section, change.old.id)
        said = f"This takes {_listed(gone)} away from {change.what}, which rests on "
        yield change.problem(f"{said}{change.rests_on}.", hint)


def only_fewer(change: Change) -> Iterator[Problem]:
    """A list from which an overlay may take, and to which it adds nothing."""
    if added := [name for name in change.after if name not in change.before]:
        said = f"This adds {_listed(added)} to {change.what}, which rests on {change.rests_on}."
        yield change.problem(said, f"There may be fewer of {_listed(change.before)}, and no other.")


def only_narrower(change: Change) -> Iterator[Problem]:
    """As only_fewer, of a list that means everybody where it is empty."""
    if change.before:
        yield from only_fewer(change)


def only_to_true(change: Change) -> Iterator[Problem]:
    """What may become so, and not cease to be so."""
    if change.before:
        yield from same(change)


def only_to_false(change: Change) -> Iterator[Problem]:
    """What may cease to be so, and not become so."""
    if not change.before:
        yield from same(change)


def by_local_questions(change: Change) -> Iterator[Problem]:
    """More may be asked anew, if only the overlay asks it: else answers of the base are lost."""
    yield from only_more(change)
    base = change.between[0].questions
    if lost := [name for name in change.after if name in base and name not in change.before]:
        said = f"This asks {_listed(lost)} anew, and what was answered before no longer counts; "
        hint = "Only questions of your own are asked anew by more steps."
        yield change.problem(f"{said}the step rests on {change.rests_on}.", hint)


def seen_by_fewer(change: Change) -> Iterator[Problem]:
    """Fewer may see an answer, or never more than before where a moment was waited for."""
    known = {entry.partition(" until ")[0] for entry in change.before}
    allowed = {*change.before, *known}
    added = [entry for entry in change.after if entry not in allowed]
    if change.before and added:
        said = f"This lets {_listed(added)} see what {change.what} keeps from them; it rests on "
        yield change.problem(f"{said}{change.rests_on}.")


def approved_by_no_fewer(change: Change) -> Iterator[Problem]:
    """Each approval of the base is asked for, by no others and by at least as many."""
    for approval in change.before:
        if not any(_covers(one, approval) for one in change.after):
            said = f'This asks for less than the approval of "{approval.of}" in {change.what}, '
            hint = _ALSO.format(change.section, change.old.id)
            yield change.problem(f"{said}which rests on {change.rests_on}.", hint)


def _covers(new: Approval, old: Approval) -> bool:
    return new.of == old.of and {*new.by} <= {*old.by} and new.at_least >= old.at_least


def notices_kept(change: Change) -> Iterator[Problem]:
    """Each notice of the base is sent, to all whom it told."""
    after: Mapping[str, Notice] = {notice.id: notice for notice in change.after}
    for notice in change.before:
        kept = after.get(notice.id)
        gone = [who for who in notice.tell if kept is None or who not in kept.tell]
        if gone:
            said = f'This no longer tells {_listed(gone)} "{notice.at}" of timescale '
            said += f'"{change.old.id}", which rests on {change.rests_on}.'
            hint = _ALSO.format(change.section, change.old.id)
            yield change.problem(said, hint, at=notice.kind)


def stricter_guard(change: Change) -> Iterator[Problem]:
    """A step may be possible in fewer cases, and must be in some."""
    yield from _no_case_more(change, change.after, change.before, "lets through")
    if not can_hold(change.after, change.between[1]):
        said = f'With {change.what} and that of the base, no case can ever take "{change.old.id}".'
        yield change.problem(said)


def wider_guard(change: Change) -> Iterator[Problem]:
    """A timescale applies in all cases that the base means; in more only where its time is local,
    for in others neither the law nor guidance says what it is said to say.
    """
    yield from _no_case_more(change, change.before, change.after, "leaves out")
    if law_of(change.old, change.between[0]):
        yield from _no_case_more(change, change.after, change.before, "takes in", _OWN_CASES)


def wider_where_undecided(change: Change) -> Iterator[Problem]:
    """A step that is possible in fewer cases may leave more undecided, and says in which."""
    if change.before.tables:
        yield from _no_case_more(change, change.before, change.after, "leaves out")
    new = change.between[1]
    taken = both(change.after, change.new.only_if)
    try:
        known = change.before.tables and let_through(taken, change.before, new) is None
    except UndecidedError:
        known = False
    if not known and can_hold(taken, new):
        said = f"{change.what} says that nothing is decided where the step can be taken; it rests "
        hint = "Name only cases that only_if leaves out."
        yield change.problem(f"{said}on {change.rests_on}.", hint)


_MEANS = {"lets through": "refuses", "leaves out": "means", "takes in": "leaves out"}
_OWN_CASES = "For those cases write a timescale of your own, [timescale.NAME], with a local time."


def _no_case_more(
    change: Change, wide: Any, narrow: Any, verb: str, hint: str = ""
) -> Iterator[Problem]:
    try:
        example = let_through(wide, narrow, change.between[1])
    except UndecidedError:
        said = f"{change.what} is too long to be compared with that of the base."
        yield change.problem(f"{said[:1].upper()}{said[1:]}", "Write it in fewer lines.")
        return
    if example is not None:
        said = f"{_capital(change.what)} {verb} what the base {_MEANS[verb]}, such as a case where "
        yield change.problem(f"{said}{example}; it rests on {change.rests_on}.", hint)


def own_time(change: Change) -> Iterator[Problem]:
    """A time that the law or guidance sets is its own; a local one a partnership sets itself."""
    before, after = change.before, change.after
    outer = [variant for variant in before if variant.time_from.kind != "local"]
    name, hint = change.old.id, "A time of your own is a timescale of your own, [timescale.NAME]."
    if not after:
        return  # what was written could not be read, and is told of as that
    if outer:
        set_by = max(outer, key=lambda variant: variant.since).time_from
        said = f"{_what_of_time(change)}, which {set_by.source} ({set_by.kind}) sets."
        yield change.problem(said, hint, at=_at(change))
    elif any(one.time_from.kind != "local" or not one.time_from.source for one in after):
        said = f'The time of timescale "{name}" is local: an overlay says whose it is.'
        whose = 'Write time_from = { kind = "local", says = "should", source = "..." } beside it.'
        yield change.problem(said, whose, at=_at(change))
    elif not _same_form(before, after):
        said = f'Timescale "{name}" counts as the base counts, from the same date; only its length '
        yield change.problem(f"{said}is local. It rests on {change.rests_on}.", hint, _at(change))
    elif gap := first_gap(before, after):
        said = f'No time would hold for timescale "{name}", for what starts {gap.days}, and that '
        said += f'of the base holds then: "{gap.rule.due}". It rests on {change.rests_on}.'
        yours = "Let yours hold on all days on which that of the base does."
        yield change.problem(said, yours, at=_at(change))
    elif change.old.duty and (longer := _not_shorter(before, after)):
        said = f'{longer} for timescale "{name}", a duty ({change.old.duty}), whose local time '
        yield change.problem(f"{said}may only be shorter.", hint, _at(change))


def _at(change: Change) -> str:
    before, after = change.before, change.after
    if len(after) != 1:
        return "variant"
    if len(before) != 1 or before[0].due != after[0].due:
        return "keep" if change.old.keep else "due"
    fields = Variant._fields
    return next(key for key in fields if getattr(before[0], key) != getattr(after[0], key))


def _what_of_time(change: Change) -> str:
    key, name = _at(change), change.old.id
    if key != "due":
        return f'An overlay does not change "{key}" of timescale "{name}"'
    old = max(change.before, key=lambda variant: variant.since).due
    new = change.after[0].due
    if new == old:
        said = f'"{new}" would be the time on every day, and the base says from when to when each '
        return f'{said}holds, for timescale "{name}"'
    return f'"{new}" is {_length(old, new)} than "{old}" for timescale "{name}"'


def _not_shorter(before: Iterable[Variant], after: Iterable[Variant]) -> str:
    """How a time that is not known to be as short as those of the base for the same days differs
    from them.
    """
    for new in after:
        for old in (one for one in before if both_hold(one, new)):
            length = "" if new.due == old.due else _length(old.due, new.due)
            if length and length != "a shorter time":
                return f'"{new.due}" is {length} than "{old.due}"'
    return ""


def _length(old: str, new: str) -> str:
    try:
        before, after = parse(old), parse(new)
    except UsageError:
        return "another time"
    if (before.form, before.unit, before.anchor) != (after.form, after.unit, after.anchor):
        return "another time"
    longer = (after.number > before.number) != (before.form in ("before", "after"))
    return "a longer time" if longer else "a shorter time"


def _same_form(before: Iterable[Variant], after: Iterable[Variant]) -> bool:
    forms = {(parse(one.due).form, parse(one.due).anchor) for one in before}
    return forms == {(parse(one.due).form, parse(one.due).anchor) for one in after}


def _listed(names: Iterable[str]) -> str:
    shown = [f'"{name}"' for name in names]
    return " and ".join(part for part in (", ".join(shown[:-1]), *shown[-1:]) if part)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


POLICIES: Mapping[str, Mapping[str, Check]] = {
    "role": {
        "title": words,
        "reads": only_narrower,
        "reads_in": only_narrower,
    },
    "group": {"title": words},
    "question": {
        "ask": words_kept,
        "said": words_as_they_are,
        "help": words_kept,
        "because": words,
        "restricted": only_to_true,
        "may_change": only_to_false,
        "seen_by": seen_by_fewer,
    },
    "state": {"title": words, "says": words_kept},
    "transition": {
        "title": words_kept,
        "says": words_kept,
        "leaves_building": words_kept,
        "who": only_fewer,
        "only_if": stricter_guard,
        "undecided_if": wider_where_undecided,
        "on_file": only_more,
        "asked": only_more,
        "approve": approved_by_no_fewer,
        "tell": only_more,
        "asks": only_more,
        "asks_anew": by_local_questions,
    },
    "timescale": {
        "title": words_kept,
        "note": words_kept,
        "only_if": wider_guard,
        "provisional": only_to_true,
        "notices": notices_kept,
        "variants": own_time,
    },
    "pack": {"title": words, "requires": only_more},
}
"""By section and key; a key that does not stand here is never changed."""
