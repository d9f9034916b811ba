"""Makes the demo: a folder with config.toml, keys, database and messages, and the story in it."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from engine import bootstrap, database, keys, posting
from engine.calendars import at_local
from engine.config import Settings
from engine.demo.telling import Say, Timeline
from engine.errors import ConfigError
from engine.loading import find
from engine.scenarios import reading
from engine.scenarios.playing import Played, Player
from engine.scenarios.story import FOLDER
from engine.service import editions, virtual
from engine.service.packs.packing import Built
from engine.service.trail import checkpoints
from engine.service.trail.verifying import Verdict, verify
from engine.service.virtual import VirtualClock
from engine.service.workplace import By, Workplace
from engine.worker import tick

PROCESS: Final = "child_safeguarding_practice_review"
STORIES: Final = ("a_whole_review", "a_new_referral_says_what_every_step_still_needs")
BEGAN: Final = at_local(date(2025, 12, 1), 9)
"""When the sample partnership began to use Casetrail."""
SAMPLE: Final = Path(__file__).with_name("config.toml")
CHECKPOINT: Final = "checkpoint.txt"
SEED: Final = 16
"""Of the demo's own chance: its references and ids are the same each time, and so is what it says.

Its keys are therefore known to everybody; no real store is made so."""


@dataclass(frozen=True, slots=True)
class Made:
    """What the demo left."""

    folder: Path
    cases: tuple[str, ...]
    """The references: of the whole review, and of the referral that is still open."""
    verdict: Verdict
    messages: int


def make(out: Path, say: Say) -> Made:
    """Play the demo into a folder; `say` is given the timeline line by line.

    Raises ConfigError when the folder holds something already.
    """
    settings = _folder(out)
    chance = random.Random(SEED).randbytes
    keys.make(settings.keys, chance)
    database.create(settings.database, settings.log, clock=virtual.KIND, folder=settings.folder)
    clock = VirtualClock(BEGAN)
    place = bootstrap.begin(settings, clock, chance)
    try:
        editions.activate(place, By("sam"), *editions.shipped(PROCESS))
        cases = _play(place, clock, settings, say)
        verdict = _verified(place, settings.folder)
    finally:
        place.database.close()
    return Made(out, cases, verdict, len(list((settings.folder / "messages").glob("*.eml"))))


def _folder(out: Path) -> Settings:
    try:
        out.mkdir(mode=0o700, parents=True, exist_ok=True)
        if any(out.iterdir()):
            raise ConfigError(
                f"{out} holds something already; name another folder with --out, or remove it."
            )
        config = out / "config.toml"
        config.write_bytes(SAMPLE.read_bytes())
        config.chmod(0o600)
    except OSError as error:
        raise ConfigError(f"The folder {out} cannot be made: {error.strerror}.") from None
    return bootstrap.settings(str(config))


def _play(place: Workplace, clock: VirtualClock, settings: Settings, say: Say) -> tuple[str, ...]:
    folder = find(PROCESS) / FOLDER
    scenarios = [reading.read(folder / f"{name}.toml") for name in STORIES]
    timeline = Timeline(place, scenarios[0].follows, say)
    sender = posting.sender(place, settings)

    def watch(played: Played) -> None:
        timeline.step(played)
        if isinstance(played.outcome, Built):
            (settings.folder / played.outcome.name).write_bytes(played.outcome.content)

    player = Player(
        place, clock, worker=lambda: tick(place, sender), watch=watch, ticked=timeline.tick
    )
    return tuple(player.play(scenario) for scenario in scenarios)


def _verified(place: Workplace, folder: Path) -> Verdict:
    """The verdict against a checkpoint, which is left in the folder."""
    file = folder / CHECKPOINT
    file.write_text(checkpoints.make(place), encoding="utf-8")
    return verify(place, checkpoints.read(place, file))
