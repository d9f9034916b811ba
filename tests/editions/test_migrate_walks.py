from __future__ import annotations

import random
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from engine import database, queries
from engine.case import RUNNING
from engine.decide.moving.carrying import CHOICES
from engine.definition import Condition, Guard, Workflow
from engine.loading import load
from tests import moving
from tests.walking import Walk
from tests.worlds import SAMPLE, World, place_on

EXPLORING = settings().max_examples > 100
WALKS = 60 if EXPLORING else 12
STEPS = 24
INCIDENT = load(SAMPLE)
DUE = (
    "within 3 working days of aware_on",
    "within 9 working days of aware_on",
    "within 2 weeks of notified_on",
    "within 1 month of happened_on",
    "as soon as practicable after aware_on",
)

Parts = dict[str, Any]
Redraft = Callable[[Parts, random.Random], None]


def _step(parts: Parts, chance: random.Random) -> str:
    return chance.choice(sorted(parts["transitions"]))


def _clock(parts: Parts, chance: random.Random) -> str:
    return chance.choice(sorted(parts["timescales"]))


def redirect(parts: Parts, chance: random.Random) -> None:
    """A step leads elsewhere."""
    name, places = _step(parts, chance), [s.id for s in parts["states"].values() if not s.abstract]
    step = parts["transitions"][name]
    if step.to:
        parts["transitions"][name] = step._replace(to=chance.choice(places))


def need_more(parts: Parts, chance: random.Random) -> None:
    """A step needs something else on file."""
    name = _step(parts, chance)
    step = parts["transitions"][name]
    wanted = chance.choice(("form", "happened_on", "report", "letter_says"))
    parts["transitions"][name] = step._replace(on_file=(*step.on_file, wanted))


def need_less(parts: Parts, chance: random.Random) -> None:
    """A step needs nothing on file, asks nobody and waits for nothing."""
    name = _step(parts, chance)
    parts["transitions"][name] = parts["transitions"][name]._replace(
        on_file=(), asked=(), approve=(), only_if=Guard()
    )


def guard(parts: Parts, chance: random.Random) -> None:
    """A step may be taken only where it happened elsewhere."""
    name = _step(parts, chance)
    line = Condition("place", "is", (chance.choice(("in our area", "elsewhere")),))
    parts["transitions"][name] = parts["transitions"][name]._replace(only_if=Guard(((line,),)))


def hand_over(parts: Parts, chance: random.Random) -> None:
    """Somebody else takes a step."""
    name = _step(parts, chance)
    who = (chance.choice(sorted(r for r in parts["roles"] if r != "national_panel")),)
    parts["transitions"][name] = parts["transitions"][name]._replace(who=who)


def drop_step(parts: Parts, chance: random.Random) -> None:
    """A step is no more, and no clock is met or stopped by it."""
    name = _step(parts, chance)
    del parts["transitions"][name]
    for key, one in parts["timescales"].items():
        met = tuple(step for step in one.met_by if step != name)
        stops = tuple(step for step in one.stops_if if step != name)
        parts["timescales"][key] = one._replace(met_by=met, stops_if=stops)


def recount(parts: Parts, chance: random.Random) -> None:
    """A timescale allows another time, perhaps from another day."""
    name = chance.choice(("notification", "review"))
    if name in parts["timescales"]:
        one = parts["timescales"][name]
        variant = one.variants[0]._replace(due=chance.choice(DUE))
        parts["timescales"][name] = one._replace(variants=(variant,))


def localise(parts: Parts, chance: random.Random) -> None:
    """A timescale rests on local practice alone."""
    name = _clock(parts, chance)
    one = parts["timescales"][name]
    variant = one.variants[0]
    time_from = variant.time_from._replace(kind="local")
    parts["timescales"][name] = one._replace(
        duty="", variants=(variant._replace(time_from=time_from),)
    )


def meet_otherwise(parts: Parts, chance: random.Random) -> None:
    """A timescale is met or stopped by another step."""
    name, step = _clock(parts, chance), _step(parts, chance)
    field = chance.choice(("met_by", "stops_if"))
    parts["timescales"][name] = parts["timescales"][name]._replace(**{field: (step,)})


def condition(parts: Parts, chance: random.Random) -> None:
    """A timescale applies only where it happened in one place."""
    name = _clock(parts, chance)
    line = Condition("place", "is", (chance.choice(("in our area", "elsewhere")),))
    parts["timescales"][name] = parts["timescales"][name]._replace(only_if=Guard(((line,),)))


def elsewhere(parts: Parts, chance: random.Random) -> None:
    """A timescale starts in another state."""
    name = _clock(parts, chance)
    places = [s.id for s in parts["states"].values() if not s.abstract]
    parts["timescales"][name] = parts["timescales"][name]._replace(
        starts_in=(chance.choice(places),)
    )


def drop_clock(parts: Parts, chance: random.Random) -> None:
    """A timescale is no more."""
    if len(parts["timescales"]) > 1:
        del parts["timescales"][_clock(parts, chance)]


def silence(parts: Parts, chance: random.Random) -> None:
    """Nobody is reminded of a timescale any more."""
    name = _clock(parts, chance)
    parts["timescales"][name] = parts["timescales"][name]._replace(notices=())


def drop_question(parts: Parts, chance: random.Random) -> None:
    """A question that no rule needs is asked no more."""
    parts["questions"].pop("name", None)


REDRAFTS: tuple[Redraft, ...] = (
    redirect,
    need_more,
    need_less,
    guard,
    hand_over,
    drop_step,
    recount,
    recount,
    localise,
    meet_otherwise,
    condition,
    elsewhere,
    drop_clock,
    silence,
    drop_question,
)


def redrafted(world: World, chance: random.Random) -> Workflow:
    """An edition in use of which one to three things are otherwise."""
    kinds = ("questions", "states", "transitions", "timescales", "roles")
    parts: Parts = {kind: dict(getattr(INCIDENT, kind)) for kind in kinds}
    for redraft in chance.choices(REDRAFTS, k=chance.randint(1, 3)):
        redraft(parts, chance)
    return moving.made(world, **parts)


def stroll(walk: Walk, chance: random.Random, steps: int) -> None:
    """Work on the cases for a while."""
    deeds: tuple[Callable[[], None], ...] = (
        lambda: walk.advance(chance.randrange(9999), chance.randrange(9999)),
        lambda: walk.advance(chance.randrange(9999), chance.randrange(9999)),
        lambda: walk.advance(chance.randrange(9999), chance.randrange(9999)),
        lambda: walk.jump(chance.randrange(9999), chance.randrange(9999)),
        lambda: walk.record(chance.randrange(9999), chance.randrange(9999)),
        lambda: walk.correct(chance.randrange(9999), chance.randrange(9999)),
        lambda: walk.undo(chance.randrange(9999)),
        lambda: walk.redate(chance.randrange(9999), chance.randrange(9999)),
        lambda: walk.approve(chance.randrange(9999), chance.randrange(9999)),
        lambda: walk.add_person(chance.randrange(9999)),
        lambda: walk.attach(chance.randrange(9999), chance.randrange(9999)),
        lambda: walk.wait(chance.randint(1, 12)),
    )
    for _ in range(steps):
        chance.choice(deeds)()


class Moving(Walk):
    """A walk whose cases may have come by steps of another edition, which no map of this has."""

    def problems(self, ref: str) -> list[str]:
        """What the map says is not asked."""
        return []


@settings(max_examples=WALKS)
@given(seed=st.integers(0, 10**9))
def test_no_case_is_moved_to_where_a_fresh_case_could_not_be(
    sqlite_sample: Path, seed: int
) -> None:
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "casetrail.db"
        shutil.copy(sqlite_sample, file)
        file.chmod(0o600)
        store = database.open(f"sqlite:///{file}", durable=False)
        try:
            _walked_and_moved(World(*place_on(store)), chance)
        finally:
            store.close()


DUTIES = ("notification", "copies")


def duties(world: World) -> dict[Any, tuple[str, str]]:
    """The clocks of duties of all open cases: the status of each, and its day."""
    with world.place.database.read() as tx:
        rows = tx.rows(queries.everything("cases"))
    refs = [str(row[1]) for row in rows if "." not in str(row[1])]
    return {
        key: (str(row["status"]), str(row["due_on"] or ""))
        for ref in refs
        for key, row in moving.case_of(world, ref).deadlines().items()
        if key[1] in DUTIES
    }


def no_duty_is_looser(before: Any, after: Any, wishes: Mapping[str, str]) -> None:
    """Assert that a move to which nobody agreed has made no duty later, and ended none unsaid."""
    for key, (status, day) in before.items():
        now, then = after[key]
        if status not in RUNNING or not day:
            continue
        if now in RUNNING:
            assert then
            assert then <= day
        else:
            assert wishes.get(key[1]) == "stop"


def _walked_and_moved(world: World, chance: random.Random) -> None:
    walk = Moving(world.place, world.clock, "incident", "bess")
    for _ in range(3):
        walk.open(chance.randrange(9999))
    stroll(walk, chance, STEPS)
    newer = redrafted(world, chance)
    wishes = {name: chance.choice(CHOICES) for name in INCIDENT.timescales if chance.random() < 0.3}
    owed = duties(world)
    found = moving.move(world, clocks=wishes, provision="reg 1" if chance.random() < 0.5 else "")
    no_duty_is_looser(owed, duties(world), wishes)
    moved = [one for one in found if not one.refused]
    assert world.verdict().problems == []
    for one in found:
        assert one.refused == bool(one.needs)
    for one in moved:
        assert moving.edition_of(world, one.ref) == newer.hash
        for plan in one.plans:
            moving.as_a_fresh_case(
                world, plan.ref, stopped=bool({"stop", "keep"} & {*wishes.values()})
            )
    if chance.random() < 0.5:
        moving.back(world)
        assert world.verdict().problems == []
    stroll(walk, chance, STEPS // 2)
    assert world.verdict().problems == []
