"""The definition language as a table: the keys that each table may have, and of what kind."""

from __future__ import annotations

from dataclasses import replace

from engine.calendars import SHIPPED
from engine.loading.kinds import (
    Shape,
    answer,
    by_name,
    conditions,
    count,
    day,
    flag,
    name,
    names,
    one_of,
    table,
    tables,
    text,
    texts,
)
from engine.loading.rule_shapes import RULE

ANY_STATE = "any state"
ANY_OPEN_STATE = "any open state"

ROLE = Shape(
    "a role",
    {
        "title": text,
        "outside": flag,
        "own_agency": flag,
        "reads": names("question"),
        "reads_in": names("state"),
    },
    needed={"title": 'Write title = "..." as people call it.'},
)

GROUP = Shape(
    "a group",
    {"title": text, "kinds": texts},
    needed={
        "title": 'Write title = "..." as people call it.',
        "kinds": 'Say which kinds of agency belong to it: kinds = ["police"].',
    },
)

QUESTION = Shape(
    "a question",
    {
        "ask": text,
        "answer": answer,
        "said": text,
        "personal": flag,
        "because": text,
        "per": one_of("child", "person"),
        "asked_of": name("group"),
        "help": text,
        "power": text,
        "seen_by": texts,
        "may_change": flag,
        "restricted": flag,
        "at_most": count,
    },
    needed={
        "ask": 'Write the question out: ask = "...?".',
        "answer": 'Say what is answered: answer = "date", or a list of choices.',
    },
)

STATE = Shape(
    "a state",
    {
        "title": text,
        "waiting_on": name("role", "group"),
        "within": name("state"),
        "closed": flag,
        "says": text,
    },
    needed={"title": 'Write title = "..." as people call it.'},
)

APPROVAL = Shape(
    "an approval",
    {"of": name("question"), "by": names("role"), "at_least": count},
    needed={
        "of": 'Say whose answer is approved: of = "QUESTION".',
        "by": 'Say who approves: by = ["ROLE"].',
    },
)

OPENING = Shape(
    "an opening of linked cases",
    {"process": name("process"), "one_for": name("question")},
    needed={"process": 'Name a file of children/: process = "PROCESS".'},
)

TRANSITION = Shape(
    "a transition",
    {
        "title": text,
        "from": names("state", also=(ANY_STATE, ANY_OPEN_STATE)),
        "to": name("state"),
        "who": names("role"),
        "only_if": conditions,
        "on_file": names("question"),
        "asked": names("question"),
        "approve": tables(APPROVAL),
        "tell": names("role", "group"),
        "asks": names("question"),
        "asks_anew": names("question"),
        "once_for": name("question"),
        "may_overlap": text,
        "undecided_if": conditions,
        "dates": name("question"),
        "sets": by_name,
        "opens": table(OPENING),
        "duty": text,
        "duty_checked": text,
        "leaves_building": text,
        "says": text,
    },
    needed={
        "from": 'Say where it may start: from = "STATE".',
        "who": 'Say who may take it: who = "ROLE".',
    },
)

TIME_FROM = Shape(
    "time_from",
    {
        "kind": one_of("act", "regulation", "statutory guidance", "panel guidance", "local"),
        "says": one_of("must", "should", "may"),
        "source": text,
    },
    needed={
        "kind": 'Say what sets the time: kind = "statutory guidance".',
        "says": 'Quote its own word: says = "should".',
        "source": 'Say where it can be read: source = "...".',
    },
)

CLOCK = Shape(
    "a timescale",
    {
        "due": text,
        "keep": text,
        "time_from": table(TIME_FROM),
        "confirmed": one_of("read", "second-hand", "recalled", "disputed"),
        "checked": text,
        "note": text,
    },
)
"""What a timescale without variants says itself, and with variants each of them."""

BASIS = Shape(
    "a basis",
    {
        "by": text,
        "confirmed": one_of("read", "second-hand", "recalled", "disputed", "assumed"),
        "checked": text,
    },
    needed={
        "by": 'Say what made it so: by = "Working Together 2023, published".',
        "confirmed": 'Say how well the day is known: confirmed = "second-hand".',
    },
)
"""What made a rule begin or end."""

_FORCE = {"since": day, "until": day, "began": table(BASIS), "ended": table(BASIS)}
VARIANT = replace(CLOCK, noun="a variant", keys={**CLOCK.keys, **_FORCE})

_NOTICE = {"at": text, "tell": names("role", "group")}
_NOBODY = 'It has nobody to tell: write tell = ["ROLE"].'
_WHEN = 'Say when: at = "2 working days before it is due".'
REMINDER = Shape("a reminder", _NOTICE, needed={"at": _WHEN, "tell": _NOBODY})
ESCALATION = replace(REMINDER, noun="an escalation")

TIMESCALE = Shape(
    "a timescale",
    {
        "title": text,
        **VARIANT.keys,
        "variant": tables(VARIANT),
        "met_by": names("transition"),
        "stops_if": names("transition"),
        "only_if": conditions,
        "starts_in": names("state"),
        "provisional": flag,
        "waiting_on": name("role", "group"),
        "duty": text,
        "duty_checked": text,
        "remind": tables(REMINDER),
        "escalate": tables(ESCALATION),
        "no_reminder": text,
        "no_escalation": text,
    },
    needed={
        "title": 'Write title = "..." as people call it.',
        "waiting_on": 'Say on whom it waits: waiting_on = "ROLE".',
    },
)

PACK = Shape(
    "a pack",
    {
        "title": text,
        "to": name("role", "group"),
        "template": text,
        "requires": names("question"),
        "signed_off_by": name("transition"),
    },
    needed={
        "title": 'Write title = "..." as people call it.',
        "to": 'Say who is sent it: to = "ROLE".',
        "template": 'Name its file: template = "packs/NAME.toml".',
    },
)

LINKED_ANSWERS = Shape(
    "linked answers",
    {
        "process": name("process"),
        "title": text,
        "only": by_name,
        "answers": texts,
        "headings": by_name,
    },
    needed={
        "process": 'Name a file of children/: process = "PROCESS".',
        "answers": 'Say which of its answers are printed: answers = ["QUESTION"].',
    },
)

PACK_SECTION = Shape(
    "a section",
    {
        "title": text,
        "says": text,
        "answers": names("question"),
        "each": one_of("child", "person"),
        "by_agency": names("question"),
        "linked": table(LINKED_ANSWERS),
        "deadlines": names("timescale"),
        "approvals": name("question"),
        "signatures": names("role"),
        "headings": by_name,
    },
    needed={"title": 'Write the heading of the section: title = "...".'},
)

PACK_FILE = Shape(
    "a pack's file",
    {
        "classification": text,
        "pages": count,
        "plain_text": flag,
        "section": tables(PACK_SECTION),
    },
    needed={"section": "Write [[section]] above the keys of each section."},
)
"""What a pack prints; every name in it is of the process that the pack belongs to."""

SECTIONS = {
    "role": ROLE,
    "group": GROUP,
    "question": QUESTION,
    "state": STATE,
    "transition": TRANSITION,
    "timescale": TIMESCALE,
    "pack": PACK,
    "rule": RULE,
}

IN_FORCE = Shape(
    "in_force",
    {"from": day, "to": day, "for": text},
    needed={"from": "Say from which day: from = 2025-06-01."},
)

HEAD = Shape(
    "a definition",
    {
        "title": text,
        "edition": text,
        "in_force": table(IN_FORCE),
        "source": text,
        "caution": text,
        "working_days": one_of(*SHIPPED),
        "starts_at": name("state"),
        "opening": names("question"),
        "main_line": names("state"),
        "may_open": names("role"),
        "kept_by": names("role"),
        "parts": names("part"),
        "extends": text,
        "extends_edition": text,
    },
    needed={
        "title": 'Write title = "..." at the top of a file.',
        "edition": 'Write edition = "2025-06" at the top of a file.',
        "in_force": "Write in_force = { from = 2025-06-01 } at the top of a file.",
        "source": 'Write source = "..." at the top of a file: the acts and guidance it follows.',
        "working_days": f'Write working_days = "{SHIPPED[0]}" at the top of a file.',
        "starts_at": 'Write starts_at = "STATE" at the top of a file.',
        "kept_by": 'Say who keeps the record of its cases: kept_by = ["ROLE"].',
    },
)

OWN_HEAD = ("parts", "extends", "extends_edition")
"""What is said of a folder, and not of each process in it."""

CHILD_HEAD = replace(
    HEAD,
    keys={k: kind for k, kind in HEAD.keys.items() if k not in OWN_HEAD},
    needed={key: HEAD.needed[key] for key in ("title", "starts_at")},
)
"""A linked process is one file, and takes from the one that opens it what its head leaves out."""
