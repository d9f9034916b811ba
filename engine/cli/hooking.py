"""Hooks, by which other systems come in: what there is, whether it fits, and their secrets."""

from __future__ import annotations

import os
from typing import Any

from engine.cli.door import argument
from engine.cli.visit import Visit, reads
from engine.config.hooks import Hook
from engine.errors import ConfigError, UsageError
from engine.guessing import resembling
from engine.hooks import fitting, inbox, secrets
from engine.nouns import count
from engine.verbs.naming import called


@reads("list")
def list_(door: Visit) -> None:
    """List the endpoints that config.toml declares, and what a call of each does."""
    _ = door.place
    hooks = door.settings.hooks.values()
    lines = [f"{hook.id}: {_said(door, hook)}" for hook in hooks]
    door.answer({"hooks": [_plain(hook) for hook in hooks]}, lines or ["There is no [[hook]]."])


@reads("check")
def check(door: Visit) -> None:
    """Check every hook against the processes in use; a mistake is said with its line."""
    place, settings = door.place, door.settings
    wrong = fitting.check(place, settings)
    if wrong:
        raise ConfigError("\n".join(map(str, wrong)))
    said = f"{count(len(settings.hooks), 'hook')} checked; all fit the processes in use."
    door.answer({"hooks": len(settings.hooks), "mistakes": []}, [said])


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


@reads("inbox")
def inbox_(door: Visit) -> None:
    """Take what lies in the folders of [inbox] once; the worker does it every fifteen seconds."""
    done = inbox.take_waiting(door.place, door.settings)
    said = (
        f"{count(done.taken, 'file')} taken, {count(done.refused, 'file')} refused, "
        f"{count(done.left, 'file')} left for the next time."
    )
    lines = [said if any(done) else "Nothing was there."]
    door.answer(done._asdict(), lines)


def _said(door: Visit, hook: Hook) -> str:
    doing = {"open": "opens a case", "record": "records answers"}.get(hook.verb)
    said = doing or f"takes the step {hook.transition}"
    return f"{said} ({hook.process}), recorded by {called(door.place, hook.person)}"


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
