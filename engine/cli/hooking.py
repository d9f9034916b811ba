"""Hooks: what other systems may call, what is called after steps, whether it fits, and secrets."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from typing import Any

import click

from engine.cli import printing
from engine.cli.door import argument
from engine.cli.visit import Visit, reads
from engine.config.hooks import Hook
from engine.errors import ConfigError, RefusedError, UsageError
from engine.guessing import resembling
from engine.hooks import fitting, inbox, secrets
from engine.hooks.rounds import Done, Told, need_all
from engine.nouns import count
from engine.service import references
from engine.service.calls import declaring, listing
from engine.service.calls.after import EVERY
from engine.service.calls.wording import Document
from engine.verbs.naming import called


@reads("list")
def list_(door: Visit) -> None:
    """List what other systems may call, what is called after steps, and how many calls wait."""
    hooks = door.settings.hooks.values()
    lines = [f"{hook.id}: {_said(door, hook)}" for hook in hooks]
    counts = listing.counted(door.place, door.settings.after.values())
    lines += [f"{one['id']}: {_called(door, one)}" for one in counts]
    found = {"hooks": [_plain(hook) for hook in hooks], "after": counts}
    door.answer(found, lines or ["There is no [[hook]] and no [[after]]."])


@reads("check")
def check(door: Visit) -> None:
    """Check every hook against the processes in use; a mistake is said with its line."""
    place, settings = door.place, door.settings
    wrong = fitting.check(place, settings)
    if wrong:
        raise ConfigError("\n".join(map(str, wrong)))
    declaring.note(place, settings.after.values())
    every = len(settings.hooks) + len(settings.after)
    said = f"{count(every, 'hook')} checked; all fit the processes in use."
    door.answer({"hooks": every, "mistakes": []}, [said])


@reads("secret", argument("endpoint"))
def secret(door: Visit, endpoint: str) -> None:
    """Make a new secret for an endpoint. The one before it holds until its file is removed."""
    settings = door.settings
    hook = settings.hooks.get(endpoint)
    if hook is None:
        near = resembling(endpoint, settings.hooks, 1)
        meant = f'Did you mean "{near[0]}"?' if near else "`hook list` lists those there are."
        raise UsageError(f"config.toml declares no hook of this id. {meant}")
    new, older = secrets.renew(settings.folder, hook, os.urandom)
    lines = [f"The secret is in {new}; give it to whoever calls {endpoint}, and to nobody else."]
    if older and older.name not in {os.path.basename(name) for name in hook.secrets}:
        lines.append(f"The one before it is in {older}; it holds only once secrets names that too.")
    elif older:
        lines.append(f"The one before it holds until you remove {older}.")
    kept = str(older) if older else None
    door.answer({"endpoint": endpoint, "file": str(new), "older": kept}, lines)


@reads("try", argument("after"), argument("ref"))
def try_(door: Visit, after: str, ref: str) -> None:
    """Print what a program would be told of the latest step that it is called after; run nothing.

    It is the document that the program gets, as JSON.
    """
    settings = door.settings
    found = settings.after.get(after)
    if found is None:
        near = resembling(after, settings.after, 1)
        meant = f'Did you mean "{near[0]}"?' if near else "`hook list` lists those there are."
        raise UsageError(f"config.toml declares no [[after]] of this id. {meant}")
    ref = references.read(ref)
    place = door.admitted("hook try", ref)
    told = listing.latest(place, found, ref, settings.notify.link)
    door.answer(told, [json.dumps(told, ensure_ascii=False, indent=2)])


@reads("inbox")
def inbox_(door: Visit) -> None:
    """Take what lies in the folders of [inbox] once; the worker does it every fifteen seconds.

    It ends with exit code 4 when something was refused.
    """
    every = inbox.rounds(door.place, door.settings)
    done, lines = Done(), list[str]()
    for one in every:
        done = done.and_also(one.done)
        lines += _files("Refused", one.refused) + _files("Left", one.left)
    said = (
        f"{count(done.taken, 'file')} taken, {count(done.refused, 'file')} refused, "
        f"{count(done.left, 'file')} left for the next time."
    )
    document = {
        **done._asdict(),
        "files": [
            {"path": _named(told), "refused": told in one.refused, "why": list(told.why)}
            for one in every
            for told in (*one.refused, *one.left)
        ],
    }
    wrong = any(one.wrong for one in every)
    lines += [said if any(done) else "Nothing was there."] if any(done) or not wrong else []
    door.answer(document, lines)
    need_all(every)
    if done.refused:
        raise click.exceptions.Exit(RefusedError.exit_code)


def _files(what: str, files: Iterable[Told]) -> list[str]:
    """Which files, each on a line that can be copied, and why: names that others have written, for
    the terminal alone.
    """
    return [
        line
        for told in files
        for line in (f"{what}: {_named(told)}", *printing.paragraph("; ".join(told.why), 4))
    ]


def _named(told: Told) -> str:
    """A path on one line, in letters that can be written."""
    return os.fsencode(told.path).decode(errors="replace").replace("\n", "<U+000A>")


def _said(door: Visit, hook: Hook) -> str:
    doing = {"open": "opens a case", "record": "records answers"}.get(hook.verb)
    said = doing or f"takes the step {hook.transition}"
    return f"{said} ({hook.process}), recorded by {called(door.place, hook.person)}"


def _called(door: Visit, counts: Document) -> str:
    after = door.settings.after.get(counts["id"])
    steps = "every step" if after and after.steps == (EVERY,) else "steps"
    said = f"called after {steps} ({after.process})" if after else "declared no more"
    found = [f"{counts['waiting']} waiting", f"{counts['done']} done"]
    if counts["failing"]:
        found[0] += f", {counts['failing']} of them after a failure ({counts['last_failure']})"
    if lost := counts["given_up"] + counts["abandoned"]:
        found.append(f"{lost} given up")
    return f"{said}; {', '.join(found)}"


def _plain(hook: Hook) -> dict[str, Any]:
    return {
        "id": hook.id,
        "process": hook.process,
        "does": hook.deed,
        "may": list(hook.may),
        "person": hook.person,
        "answers": [one.name for one in hook.answers],
        "signed": bool(hook.secrets),
    }
