"""Who would not get what a rehearsal has them told: without an address, or with one made up."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from engine.calendars import local_date
from engine.decide.what_if.colliding import Collision
from engine.decide.what_if.rehearsal import Fired

Message = dict[str, Any]
Address = Callable[[Fired, Message], str]
"""The address to which a message would go; empty for somebody whom config.toml does not name."""

WITHOUT = "@without-address.invalid"
"""How the address ends of somebody for whom config.toml has none."""
NOBODY = ("invalid",)
MADE_UP = ("invalid", "example", "test", "localhost")
"""The domains that are nobody's (RFC 2606 section 2), by their last part."""
EXAMPLES = ("example.com", "example.net", "example.org")
"""Those of section 3."""


def unreachable(fired: Iterable[Fired], address: Address, *, demo: bool) -> Iterator[Collision]:
    """Those who would be told and would get nothing; of a demo the sample addresses are theirs.

    Where a notice would reach none of those whom it tells, it is one collision of them all.
    """
    for one in fired:
        here = (local_date(one.at).isoformat(), one.ref, one.timescale, one.of)
        sent = {str(each["person"]): address(one, each) for each in one.messages}
        lost = {person: to for person, to in sent.items() if _is_lost(to, demo=demo)}
        if lost and len(lost) == len(sent):
            yield Collision("nobody gets it", *here, people=tuple(lost))
            continue
        for person, to in lost.items():
            why = "" if to.endswith(WITHOUT) else to
            yield Collision("no address", *here, people=(person,), why=why)


def _is_lost(address: str, *, demo: bool) -> bool:
    domain = address.rpartition("@")[2].casefold().rstrip(".")
    last = domain.rpartition(".")[2]
    if not domain or last in NOBODY:
        return True
    return not demo and (last in MADE_UP or f".{domain}".endswith(tuple(f".{e}" for e in EXAMPLES)))
