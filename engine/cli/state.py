"""What one run of the command line knows of itself, for whoever must say how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from engine.cli.remote.address import Server  # most commands are done here


@dataclass(slots=True)
class State:
    """One run: whether JSON is wanted, and the key of the change that it tries to make."""

    json: bool = False
    server: str | None = None
    """The address of a server, where one was named before the command; None where none was."""
    server_ca: str = ""
    token_file: str = ""
    reached: Server | None = None
    """The server at which the command is done; None where it is done here."""
    demo: bool = False
    """Whether the store is a demo's: then every answer says so."""
    key: str = ""
    """The idempotency key; empty as long as nothing is to be changed."""
    changed: bool = False
    """Whether the change was saved."""
    begun: bool = False
    """Whether a change was asked for that is made piece by piece, and has no key."""

    def marked(self, document: Mapping[str, Any]) -> Mapping[str, Any]:
        """A JSON document that says where it comes from a demo."""
        return {**document, "demo": True} if self.demo else document

    def in_doubt(self) -> str:
        """What to do when a run ended before it could say what it did."""
        if self.changed:
            return "The change itself was saved."
        if self.key:
            return f"If in doubt, repeat the command with --key {self.key}: it is never done twice."
        if self.begun:
            return "A part of it may be done: look, and ask for the rest again."
        return "Nothing was changed."
