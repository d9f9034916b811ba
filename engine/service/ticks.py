"""One tick: what is due fires, what waits is sent, what is new is sealed."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from engine.service import breaking, outbox, ticking, troubles, undealt
from engine.service.accounts import purging
from engine.service.bank_holidays import recounting
from engine.service.outbox import Sender
from engine.service.packs import following
from engine.service.trail import sequencing
from engine.service.troubles import Trouble
from engine.service.workplace import Workplace


@dataclass(frozen=True, slots=True)
class Done:
    """What one tick did."""

    fired: int = 0
    set_aside: int = 0
    sent: int = 0
    failed: int = 0
    given_up: int = 0
    rebuilt: int = 0
    sealed: int = 0
    held: bool = False
    troubles: tuple[Trouble, ...] = ()
    """Why messages wait, where one of them failed."""

    def plain(self) -> dict[str, int]:
        """How much it did of each."""
        counted = asdict(self)
        counted.pop("troubles")
        return counted


def tick(place: Workplace, sender: Sender, *, held: bool = False) -> Done:
    """Fire what is due (unless that is held), send what waits, seal what is new, and say so.

    What is long over of sign-ins is removed, and a few of the packs whose record has changed are
    built again. Raises StorageError when the store cannot be written.
    """
    recounting.settle_recent(place)
    fired = ticking.Fired() if held else ticking.fire_due(place)
    if not held:
        breaking.escalate(place)
        undealt.escalate(place)
    sent = outbox.send_waiting(place, sender)
    rebuilt, lacking = _rebuild(place)
    sealed = sequencing.seal_new(place)
    purging.purge(place)
    ticking.ticked(place)
    return Done(
        fired=fired.notices,
        set_aside=fired.set_aside,
        sent=sent.sent,
        failed=fired.failed + sent.failed + lacking,
        given_up=sent.given_up,
        rebuilt=rebuilt,
        sealed=sealed,
        held=held,
        troubles=tuple(troubles.troubles(place)) if sent.failed or sent.given_up else (),
    )


def _rebuild(place: Workplace) -> tuple[int, int]:
    """Build packs again whose record has changed: how many were, and how many could not be."""
    waiting = following.out_of_date(place)
    if not waiting:
        return 0, 0
    from engine.service.packs import packing

    done = packing.rebuild(place, waiting)
    return done.packs, done.failed
