"""What the shell may complete a word to: references, steps, questions and the like, by what is on
record. Nothing is written or logged by it, nobody is asked for anything, and every error is silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

import click
from click.shell_completion import CompletionItem

from engine.cli.desk import Desk, Here
from engine.cli.door import reach
from engine.cli.state import State
from engine.verbs.verb import Document

TO_CONNECT: Final = 1.0
TO_ANSWER: Final = 1.5
"""Seconds; whoever presses a key does not wait for longer."""
MOST: Final = 200
"""Words that are offered."""

Found = Iterable[tuple[str, str]]
"""Words, each with what it is."""


class Asked(NamedTuple):
    """A word that is being typed."""

    options: Mapping[str, Any]
    """What was typed before it."""
    state: State
    held: ExitStack

    def ask(self, verb: str, **request: Any) -> Document:
        """A document from wherever the command is done. Raises whatever goes wrong."""
        return _desk(self).ask(verb, request)

    @property
    def ref(self) -> str:
        """The case that was named before."""
        from engine.service import references

        return references.read(str(self.options["ref"]))


def complete(name: str, context: click.Context, incomplete: str) -> list[CompletionItem]:
    """What a parameter of this name may be completed to."""
    find = _OF.get((context.command.name or "", name)) or _OF.get(("", name))
    if name in FILES or find is None:
        return [CompletionItem(incomplete, type="file")] if name in FILES else []
    state = context.find_object(State) or State()
    try:
        with ExitStack() as held:
            reach(context.command_path, state, context.params)
            found = find(Asked(context.params, state, held))
            fits = [one for one in found if one[0].startswith(incomplete)]
    except Exception:
        return []
    return [CompletionItem(word, help=said or None) for word, said in fits[:MOST]]


def _desk(asked: Asked) -> Desk:
    return _there(asked) if asked.state.reached else _here(asked)


def _here(asked: Asked) -> Desk:
    """The desk here, at a store that is only read; for somebody who may look at its cases."""
    from engine import bootstrap
    from engine.cli.visit import Visit
    from engine.service.workplace import By

    visit = Visit(asked.state, {"as_person": None, "config": "", **asked.options})
    place = bootstrap.to_verify(visit.settings)
    asked.held.callback(place.database.close)
    # Whoever has no part here would be refused, and that would be logged.
    if not place.directory.has_part(visit.person, place.today().isoformat()):
        raise LookupError
    return Here(place, lambda verb: By(visit.person))


def _there(asked: Asked) -> Desk:
    """The desk at the server, with a token that it has not refused yet."""
    from engine.cli.remote import tokens
    from engine.cli.remote.there import There

    server = asked.state.reached
    assert server is not None
    token = tokens.of(server, asked.state.token_file)
    now = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    if not tokens.is_of_use(server, token, now):
        raise LookupError
    there = There(
        server, token, lambda line: None, to_connect=TO_CONNECT, to_answer=TO_ANSWER, tries=1
    )
    asked.held.callback(there.close)
    return there


def _refs(asked: Asked) -> Iterator[tuple[str, str]]:
    for one in asked.ask("list")["cases"]:
        yield one["ref"], one["state_title"]


def _steps(asked: Asked) -> Iterator[tuple[str, str]]:
    for one in asked.ask("show", ref=asked.ref)["can_be_done"]:
        yield one["transition"], one["title"]


def _all_steps(asked: Asked) -> Iterator[tuple[str, str]]:
    found = asked.ask("next", ref=asked.ref)
    for one in (*found["steps"], *found["elsewhere"]):
        yield one["transition"], one["title"]


def _questions(asked: Asked) -> Iterator[tuple[str, str]]:
    for one in asked.ask("questions", ref=asked.ref)["questions"]:
        yield one["question"], one["ask"]


def _answers(asked: Asked) -> Iterator[tuple[str, str]]:
    yield from ((f"{name}=", ask) for name, ask in _questions(asked))


def _answers_of_a_new_case(asked: Asked) -> Iterator[tuple[str, str]]:
    found = asked.ask("workflow questions", workflow=str(asked.options["workflow"]))
    yield from ((f"{one['question']}=", one["ask"]) for one in found["questions"])


def _clocks(asked: Asked) -> Iterator[tuple[str, str]]:
    found = asked.ask("deadlines of case", ref=asked.ref, every=True)["deadlines"]
    yield from {one["timescale"]: one["title"] for one in found}.items()


def _tasks(asked: Asked) -> Iterator[tuple[str, str]]:
    for one in asked.ask("show", ref=asked.ref)["tasks"]:
        yield one["task"], one["what"]


def _packs(asked: Asked) -> Iterator[tuple[str, str]]:
    for one in asked.ask("pack", ref=asked.ref)["packs"]:
        yield one["pack"], one["title"]


def _of_the_case(asked: Asked) -> Iterator[tuple[str, str]]:
    for one in asked.ask("person show", ref=asked.ref)["people"]:
        yield one["person"], one["kind"]


def _in_use(asked: Asked) -> Iterator[tuple[str, str]]:
    found = asked.ask("workflow list")["in_use"]
    yield from {one["workflow"]: one["title"] for one in found}.items()


def _processes(asked: Asked) -> Iterator[tuple[str, str]]:
    from engine import loading

    yield from ((one.name, one.title) for one in loading.available())


def _people(asked: Asked) -> Iterator[tuple[str, str]]:
    """Those of config.toml, where that is here."""
    from engine import bootstrap

    if asked.state.reached is None:
        known = bootstrap.settings(str(asked.options.get("config") or "")).directory.people
        yield from ((one, person.name) for one, person in known.items())


def _commands(asked: Asked) -> Iterator[tuple[str, str]]:
    from engine.cli.commands import COMMANDS

    yield from ((name, entry.help) for name, entry in COMMANDS.items() if entry.module)


FILES: Final = frozenset(
    (
        *("out", "evidence", "file", "receipt", "config", "against", "folder"),
        *("server_ca", "token_file", "tls_cert", "tls_key"),
    )
)
"""Parameters that name a file or a folder."""

_OF: Final[Mapping[tuple[str, str], Callable[[Asked], Found]]] = {
    **{("", name): _refs for name in ("ref", "refs")},
    **{("", name): _people for name in ("as_person", "person", "decided_by", "holder")},
    **{("", name): _people for name in ("giver", "taker")},
    **{("", name): _in_use for name in ("workflow", "processes", "process")},
    **{(command, "name"): _processes for command in ("check", "describe", "diagram", "verify")},
    **{(command, "name"): _processes for command in ("test", "activate", "replay")},
    **{("compare", name): _processes for name in ("old", "new")},
    ("rehearse", "what"): _in_use,
    ("", "transition"): _steps,
    ("why-not", "transition"): _all_steps,
    ("", "answers"): _answers,
    ("open", "answers"): _answers_of_a_new_case,
    ("", "asked"): _questions,
    ("", "no_reply"): _questions,
    ("", "question"): _questions,
    ("approve", "what"): _questions,
    ("", "timescale"): _clocks,
    ("", "task"): _tasks,
    ("", "pack"): _packs,
    ("erase", "person"): _of_the_case,
    ("", "verbs"): _commands,
}
"""What finds the words, by the command and the name of its parameter; a command of "" is any."""
