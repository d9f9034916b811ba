"""What an event of the trail says, in plain English: by titles, and with no personal value."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from engine.apply_clocks import parts
from engine.cli.clock_words import happened
from engine.cli.printing import day, due, listed, plainly, when
from engine.decide.moving.loosening import noted
from engine.nouns import count
from engine.prose import capital, days_said, with_article

Body = Mapping[str, Any]
Known = Mapping[str, Mapping[str, Any]]
"""By kind and name what each thing is called."""

LINKED = (
    "linked case opened",
    "linked case ended",
    "linked case resumed",
    "linked case set aside",
)
SAID = ("provisional", "paused", "met late")
"""What a deadline is that its event does not say by its type."""
FEW = 3
"""Of fewer people each is named, even where those who were told are only counted."""


class Titles:
    """What the things of a process, and the partnership's people and agencies, are called."""

    def __init__(self, known: Known, *, names: bool = True) -> None:
        self._known = known
        self.names = names
        """Whether all who were told are named, or only counted where they are several."""

    def asks(self) -> dict[str, str]:
        """What each question asks, by its name."""
        return {name: one["ask"] for name, one in self._known["questions"].items()}

    def step(self, name: str) -> str:
        """A transition: `"Decide to notify"`."""
        return self._title("transitions", name)

    def state(self, name: str) -> str:
        """A state: `"Closed"`."""
        return self._title("states", name)

    def question(self, name: str) -> str:
        """What a question asks."""
        known = self._known["questions"].get(name)
        return str(known["ask"]) if known else plainly(name)

    def timescale(self, name: str) -> str:
        """A timescale: `"Notify the Panel"`."""
        return self._title("timescales", name)

    def pack(self, name: str) -> str:
        """A pack: `"Rapid review submission"`."""
        return self._title("packs", name)

    def process(self, name: str) -> str:
        """A linked process: `"Meeting"`."""
        return self._title("children", name)

    def role(self, name: str) -> str:
        """A role, a group or an agency, without what its title adds in brackets."""
        known = self._known["roles"].get(name) or self._known["groups"].get(name)
        return str(known).partition(" (")[0] if known else self.whom(plainly(name), name)

    def whom(self, name: str, agency: str = "") -> str:
        """Whom an answer or a deadline is of: an agency's title, or the id of a person."""
        return str(self._known["agencies"].get(agency or name, name))

    def person(self, name: str) -> str:
        """The name of somebody of the partnership."""
        return str(self._known["people"].get(name, name))

    def task(self, name: str) -> str:
        """What was left to do, and what it is called: `Follow up the letter (11.1)`."""
        tasks = self._known["tasks"]
        return f"{capital(tasks[name])} ({name})" if name in tasks else name

    def cause(self, text: str) -> str:
        """Why something happened: a step, an answer, or words."""
        if text in self._known["questions"]:
            return f'the answer to "{self.question(text)}"'
        if text == "calendar":
            return "the list of bank holidays changed"
        return self.step(text) if text in self._known["transitions"] else plainly(text)

    def value(self, name: str, text: str) -> str:
        """A public answer as people say it: days and agencies by their names."""
        known = self._known["questions"].get(name)
        if known and known["answer"] == "date":
            return day(text)
        if known and known["answer"] == "agencies":
            return listed(self.whom(agency) for agency in text.split(","))
        return text

    def _title(self, kind: str, name: str) -> str:
        known = self._known[kind].get(name)
        return f'"{known}"' if known else plainly(name)


def told(event: Mapping[str, Any], titles: Titles) -> list[str]:
    """What an event says: a line, and one more for each of several things that it lists, and for
    each clock that it changed.
    """
    first, *others = parts(event)
    return [*_told(first, titles), *(line for one in others for line in _told(one, titles))]


def _told(event: Mapping[str, Any], titles: Titles) -> list[str]:
    say = _TOLD.get(event["type"])
    if say:
        found = say(event["body"], titles)
        return [found] if isinstance(found, str) else found
    if event["type"].startswith(("deadline", "target", "delay", "notices")):
        return [f"{happened(event['type'], event['body'])}: {_clock(event['body'], titles)}"]
    return [str(event["type"])]


def _listed(head: str, items: Iterable[str]) -> list[str]:
    """What happened to one thing as a line, to several as a list below it."""
    every = list(items)
    return [f"{head}: {every[0]}"] if len(every) == 1 else [f"{head}:", *every]


def _opened(body: Body, titles: Titles) -> str:
    historic = ", as a historic one" if body["historic"] else ""
    of = f", linked to {body['parent']}" if body["parent"] else ""
    return f"case opened at {titles.state(body['state'])}{historic}{of}"


def _answers(body: Body, titles: Titles) -> list[str]:
    every = (_answer(one, titles) for one in body["answers"])
    return _listed("answers recorded late" if body.get("late") else "answers recorded", every)


def _corrected(body: Body, titles: Titles) -> list[str]:
    every = (_answer(one, titles) for one in body["answers"])
    return _listed(f"answers corrected{_late(body)}", every)


def _late(body: Body) -> str:
    """That it was recorded late; an entry of before this was marked does not say."""
    return "; recorded late" if body.get("late") else ""


def _answer(one: Body, titles: Titles) -> str:
    ask = titles.question(one["question"])
    about = [titles.whom(one["of"])] if one["of"] else []
    about += [f"number {one['no']}"] if one["no"] > 1 else []
    name = f"{ask} ({', '.join(about)})" if about else ask
    name = name if name.endswith("?") else f"{name}:"
    if one["status"] != "answered":
        return f"{name} {one['status']}"
    if one["personal"]:
        return f"{name} (personal)"
    old = one.get("old")
    was = f", was {titles.value(one['question'], old)}" if old else ""
    return f"{name} {titles.value(one['question'], one['value'])}{was}"


def _taken(body: Body, titles: Titles) -> list[str]:
    stays = body["from"] == body["to"]
    places = (titles.state(body["from"]), titles.state(body["to"]))
    where = "" if stays else f", from {places[0]} to {places[1]}"
    marks = "; already done" if body["already_done"] else ""
    if over := body.get("passed_over"):
        starts = "another place" if len(over) > 1 else titles.state(over[0])
        marks += f", passing over what lies between {places[0]} and {starts}"
    head = f"step taken: {titles.step(body['transition'])}{where}{marks}{_late(body)}"
    unmet = [one["what"] for one in body["unmet"]]
    return _listed(f"{head}; unmet at the time", unmet) if unmet else [head]


def _undone(body: Body, titles: Titles) -> str:
    step, state = titles.step(body["transition"]), titles.state(body["state"])
    return f"step @{body['step']} set aside: {step}; back at {state}"


def _redated(body: Body, titles: Titles) -> str:
    return f"step @{body['step']} re-dated from {day(body['old'])} to {day(body['new'])}"


def _migrated(body: Body, titles: Titles) -> list[str]:
    """That the case was moved; of each clock that it left as it was, that it did."""
    to = f", now at {titles.state(body['to'])}" if body["to"] != body["from"] else ""
    looser = [
        noted(titles.timescale(one["timescale"]), one["looser"])
        for one in body["choices"]
        if "looser" in one
    ]
    if body["back"]:
        taken = f"the move (@{body['back']}) was taken back"
        opened = [f"open again: {titles.task(name)}" for name in body.get("tasks", ())]
        return [f"given back to edition {body['to_name']}{to}; {taken}", *looser, *opened]
    kept = [titles.timescale(c["timescale"]) for c in body["choices"] if c["choice"] == "keep"]
    stays = [f"{name} stays as it was counted" for name in dict.fromkeys(kept)]
    names = f"from edition {body['from_name']} to {body['to_name']}"
    return [f"moved {names}{to}", *looser, *stays]


def _clock(body: Body, titles: Titles) -> str:
    of = f" ({titles.whom(body['of'])})" if body["of"] else ""
    name = f"{titles.timescale(body['timescale'])}{of}"
    now, old = body.get("now") or body, body.get("old") or {}
    same = old.get("due_on") and old["due_on"] == now.get("due_on")
    facts = [f"{'still ' if same else ''}due {due(now)}"] if due(now) else []
    facts += [f"was due {day(old['due_on'])}"] if old.get("due_on") and not same else []
    facts += [str(now["status"])] if now.get("status") in SAID else []
    if old.get("met_on") and now.get("met_on"):
        facts.append(f"done {when(now['met_on'])}, not {when(old['met_on'])}")
    facts += [f"target {day(now['target_on'])}"] if now.get("target_on") else []
    cause = f" ({titles.cause(body['cause'])})" if body.get("cause") else ""
    return ", ".join([name, *facts]) + cause


def _notice(body: Body, titles: Titles) -> str:
    late = ", late" if body["late"] else ""
    people = _recipients(body, titles) or "nobody"
    of = f" ({titles.whom(body['of'])})" if body.get("of") else ""
    kind = "escalation" if str(body["notice"]).startswith("escalate") else "reminder"
    return f"{kind}{late}: {titles.timescale(body['timescale'])}{of}; told {people}"


def _told_people(body: Body, titles: Titles) -> str:
    return f'told {_recipients(body, titles)}; "{days_said(body["what"])}"'


def _recipients(body: Body, titles: Titles) -> str:
    roles: dict[str, list[str]] = {}
    for one in body["messages"]:
        roles.setdefault(one["role"], []).append(titles.person(one["person"]))
    if titles.names or len(body["messages"]) < FEW:
        return listed(f"{listed(who)} as {titles.role(role)}" for role, who in roles.items())
    counted = {titles.role(role): len(who) for role, who in roles.items()}
    each = listed(f"{role} ({number})" if number > 1 else role for role, number in counted.items())
    return f"{count(len(body['messages']), 'person', 'people')}: {each}"


def _tasks(body: Body, titles: Titles) -> list[str]:
    return _listed("task opened", (capital(one["what"]) for one in body["tasks"]))


def _tasks_closed(body: Body, titles: Titles) -> list[str]:
    word = "task" if len(body["tasks"]) == 1 else "tasks"
    return _listed(f"{word} {body['status']}", map(titles.task, body["tasks"]))


def _person(body: Body, titles: Titles) -> str:
    return f"person added: {body['person']} ({body['kind']})"


def _approved(body: Body, titles: Titles) -> str:
    who, role = titles.person(body["person"]), with_article(titles.role(body["role"]))
    return f'approval of "{titles.question(body["of"])}" given by {who} as {role}'


def _voided(body: Body, titles: Titles) -> str:
    return f'approvals of "{titles.question(body["of"])}" are void: it changed'


def _document(body: Body, titles: Titles) -> str:
    size = count(body["size"], "byte")
    return f"document put on file: {titles.question(body['question'])}, {size}{_late(body)}"


def _linked(kind: str) -> Callable[[Body, Titles], str]:
    def say(body: Body, titles: Titles) -> str:
        verb = "has" if body["ended"] == 1 else "have"
        ended = f"of which {body['ended']} of {body['opened']} {verb} ended"
        number = ended if body["ended"] or kind != LINKED[0] else f"{body['opened']} in all"
        return f"{kind}: {titles.process(body['process'])}, {number}"

    return say


def _erased(body: Body, titles: Titles) -> str:
    kinds = (body["values"], "value"), (body["documents"], "file")
    lost = listed(count(len(gone), what) for gone, what in kinds if gone) or "nothing so far"
    return f"what was known about {body['person']} was erased: {lost}"


def _pack_built(body: Body, titles: Titles) -> str:
    return f"pack built: {titles.pack(body['pack'])}, version {body['no']}, {body['status']}"


def _pack_changed(body: Body, titles: Titles) -> str:
    causes = listed(titles.cause(cause) for cause in body.get("causes", ()))
    because = f" ({causes})" if causes else ""
    name = f"{titles.pack(body['pack'])}, version {body['no']}"
    return f"pack {body['now']['status']}: {name}{because}"


def _message(body: Body, titles: Titles) -> str:
    if body["status"] == "sent":
        return "message sent in a digest" if body.get("digest") else "message sent"
    return f"message given up{_instead(body, titles)}"


def _handed_over(body: Body, titles: Titles) -> str:
    who = f"{titles.person(body['giver'])} to {titles.person(body['taker'])}"
    days = f"from {day(body['since'])} to {day(body['until'])}"
    return f"work handed over by {who}, as {listed(map(titles.role, body['roles']))}, {days}"


def _bounced(body: Body, titles: Titles) -> str:
    return f"message came back{_instead(body, titles)}"


def _call(body: Body, titles: Titles) -> str:
    step = titles.step(body["transition"])
    return f"{body['hook']} not called after {step} (entry {body['step']}){_instead(body, titles)}"


def _instead(body: Body, titles: Titles) -> str:
    """Who was told that a message is lost."""
    return f"; told {_recipients(body, titles)}" if body.get("messages") else ""


def _restricted(body: Body, titles: Titles) -> str:
    return f"restricted to {listed(map(titles.person, body['people']))}"


def _glass(body: Body, titles: Titles) -> str:
    who = titles.person(body["person"])
    return f"{who} broke the glass, to read the case; told {_recipients(body, titles)}"


def _unreviewed(body: Body, titles: Titles) -> str:
    who = f"nobody has reviewed why {titles.person(body['person'])} broke the glass"
    return f"{who} (@{body['broken']}); told {_recipients(body, titles) or 'nobody'}"


def _conflict(said: str) -> Callable[[Body, Titles], str]:
    return lambda body, titles: f"{said}: {titles.person(body['person'])}"


_TOLD: dict[str, Callable[[Body, Titles], str | list[str]]] = {
    "case opened": _opened,
    "answers recorded": _answers,
    "answers corrected": _corrected,
    "document attached": _document,
    "transition taken": _taken,
    "step undone": _undone,
    "step re-dated": _redated,
    "case migrated": _migrated,
    "notice fired": _notice,
    "people told": _told_people,
    "task opened": _tasks,
    "task closed": _tasks_closed,
    "person added": _person,
    "approval given": _approved,
    "approval voided": _voided,
    **{kind: _linked(kind) for kind in LINKED},
    "case set aside": lambda body, titles: f"case set aside with the step of {body['parent']}",
    "erased": _erased,
    "pack built": _pack_built,
    "pack changed": _pack_changed,
    "message sent": _message,
    "message given up": _message,
    "call given up": _call,
    "work handed over": _handed_over,
    "message delivered": lambda body, titles: "message delivered",
    "message bounced": _bounced,
    "case restricted": _restricted,
    "restriction lifted": lambda body, titles: "restriction lifted",
    "conflict declared": _conflict("conflict of interest declared"),
    "conflict ended": _conflict("conflict of interest ended"),
    "glass broken": _glass,
    "review overdue": _unreviewed,
}
