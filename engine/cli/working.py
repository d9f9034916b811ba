"""`tick` fires what is due, sends what waits and seals what is new, once; `worker` for ever."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from contextlib import redirect_stdout
from typing import Final

import click

from engine import bootstrap, log, posting
from engine import worker as working
from engine.cli import not_sent, printing
from engine.cli.visit import Visit, reads
from engine.config import Settings
from engine.errors import EngineError
from engine.hooks.rounds import Round, need_all
from engine.nouns import count
from engine.service.calls import declaring
from engine.service.calls.making import Caller, Made
from engine.service.workplace import Workplace
from engine.verbs.verb import Document


@reads("tick")
def tick(door: Visit) -> None:
    """Fire every notice that is due, send what is waiting, and seal what is new: once."""
    desk = door.desk
    # A notifier that writes to the console does not mix with the answer.
    with redirect_stdout(sys.stderr if door.state.json else sys.stdout):
        # What is left in the inbox of a server, and its programs, are for whoever runs it.
        every, failed = ((), None) if door.away else _before(door)
        done = desk.ask("tick", {})
        made = Made() if door.away else _calls(door)
    said = (
        f"{count(done['fired'], 'notice')} fired, {count(done['sent'], 'message')} sent, "
        f"{count(done['sealed'], 'new event')} put in order."
    )
    idle = not any((*done.values(), *made))
    lines = ["Nothing was due or waiting to be sent, and nothing is new." if idle else said]
    door.answer(*_with_calls(done, [*lines, *_more(done, every)], made))
    if failed:
        raise failed


REMARKS: Final = (
    ("rebuilt", "pack", "built again, for their record has changed."),
    ("set_aside", "notice", "could not be fired; see open tasks."),
    ("failed", "attempt", "failed and will be made again."),
    ("given_up", "message", "given up; see `today`."),
)
"""What of a tick is said where there was any."""


def _more(done: Document, every: Sequence[Round]) -> list[str]:
    """What became of files of the inbox, and what else there is to say."""
    refused = sum(len(one.refused) for one in every)
    answered = refused + sum(one.taken for one in every)
    lines = [f"{count(answered, 'file')} of the inbox answered."] if answered else []
    lines += [f"{count(refused, 'file')} of them refused; see `today`."] if refused else []
    lines += [f"{count(done[name], what)} {said}" for name, what, said in REMARKS if done[name]]
    for trouble in done["troubles"]:
        lines += printing.paragraph(not_sent.said(trouble), 0, 2)
    return lines


def _with_calls(done: Document, lines: list[str], made: Made) -> tuple[Document, list[str]]:
    if not any(made):
        return done, lines
    calls = f"{count(made.done, 'call')} made after steps, {made.failed} failed."
    lost = f"{count(made.given_up, 'call')} given up; see `today`."
    return {**done, "calls": made._asdict()}, [*lines, calls, *([lost] if made.given_up else [])]


def _before(door: Visit) -> tuple[Sequence[Round], EngineError | None]:
    """What other systems left is taken, and what is declared to be called is put on record."""
    found = _inbox(door.settings, lambda: door.place)
    if after := door.settings.after:
        declaring.note(door.place, after.values())
    return found


def _calls(door: Visit) -> Made:
    """What became of the calls after steps that were due; it is waited for all of them."""
    settings = door.settings
    if not settings.after:
        return Made()
    return Caller().round(door.place, settings.after, settings.notify.link)


def _round(config: str, *, held: bool) -> working.Done:
    """One tick, and before it what other systems left in the inbox."""
    settings = bootstrap.settings(config)
    opened: list[Workplace] = []

    def place() -> Workplace:
        opened.append(bootstrap.workplace(settings))
        return opened[0]

    try:
        every, failed = _inbox(settings, place)
    finally:
        for made in opened:
            made.database.close()
    for one in every:
        if one.taken or one.refused:
            # Of a file that is left nothing is new: it would be said every fifteen seconds.
            log.note("files of an inbox", hook=one.hook, **one.done._asdict())
    if failed:
        log.alarm("the inbox failed", folder=log.Sentence(settings.inbox), **working.named(failed))
    return working.tick_of(config, held=held)


def _inbox(
    settings: Settings, place: Callable[[], Workplace]
) -> tuple[Sequence[Round], EngineError | None]:
    """What became of the inbox, and what went wrong with it: what is due is told all the same."""
    if settings.inbox is None:
        return (), None
    from engine.hooks import inbox

    every: Sequence[Round] = ()
    try:
        every = inbox.rounds(place(), settings)
        need_all(every)
    except EngineError as error:
        return every, error
    return every, None


@reads("worker")
def worker(door: Visit) -> None:
    """Tick every fifteen seconds until it is stopped with SIGTERM or Ctrl-C.

    It reads config.toml anew at each tick. A mistake there is logged as a sentence,
    and whatever else goes wrong by its kind; after a minute without a good tick it stops by itself,
    with an exit code other than 0: let whatever starts it start it again. It does not start with
    settings by which nothing could be sent. Its log is JSON lines on standard error.
    """
    from engine import worker as working

    config = str(bootstrap.config_file(door.options["config"]).resolve())
    place = door.place
    posting.sender(place, door.settings)
    door.remark(f"The worker of {place.log} ticks every {working.INTERVAL:.0f} seconds.")
    door.close()
    calls = working.Calls(config)
    code = working.run(lambda held: _round(config, held=held), calls=calls)
    if code:
        raise click.exceptions.Exit(code)
