"""Who plays the scenarios of a process: the sample partnership, or one that stands beside them.

A story says "the executive" or "the hospital", and somebody must be that. Besides whoever holds
several roles, each role is held by one person who has no other, and each agency has a contact who
has none but at that agency, so that a story can tell them apart.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from engine.config import Settings, read
from engine.definition import Group, Role, Workflow
from engine.demo.making import SAMPLE
from engine.directory import Agency, Appointment, Directory, Person
from engine.scenarios.story import FOLDER, PEOPLE


def cast(folder: Path, workflow: Workflow) -> Settings:
    """The settings of the partnership that plays the scenarios in a folder's `scenarios`.

    They are those of `people.toml` there, which is written like config.toml, else of the sample.
    """
    own = folder / FOLDER / PEOPLE
    settings = read(own if own.is_file() else SAMPLE)
    return replace(settings, directory=complete(settings.directory, workflow))


def complete(directory: Directory, workflow: Workflow) -> Directory:
    """A directory with agencies in each group of the process, with somebody for each role who holds
    no other, and with contacts of the agencies who hold none but at their own.
    """
    processes = (workflow, *workflow.children.values())
    groups = [group for one in processes for group in one.groups.values()]
    known = {**directory.agencies, **_missing(directory, groups)}
    agencies = {of: replace(one, contact=f"contact_of_{of}") for of, one in known.items()}
    roles = {role.id: role for one in processes for role in one.roles.values() if not role.outside}
    appointed = [made for role in roles.values() for made in _appointments(role, agencies)]
    made_up = [*(one.contact for one in agencies.values()), *(one.person for one in appointed)]
    return Directory(
        {**directory.people, **{person: _made_up(person) for person in made_up}},
        agencies,
        (*directory.appointments, *appointed),
        directory.absences,
        directory.fallbacks,
    )


def _missing(directory: Directory, groups: Iterable[Group]) -> dict[str, Agency]:
    """An agency of each kind of the groups to which no agency belongs."""
    there = {one.kind for one in directory.agencies.values()}
    kinds = [kind for group in groups if there.isdisjoint(group.kinds) for kind in group.kinds]
    made = [Agency(_name(kind), f"Sample {kind}", kind) for kind in dict.fromkeys(kinds)]
    return {one.id: one for one in made}


def _appointments(role: Role, agencies: Iterable[str]) -> list[Appointment]:
    if role.own_agency:
        leads = [Appointment(f"only_{role.id}_of_{of}", role.id, of) for of in agencies]
        return [*leads, *(Appointment(f"contact_of_{of}", role.id, of) for of in agencies)]
    return [Appointment(f"only_{role.id}", role.id)]


def _made_up(person: str) -> Person:
    said = person.replace("_", " ")
    return Person(person, f"{said.capitalize()} Example", mail=f"{person}@cast.example")


def _name(kind: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in kind.casefold())
