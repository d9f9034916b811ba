"""What each part of a definition is called, where its change is told, and how it is judged.

A part that does not stand here is told all the same, by its own name.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from engine.changes.change import (
    GUARDS,
    LAW,
    NOTICES,
    OTHER,
    PACKS,
    PEOPLE,
    QUESTIONS,
    RECORDS,
    STEPS,
    WORDING,
    Judge,
    Verdict,
    few_is_looser,
    few_is_stricter,
    lower_is_stricter,
    more_is_looser,
    more_is_stricter,
    other,
    some_is_looser,
    some_is_stricter,
)


class Field(NamedTuple):
    """One part of a thing in a definition."""

    part: str
    what: str
    """What it is called, to follow the title of the thing."""
    judge: Judge = other
    holds: str = ""
    """The kind of things that it names: states, transitions, questions, or people (roles and
    groups).
    """


class Kind(NamedTuple):
    """A kind of things that a definition names."""

    part: str
    one: str
    """What one of them is called."""
    added: Verdict = OTHER
    removed: Verdict = OTHER


KINDS: Mapping[str, Kind] = {
    "roles": Kind(PEOPLE, "role"),
    "groups": Kind(PEOPLE, "group"),
    "questions": Kind(QUESTIONS, "question"),
    "states": Kind(STEPS, "state"),
    "transitions": Kind(STEPS, "step"),
    "timescales": Kind(LAW, "timescale", "stricter", "looser"),
    "packs": Kind(PACKS, "pack"),
    "rules": Kind(LAW, "rule", "stricter", "looser"),
}

HEAD: Mapping[str, Field] = {
    "in_force_from": Field(LAW, "the day from which it is in force"),
    "in_force_to": Field(LAW, "the day until which it is in force"),
    "in_force_for": Field(LAW, "the cases for which it is in force"),
    "source": Field(WORDING, "its sources"),
    "working_days": Field(LAW, "where working days are those of"),
    "may_open": Field(PEOPLE, "who may open a case", few_is_stricter, "people"),
    "kept_by": Field(PEOPLE, "who keeps the record", few_is_stricter, "people"),
    "opening": Field(RECORDS, "what is asked first", more_is_stricter, "questions"),
    "overlay": Field(WORDING, "what a partnership has put over it"),
    "main_line": Field(WORDING, "the way of an ordinary case", other, "states"),
    "starts_at": Field(STEPS, "where a case begins", other, "states"),
    "person_kinds": Field(QUESTIONS, "whom a case may be about"),
    "templates": Field(PACKS, "the files of its packs"),
    "caution": Field(WORDING, "the caution on every output"),
    "title": Field(WORDING, "its title"),
    "edition": Field(WORDING, "the name of the edition"),
    "language": Field(WORDING, "the version of the language"),
}

FIELDS: Mapping[str, Mapping[str, Field]] = {
    "roles": {
        "outside": Field(PEOPLE, "whether it is only told, and never acts", some_is_stricter),
        "own_agency": Field(
            PEOPLE, "whether it acts and reads only for its own agency", some_is_stricter
        ),
        "reads": Field(PEOPLE, "the personal answers that it reads", few_is_stricter, "questions"),
        "reads_in": Field(
            PEOPLE, "where the case is while it reads what is personal", few_is_stricter, "states"
        ),
    },
    "groups": {"kinds": Field(PEOPLE, "the kinds of agencies in it", more_is_stricter)},
    "questions": {
        "answer": Field(QUESTIONS, "the kind of answer"),
        "choices": Field(QUESTIONS, "the answers to choose from", more_is_looser),
        "personal": Field(QUESTIONS, "whether the answer is personal", some_is_stricter),
        "because": Field(QUESTIONS, "why the answer is not personal"),
        "per": Field(QUESTIONS, "of whom it is asked each"),
        "asked_of": Field(QUESTIONS, "of which agencies it is asked", other, "people"),
        "power": Field(QUESTIONS, "the power under which the answer is obtained"),
        "seen_by": Field(PEOPLE, "who may see the answer", few_is_stricter),
        "may_change": Field(QUESTIONS, "whether it may be answered anew", some_is_looser),
        "restricted": Field(QUESTIONS, "whether it is restricted", some_is_stricter),
        "at_most": Field(QUESTIONS, "the highest answer", lower_is_stricter),
    },
    "states": {
        "waiting_on": Field(PEOPLE, "on whom it waits", other, "people"),
        "within": Field(STEPS, "within which state it is", other, "states"),
        "closed": Field(STEPS, "whether the case is closed there"),
        "abstract": Field(STEPS, "whether it is no place to be"),
    },
    "transitions": {
        "starts": Field(STEPS, "where it may start", more_is_looser, "states"),
        "to": Field(STEPS, "where it leads", other, "states"),
        "who": Field(PEOPLE, "who may take it", more_is_looser, "people"),
        "on_file": Field(RECORDS, "what must be on file", more_is_stricter, "questions"),
        "asked": Field(
            RECORDS, "what agencies must have been asked", more_is_stricter, "questions"
        ),
        "asks_anew": Field(RECORDS, "what it asks anew", more_is_stricter, "questions"),
        "dates": Field(RECORDS, "the day that it keeps", other, "questions"),
        "once_for": Field(
            GUARDS, "for each answer to what it is taken once", some_is_stricter, "questions"
        ),
        "tell": Field(NOTICES, "who is told", more_is_stricter, "people"),
        "asks": Field(NOTICES, "what its message asks", more_is_stricter, "questions"),
        "may_overlap": Field(GUARDS, "why another step may be possible as well", some_is_looser),
        "leaves_building": Field(NOTICES, "what is sent out with it"),
        "duty": Field(LAW, "the law that is said to require it", some_is_stricter),
        "duty_checked": Field(LAW, "who has read that there"),
    },
    "timescales": {
        "duty": Field(LAW, "the law that is said to require it", some_is_stricter),
        "duty_checked": Field(LAW, "who has read that there"),
        "met_by": Field(LAW, "what meets it", more_is_looser, "transitions"),
        "stops_if": Field(LAW, "what makes it no longer apply", more_is_looser, "transitions"),
        "starts_in": Field(LAW, "where it starts or runs", few_is_looser, "states"),
        "provisional": Field(LAW, "whether it counts before its start is known", some_is_stricter),
        "keep": Field(LAW, "whether it goes on when the case is closed", some_is_stricter),
        "waiting_on": Field(PEOPLE, "on whom it waits", other, "people"),
        "no_reminder": Field(NOTICES, "why nobody is reminded"),
        "no_escalation": Field(NOTICES, "why nobody is told when it was not met"),
    },
    "rules": {
        name: Field(LAW, what)
        for name, what in {
            "source": "its source",
            "confirmed": "how far its source is confirmed",
            "checked": "who has read its source",
            "duty": "the law that is said to require it",
        }.items()
    },
    "packs": {
        "to": Field(PACKS, "to whom it goes", other, "people"),
        "template": Field(PACKS, "the file that says what it prints"),
        "requires": Field(RECORDS, "what must be answered for it", more_is_stricter, "questions"),
        "signed_off_by": Field(PACKS, "the step that signs it off", other, "transitions"),
    },
}
