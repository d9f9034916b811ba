"""The partnership's people, agencies and roles between days, with deputies and absences. Pure.

It is resolved when it is used: who may act, and whom to tell, on a given day. Every day is ISO
text; a month or a year, as a historic case may have it, means any day of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from engine.canonical import canonical
from engine.preferences import NOTHING_SAID, Preference

FOR_EVER = "9999-12-31"
ANY_ROLE = "any role"
"""Names the fallback of every role that has none of its own."""
MOST_KNOWN = 4096
"""How many answers a directory remembers."""
NOWHERE: Mapping[str, str] = {}
"""No role counts at one agency alone."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works for the partnership or one of its agencies."""

    id: str
    name: str
    post: str = ""
    mail: str = ""
    account: str = ""
    """Their user name on the operating system."""
    service: bool = False
    """Whether it is a service account: a program, which is told nothing and approves nothing."""
    openid: str = ""
    """What the provider says of them in the claim by which people are known."""


@dataclass(frozen=True, slots=True)
class Agency:
    """An agency of the partnership, or one outside it that a case may need."""

    id: str
    title: str
    kind: str
    contact: str = ""
    """The person to whom what is asked of the agency goes."""
    since: str = ""
    until: str = FOR_EVER


@dataclass(frozen=True, slots=True)
class Appointment:
    """A person in a role, for an agency, between two days, both included."""

    person: str
    role: str
    agency: str = ""
    since: str = ""
    until: str = FOR_EVER
    deputy_for: str = ""
    """The person for whom this one acts when they are away."""


@dataclass(frozen=True, slots=True)
class Absence:
    """The days on which a person is away, both ends included."""

    person: str
    since: str
    until: str = FOR_EVER


class Recipient(NamedTuple):
    """Somebody to tell, and in which role."""

    person: str
    role: str


@dataclass(frozen=True, slots=True)
class Directory:
    """Everybody whom the partnership's config.toml names."""

    people: Mapping[str, Person] = field(default_factory=dict)
    agencies: Mapping[str, Agency] = field(default_factory=dict)
    appointments: tuple[Appointment, ...] = ()
    absences: tuple[Absence, ...] = ()
    fallbacks: Mapping[str, str] = field(default_factory=dict)
    """For a role that nobody holds on a day: the person who is told instead."""
    preferences: Mapping[str, Preference] = field(default_factory=dict)
    """How those wish to be told who say so."""
    alerted: tuple[str, ...] = ()
    """Who is told when somebody breaks the glass of a case; where nobody is named, those who keep
    its record and those on its list.
    """
    _known: dict[tuple[Any, ...], Any] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )
    """What was asked before: a directory never changes, and every step asks who may act."""

    def preference(self, person: str) -> Preference:
        """How a person wishes to be told."""
        return self.preferences.get(person, NOTHING_SAID)

    def is_service(self, person: str) -> bool:
        """Whether it is a service account that has this id."""
        known = self.people.get(person)
        return known is not None and known.service

    def away(self, person: str, day: str) -> bool:
        """Whether a person is away on a day."""
        return any(a.person == person and _holds(a, day) for a in self.absences)

    def appointed(self, role: str, day: str) -> tuple[Appointment, ...]:
        """Those appointed to a role on a day, deputies included, whether present or away."""
        return tuple([a for a in self.appointments if a.role == role and _holds(a, day)])

    def acting(
        self, person: str, roles: Iterable[str], day: str, only_at: Mapping[str, str] = NOWHERE
    ) -> Appointment | None:
        """The appointment by which a person may act in one of these roles on a day.

        The first of the roles counts first, and in it one's own appointment before a deputy's. A
        deputy may act when the one they stand for is away, or has no appointment on that day. Of a
        role that `only_at` names, only an appointment for that agency counts.
        """
        listed = tuple(roles)
        asked = ("acting", person, listed, day, *only_at.items())
        if asked not in self._known:
            self._remember(asked, self._acting(person, listed, day, only_at))
        found: Appointment | None = self._known[asked]
        return found

    def has_role(
        self, person: str, roles: Iterable[str], day: str, only_at: Mapping[str, str] = NOWHERE
    ) -> bool:
        """Whether a person is appointed on a day to one of these roles, deputies included."""
        listed = tuple(roles)
        asked = ("appointed", person, listed, day, *only_at.items())
        if asked not in self._known:
            held = [a for role in listed for a in self.appointed(role, day) if a.person == person]
            self._remember(asked, any(a.agency == only_at.get(a.role, a.agency) for a in held))
        return bool(self._known[asked])

    def recall(self, asked: tuple[Any, ...], find: Callable[[], Any]) -> Any:
        """What was found once about these people, under this name; else it is found now."""
        if asked not in self._known:
            self._remember(asked, find())
        return self._known[asked]

    def _remember(self, asked: tuple[Any, ...], answer: Any) -> None:
        if len(self._known) >= MOST_KNOWN:
            self._known.clear()
        self._known[asked] = answer

    def _acting(
        self, person: str, roles: Iterable[str], day: str, only_at: Mapping[str, str]
    ) -> Appointment | None:
        for role in roles:
            held = [one for one in self.in_charge(role, day) if one.person == person]
            if role in only_at:
                held = [one for one in held if one.agency == only_at[role]]
            if held:
                return min(held, key=lambda one: bool(one.deputy_for))
        return None

    def has_part(self, person: str, day: str) -> bool:
        """Whether a person has any part here on a day: is appointed to whatever role, is the
        contact of an agency, or is told where nobody holds a role.
        """
        asked = ("has part", person, day)
        return bool(self.recall(asked, lambda: self._has_part(person, day)))

    def _has_part(self, person: str, day: str) -> bool:
        if any(a.person == person and _holds(a, day) for a in self.appointments):
            return True
        contacts = (a.contact for a in self.agencies.values() if _holds(a, day))
        return person in (*contacts, *self.fallbacks.values())

    def stands_for(self, person: str, roles: Iterable[str], day: str) -> str:
        """For whom a person deputises in one of these roles on a day; "" for nobody."""
        held = [one for role in roles for one in self.appointed(role, day) if one.person == person]
        return next((one.deputy_for for one in held if one.deputy_for), "")

    def speaks_for(self, person: str, agency: str, roles: Iterable[str], day: str) -> bool:
        """Whether a person may answer what an agency is asked: they act for it, or are its contact.

        For a contact who is away, so may those who deputise for them in that agency.
        """
        acting = [one for role in roles for one in self.in_charge(role, day)]
        if any((one.person, one.agency) == (person, agency) for one in acting):
            return True
        known = self.agencies.get(agency)
        if known is None or not known.contact or not _holds(known, day):
            return False
        if person == known.contact:
            return True
        return self.away(known.contact, day) and person in self.deputies(known.contact, agency, day)

    def holders(self, role: str, day: str) -> tuple[Appointment, ...]:
        """Those who hold a role and are there on a day; for an absent holder, the deputy."""
        return tuple(a for a in self.in_charge(role, day) if not self.away(a.person, day))

    def to_tell(self, role: str, day: str) -> tuple[Recipient, ...]:
        """Whom a message to a role goes to: its holders, else the role's fallback, else anybody's.

        When all of them are away it goes to the fallback all the same, or without one to those who
        are appointed; to nobody only when config.toml names nobody. A service account is not told.
        """
        people = self._persons(self.holders(role, day))
        if not people:
            people = self._fallback(role, day)
        if not people:
            people = self._persons(self.in_charge(role, day))
        return tuple(Recipient(person, role) for person in dict.fromkeys(people))

    def to_tell_at(self, role: str, agencies: Collection[str], day: str) -> tuple[Recipient, ...]:
        """Whom a message goes to that is for a role at these agencies alone.

        At each it goes to those who hold it there, else to the agency's contact, else to the role's
        fallback; without any agency to the fallback.
        """
        found = [one for agency in agencies for one in self._at(role, agency, day)]
        if not agencies:
            found = [Recipient(person, role) for person in self._fallback(role, day)]
        return tuple(dict.fromkeys(found))

    def of_kinds(self, kinds: Iterable[str], day: str) -> tuple[Agency, ...]:
        """The agencies of some kinds on a day, in the order of config.toml."""
        wanted = set(kinds)
        return tuple(a for a in self.agencies.values() if a.kind in wanted and _holds(a, day))

    def contact(self, agency: str, day: str) -> tuple[Recipient, ...]:
        """Whom a message to an agency goes to: its contact.

        For an absent contact it goes to those who deputise for them in that agency, else to the
        fallback; to the contact all the same when there is none.
        """
        known = self.agencies.get(agency)
        contact = known.contact if known else ""
        people = [contact] if contact and not self.away(contact, day) else []
        if not people and contact:
            people = self.deputies(contact, agency, day)
        if not people:
            people = self._fallback("", day) or [person for person in (contact,) if person]
        return tuple(Recipient(person, agency) for person in dict.fromkeys(people))

    def in_charge(self, role: str, day: str) -> tuple[Appointment, ...]:
        """Those appointed to a role, without the deputies of those who are there."""
        asked = ("in charge", role, day)
        if asked not in self._known:
            self._remember(asked, self._found_in_charge(role, day))
        found: tuple[Appointment, ...] = self._known[asked]
        return found

    def _found_in_charge(self, role: str, day: str) -> tuple[Appointment, ...]:
        appointed = self.appointed(role, day)
        if not any([a.deputy_for for a in appointed]):
            return appointed
        there = {a.person for a in appointed if not a.deputy_for and not self.away(a.person, day)}
        return tuple([a for a in appointed if a.deputy_for not in there])

    def _at(self, role: str, agency: str, day: str) -> list[Recipient]:
        held = (one for one in self.in_charge(role, day) if one.agency == agency)
        appointed = self._persons(held)
        there = [person for person in appointed if not self.away(person, day)]
        known = self.agencies.get(agency)
        if not there and known and known.contact:
            return list(self.contact(agency, day))
        people = there or self._fallback(role, day) or appointed
        return [Recipient(person, role) for person in people]

    def fallback(self, role: str, day: str) -> str:
        """Who is told where nobody else can be: the role's own fallback, else that of any role."""
        return next(iter(self._fallback(role, day)), "")

    def _persons(self, held: Iterable[Appointment]) -> list[str]:
        """Those of them who can be told something."""
        return [one.person for one in held if not self.is_service(one.person)]

    def _fallback(self, role: str, day: str) -> list[str]:
        fallbacks = (self.fallbacks.get(role), self.fallbacks.get(ANY_ROLE))
        named = [person for person in fallbacks if person]
        there = [person for person in named if not self.away(person, day)]
        return (there or named)[:1]

    def deputies(self, person: str, agency: str, day: str) -> list[str]:
        """Those who are there and deputise for somebody in an agency."""
        return [
            a.person
            for a in self.appointments
            if a.deputy_for == person
            and a.agency in ("", agency)
            and _holds(a, day)
            and not self.away(a.person, day)
        ]


def unknown_roles(directory: Directory, roles: Iterable[str]) -> list[str]:
    """The roles of appointments and fallbacks that are not among those that definitions have."""
    named = {a.role for a in directory.appointments} | set(directory.fallbacks)
    return sorted(named - {ANY_ROLE} - set(roles))


def directory_plain(directory: Directory) -> dict[str, dict[str, Any]]:
    """All that the directory says of each person, by their id: every bit of it is personal."""
    return {
        person.id: {
            **_plain(person),
            "appointments": [_plain(a) for a in directory.appointments if a.person == person.id],
            "absences": [_plain(a) for a in directory.absences if a.person == person.id],
            "contact_of": [a.id for a in directory.agencies.values() if a.contact == person.id],
            "fallback_of": [role for role, one in directory.fallbacks.items() if one == person.id],
            **_wished(directory, person.id),
        }
        for person in directory.people.values()
    }


def directory_digest(directory: Directory) -> str:
    """The SHA-256 of the whole directory, by which a change shows.

    It has no salt, so whoever knows all but one of the names can try that one: keep it as one
    keeps the names.
    """
    whole = {
        "people": directory_plain(directory),
        "agencies": [_plain(agency) for agency in directory.agencies.values()],
        "appointments": [_plain(appointment) for appointment in directory.appointments],
    }
    return hashlib.sha256(canonical(whole).encode()).hexdigest()


def _wished(directory: Directory, person: str) -> dict[str, Any]:
    """How a person wishes to be told, where they say so: nothing was kept of it once."""
    wish = directory.preferences.get(person)
    return {"told": wish.plain()} if wish else {}


def _holds(one: Agency | Appointment | Absence, day: str) -> bool:
    """Whether it holds on a day, or on any day of a month or a year."""
    length = len(day)
    return one.since[:length] <= day <= one.until[:length]


def _plain(one: Person | Agency | Appointment | Absence) -> dict[str, str]:
    said = {name: getattr(one, name) for name in one.__slots__}
    # What was said of people before there were service accounts, and providers, stays as it was.
    service = "yes" if said.pop("service", False) else ""
    later = {"service": service, "openid": said.pop("openid", "")}
    return {**said, **{name: value for name, value in later.items() if value}}
