"""Somebody who has come in, and how that is known."""

from __future__ import annotations

from dataclasses import dataclass, field

from engine.service.workplace import By

UNPROVED = "not proved"
"""The proof of whoever claims to be somebody and is not let in."""


@dataclass(frozen=True, slots=True)
class Visitor:
    """Whoever has signed in, or shown a token."""

    person: str
    """A person or a service account of config.toml."""
    proof: str
    """As the trail has it: `signed in, password`, or `token` and its id."""
    verbs: tuple[str, ...] = ()
    """What the token may be used for; all where there is none."""
    processes: tuple[str, ...] = ()
    """In the cases of which processes; in all where there is none."""
    token: str = field(default="", repr=False)
    """The text of the token that the sign-in has made; it is shown once."""
    sign_in: str = ""
    """The id of the sign-in; empty where a token was issued."""
    until: int = 0
    """Until when the token holds, in microseconds since 1970 UTC."""

    @property
    def how(self) -> str:
        """How they have signed in; empty where they have shown a token that was issued."""
        return self.proof.partition(", ")[2]

    @property
    def by(self) -> By:
        """The same as every use case is given it."""
        return By(self.person, claimed=self.proof, verbs=self.verbs, processes=self.processes)


def signed_in(how: str) -> str:
    """The proof of a sign-in: `how` is `password`, `password and code` or `OpenID Connect`."""
    return f"signed in, {how}"
