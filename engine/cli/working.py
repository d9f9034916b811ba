"""`tick` fires what is due, sends what waits and seals what is new, once; `worker` for ever."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout

import click

from engine import bootstrap
from engine.cli.visit import Visit, reads
from engine.nouns import count


@reads("tick")
def tick(door: Visit) -> None:
    """Fire every notice that is due, send what is waiting, and seal what is new: once."""
    desk = door.desk
    # A notifier that writes to the console does not mix with the answer.
    with redirect_stdout(sys.stderr if door.state.json else sys.stdout):
        done = desk.ask("tick", {})
    said = (
        f"{count(done['fired'], 'notice')} fired, {count(done['sent'], 'message')} sent, "
        f"{count(done['sealed'], 'new event')} put in order."
    )
    idle = not any(done.values())
    lines = ["Nothing was due or waiting to be sent, and nothing is new." if idle else said]
    if number := done["rebuilt"]:
        lines.append(f"{count(number, 'pack')} built again, for their record has changed.")
    if number := done["set_aside"]:
        lines.append(f"{count(number, 'notice')} could not be fired; see open tasks.")
    if number := done["failed"]:
        lines.append(f"{count(number, 'attempt')} failed and will be made again.")
    if number := done["given_up"]:
        lines.append(f"{count(number, 'message')} given up; see `today`.")
    door.answer(done, lines)


@reads("worker")
def worker(door: Visit) -> None:
    """Tick every fifteen seconds until it is stopped with SIGTERM or Ctrl-C.

    It stops by itself, with an exit code other than 0, when it cannot tick: let whatever starts
    it start it again.
    """
    from engine import worker as working

    config = str(bootstrap.config_file(door.options["config"]).resolve())
    place = door.place
    door.remark(f"The worker of {place.log} ticks every {working.INTERVAL:.0f} seconds.")
    door.close()
    code = working.run(lambda held: working.tick_of(config, held=held))
    if code:
        raise click.exceptions.Exit(code)
