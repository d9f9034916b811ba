"""Every deliberate error of the engine, in one tree; each knows its exit code and its HTTP status.

    EngineError                  1  500  a fault of ours
    ├── UsageError               2  400  the command was used wrongly
    ├── ConfigError              2  503  config.toml cannot be used
    ├── DefinitionError          2  400  a definition file cannot be used; all its mistakes at once
    │   └── UnsoundError         2  400  it can be read, and its states or clocks come to no end
    ├── CaseNotFoundError        3  404  there is no such case
    ├── RefusedError             4  409  the rules say no; nothing was changed
    │   ├── LooksAlikeError      4  409  a case that is there may be the one about to be opened
    │   └── DeniedError          4  403  it is for others; nothing was changed
    ├── StaleCaseError           5  412  somebody else changed the case first
    ├── TrailError               6  500  the trail does not verify
    ├── StorageError             7  503  storage full, locked or read-only; nothing was changed
    ├── OutcomeUnknownError      8  503  it cannot be told whether the change was saved
    ├── IncompleteError          9  500  a verification could not be completed
    ├── NotSignedInError        10  401  nobody is let in so; it is the same whatever was wrong
    ├── UnreachableError        11  502  another Casetrail cannot be asked; nothing was changed
    ├── ScenarioError            2  500  a scenario went otherwise than it says
    └── DeliveryError            1  500  a message could not be handed over; raised by notifiers

A message is one clear sentence that says what is wrong and what to do about it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


class EngineError(Exception):
    """Casetrail met a fault of its own."""

    exit_code = 1
    status = 500


class UsageError(EngineError):
    """The command was used wrongly."""

    exit_code = 2
    status = 400


class ConfigError(EngineError):
    """config.toml cannot be used."""

    exit_code = 2
    status = 503


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake in a definition file: where it is, what it is and what may have been meant."""

    file: str
    line: int
    problem: str
    suggestion: str = ""

    def __str__(self) -> str:
        hint = f" {self.suggestion}" if self.suggestion else ""
        return f"{self.file}:{self.line}: {self.problem}{hint}"


class DefinitionError(EngineError):
    """A definition file cannot be used; carries every mistake found in one reading."""

    exit_code = 2
    status = 400

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        self.mistakes = mistakes
        super().__init__("\n".join(str(mistake) for mistake in mistakes))


class UnsoundError(DefinitionError):
    """A definition that can be read, and whose states or clocks come to no end; `workflow` is what
    it says, so that it can be told how.
    """

    def __init__(self, mistakes: tuple[Mistake, ...], workflow: Any) -> None:
        self.workflow = workflow
        super().__init__(mistakes)


class CaseNotFoundError(EngineError):
    """There is no such case; `ref` is the reference that was given, where it was one."""

    exit_code = 3
    status = 404

    def __init__(self, sentence: str, ref: str = "") -> None:
        self.ref = ref
        super().__init__(sentence)


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that stands in the way of a step: what, who can supply it, and how."""

    what: str
    who: tuple[str, ...] = ()
    how: str = ""
    standing: str = ""
    """The answer on record that stands against it, where one does."""

    @property
    def said(self) -> str:
        """What, and what is on record instead."""
        return f"{self.what}, but on record is {self.standing}" if self.standing else self.what

    def plain(self) -> dict[str, Any]:
        """The same as every document has it."""
        return {"what": self.said, "who": list(self.who), "how": self.how}


class RefusedError(EngineError):
    """The rules say no; nothing was changed. Carries everything that is missing, all at once."""

    exit_code = 4
    status = 409

    def __init__(self, sentence: str, unmet: tuple[Need, ...] = (), transition: str = "") -> None:
        self.unmet = unmet
        self.transition = transition
        super().__init__(sentence)


class LooksAlikeError(RefusedError):
    """A case that is there already may be the one about to be opened; nothing was changed."""


class DeniedError(RefusedError):
    """What was asked is for others to do or to read; nothing was changed."""

    status = 403


class StaleCaseError(EngineError):
    """Somebody else changed the case first."""

    exit_code = 5
    status = 412


class TrailError(EngineError):
    """The trail does not verify."""

    exit_code = 6


class StorageError(EngineError):
    """The storage is full, locked or read-only; nothing was changed."""

    exit_code = 7
    status = 503


class OutcomeUnknownError(EngineError):
    """It cannot be told whether the change was saved; repeat the command with the same key."""

    exit_code = 8
    status = 503


class IncompleteError(EngineError):
    """A verification could not be completed, or cannot tell."""

    exit_code = 9


class NotSignedInError(EngineError):
    """Nobody is let in so. It never says what was wrong: the access log does."""

    exit_code = 10
    status = 401

    def __init__(self, sentence: str = "") -> None:
        super().__init__(
            sentence
            or "You are not signed in: what was given does not open this door, or does so no "
            "longer; try again in a quarter of an hour, or ask those who keep your accounts."
        )


class UnreachableError(EngineError):
    """Another Casetrail, at a server, cannot be asked, or does not answer; nothing was changed."""

    exit_code = 11
    status = 502


@dataclass(frozen=True, slots=True)
class Otherwise:
    """Where a scenario went otherwise than it says, as a person would tell it."""

    file: str
    line: int
    day: str
    """The day in the story, as 2026-12-23."""
    does: str
    """Who does what on it: `the librarian takes "Lend" (lend)`."""
    expected: tuple[str, ...]
    found: tuple[str, ...]
    """Beside each thing that was expected, what was so instead."""
    case: Mapping[str, Any] | None = None
    """The case in its stable form as it then was; None before there was one."""
    events: tuple[Mapping[str, Any], ...] = ()
    """The latest events of its trail."""

    def __str__(self) -> str:
        pairs = zip(self.expected, self.found, strict=True)
        said = " ".join(f"Expected: {wanted}. Instead: {found}." for wanted, found in pairs)
        return f"{self.file}:{self.line}: On {self.day}, {self.does}. {said}"


class ScenarioError(EngineError):
    """A scenario went otherwise than it says; `otherwise` tells where and how, when it is known."""

    exit_code = 2

    def __init__(self, sentence: str, otherwise: Otherwise | None = None) -> None:
        self.otherwise = otherwise
        super().__init__(sentence)


class DeliveryError(EngineError):
    """A message could not be handed over; `again` says whether trying again may help.

    Its sentence is shown and logged: it repeats no address of a person, nothing of the message and
    no word of the other side. `notifier` names what was to hand it over, where one was.
    """

    def __init__(self, sentence: str, *, again: bool = True) -> None:
        self.again = again
        self.notifier = ""
        super().__init__(sentence)
