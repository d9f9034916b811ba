"""Notices of a timescale that go out at another moment than before, told as one change of each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping

from engine.definition import Notice
from engine.errors import UsageError
from engine.timescales import parse_moment

Key = tuple[str, frozenset[str], str, str]
"""What two notices have in common that differ only in their moment: the kind, who is told, and from
what and in which unit the moment is counted.
"""


def moved(old: Mapping[str, Notice], new: Mapping[str, Notice]) -> Iterator[tuple[Notice, Notice]]:
    """Each notice that is gone with the one in its place, in the order of their moments.

    The other way round it yields the same, exchanged.
    """
    before = _apart(one for name, one in old.items() if name not in new)
    after = _apart(one for name, one in new.items() if name not in old)
    for key, gone in before.items():
        yield from zip(gone, after.get(key, ()), strict=False)


def number(notice: Notice) -> int:
    """How long after the day from which it is counted a notice goes out; below 0 before it."""
    return parse_moment(notice.at).number


def _apart(notices: Iterable[Notice]) -> dict[Key, list[Notice]]:
    found: dict[Key, list[Notice]] = defaultdict(list)
    for one in notices:
        try:
            moment = parse_moment(one.at)
        except UsageError:
            # A definition that loads has no such.
            continue
        found[one.kind, frozenset(one.tell), moment.anchor, moment.unit].append(one)
    return {key: sorted(every, key=number) for key, every in found.items()}
