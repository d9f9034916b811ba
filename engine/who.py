"""Who has a part in a process: its roles, and the groups of agencies that are asked or told."""

from __future__ import annotations

from typing import NamedTuple


class Role(NamedTuple):
    """A part that somebody plays; held by people of agencies between dates."""

    id: str
    title: str
    outside: bool = False
    """Somebody who is told, and never acts here: the national Panel, the coroner."""
    own_agency: bool = False
    """Acts and reads only where the agency for which it is held is concerned."""
    reads: tuple[str, ...] = ()
    """The personal answers to which alone it reads, beside what its steps need or give; empty: all
    of them."""
    reads_in: tuple[str, ...] = ()
    """The states of the case in which alone it reads what is personal; empty: in all of them."""


class Group(NamedTuple):
    """Agencies that are asked or told together, by their kinds in config.toml."""

    id: str
    title: str
    kinds: tuple[str, ...]
