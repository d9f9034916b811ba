"""The rules that a process says of itself, against which `workflow verify` holds its definition."""

from __future__ import annotations

from typing import Final, NamedTuple


class OwnRule(NamedTuple):
    """Something that must be so on every way a case can go, with its source.

    Of the keys after `duty`, those of one kind are given; see `KINDS`.
    """

    id: str
    says: str
    source: str
    confirmed: str
    """read, second-hand, recalled or disputed."""
    checked: str = ""
    duty: str = ""
    in_force_since: str = ""
    in_force_until: str = ""
    only: tuple[str, ...] = ()
    may: tuple[str, ...] = ()
    enter: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    on_file: tuple[str, ...] = ()
    asked: tuple[str, ...] = ()
    approved: tuple[str, ...] = ()
    approved_by: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    since: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    never: tuple[str, ...] = ()
    until: tuple[str, ...] = ()
    start: tuple[str, ...] = ()
    """Where the ways begin of which it speaks (the file's `from`)."""
    to: tuple[str, ...] = ()
    passes: tuple[str, ...] = ()
    timescale: tuple[str, ...] = ()
    """Of several, one at least."""
    runs_in: tuple[str, ...] = ()
    runs_after: tuple[str, ...] = ()
    stopped_by: tuple[str, ...] = ()
    """The steps that alone make it no longer apply."""
    when: tuple[str, ...] = ()
    tells: tuple[str, ...] = ()


def holds_on(rule: OwnRule, day: str) -> bool:
    """Whether a rule is to hold of cases of this day, `2020-05-01`."""
    return rule.in_force_since <= day and (not rule.in_force_until or day <= rule.in_force_until)


class Kind(NamedTuple):
    """A kind of rule: the key by which it is known, and the keys that go with it."""

    needed: tuple[str, ...]
    """One of these at least must be given with it."""
    others: tuple[str, ...] = ()


KINDS: Final[dict[str, Kind]] = {
    "only": Kind(("may", "enter")),
    "before": Kind(("on_file", "asked", "approved_by", "taken"), ("since", "approved")),
    "after": Kind(("never",), ("until",)),
    "start": Kind(("passes",), ("to",)),
    "timescale": Kind(("runs_in", "runs_after", "stopped_by")),
    "when": Kind(("tells",)),
}
