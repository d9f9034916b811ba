"""`next`: what can be done now on a case, on one screen; all else by its title, or with --all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby, product
from typing import Any

from engine.cli import due, printing, saying
from engine.cli.door import argument, option
from engine.cli.printing import day, item, listed, paragraph, strong
from engine.cli.visit import Visit, reads
from engine.decide.possible.ahead import ANY_STATE, RULED_OUT
from engine.nouns import any_of, count
from engine.service import references

LINES = 39
"""Of a screen, under what may be said before; what does not fit is told by its title."""
MOST_LINES = 3
"""Of titles of one kind."""
MOST_STATES = 3
"""From which a step starts that is named under each of them."""

Step = Mapping[str, Any]
Entry = list[str]
"""The lines of one step, which are printed together or not at all."""


@reads(
    "next",
    argument("ref", "REF"),
    option("--all", "every", is_flag=True, help="Every step in full, with all that is missing."),
)
def next_(door: Visit, ref: str, every: bool) -> None:
    """What is due on a case, what can happen next to it, and what is missing for what cannot.

    Below what is due stands what leads on from where the case is; what is possible in many states,
    or ruled out, is named below it. With --all every step says all that is missing, who can supply
    it, and from which day it could be done; `why-not` says that of one step, with what to type.
    """
    ref = references.read(ref)
    found = door.ask("next", ref=ref)
    waits = f"; it waits on {found['waits_on']}" if found["waits_on"] else ""
    lines = paragraph(f'{found["ref"]} is at "{found["state_title"]}"{waits}.')
    if not found["steps"]:
        lines.append("No step starts from here: the case is at its end.")
    tasks, caution = _tasks(found), saying.caution(found["caution"])
    who = found["names"][found["person"]]
    lines += due.running(found, every=every)
    if every:
        lines += _in_full(found["ref"], found["steps"], who, found["today"])
        lines += [*_besides(found), *_elsewhere(found)]
    else:
        number = _tasks_counted(found)
        room = LINES - len(lines) - len(caution)
        lines += _on_a_screen(found["ref"], found["steps"], who, room - len(number))
        lines += _besides_counted(found) if len(lines) + len(number) + 2 <= room else []
        tasks = tasks if len(lines) + len(tasks) + len(caution) <= LINES else number
    door.answer(found, [*lines, *tasks, *caution])


def _on_a_screen(ref: str, steps: Sequence[Step], who: str, room: int) -> list[str]:
    """The steps that lead on, and all others too where there is room for them; else their titles.

    The titles give way first; then, of the steps that lead on, the last of those that cannot be
    taken yet, and duties after all others. What can be taken never does.
    """
    possible = [step for step in steps if step["apart"] != RULED_OUT]
    usual = [step for step in possible if not step["apart"]]
    waiting = sorted((step for step in usual if step["unmet"]), key=lambda step: not step["duty"])
    fewer = [
        [step for step in usual if step not in waiting[kept:]]
        for kept in range(len(waiting), -1, -1)
    ]
    lines: list[str] = []
    for shown, most in product((possible, *fewer), range(MOST_LINES, 1, -1)):
        lines = [*_groups(ref, shown, who), *_named(ref, steps, shown, most)]
        if len(lines) <= room:
            break
    return lines


def _groups(ref: str, steps: Sequence[Step], who: str) -> list[str]:
    decided = [step for step in steps if _is_only_for_others(step)]
    others = [step for step in steps if step["unmet"] and step not in decided]
    lines = _ready(ref, steps, who)
    lines += ["", strong("Ready, for others to decide")] if decided else []
    for by, group in _by_whom(decided):
        for step in group:
            lines += [*item(f"{_said(step)}; it is for {by}"), *due.meets(step, 6)]
            lines += [_for_others(ref, step)] if step["recordable"] else []
    lines += ["", strong("Not yet")] if others else []
    for by, group in _by_whom(others):
        lines += paragraph(f"For {by}:", 2, 2)
        for step in group:
            lines += [*paragraph(f"- {_called(step)}", 4, 2), *due.meets(step, 8)]
            lines += _missing(step)
    return lines


def _ready(ref: str, steps: Sequence[Step], who: str) -> list[str]:
    """What whoever looks can do now, with what they type."""
    ready = [step for step in steps if not step["unmet"]]
    lines = ["", strong(f"Can be done now by {who}")] if ready else []
    for step in ready:
        lines += [*item(_said(step)), *due.meets(step, 6)]
        lines.append(f"      casetrail take {ref} {step['transition']}")
    return lines


def _by_whom(steps: Sequence[Step]) -> Iterable[tuple[str, list[Step]]]:
    """Steps under those who take them, in the order in which these come first."""
    order = list(dict.fromkeys(step["by"] for step in steps))
    listed = sorted(steps, key=lambda step: order.index(step["by"]))
    return [(by, list(group)) for by, group in groupby(listed, key=lambda step: step["by"])]


def _is_only_for_others(step: Step) -> bool:
    return bool(step["for_others"]) and len(step["unmet"]) == 1


def _for_others(ref: str, step: Step) -> str:
    shown = "--decided-by PERSON --evidence FILE"
    return f"      casetrail take {ref} {step['transition']} {shown}"


def _missing(step: Step) -> list[str]:
    """What is missing, as much of it as stands in two lines; how many more things there are."""
    needs = [one["what"] for one in step["unmet"]][1 if step["for_others"] else 0 :]
    shown: list[str] = []
    lines: list[str] = []
    for need in needs:
        more = len(needs) - len(shown) - 1
        tried = "; ".join([*shown, need, *([f"and {count(more, 'more')}"] if more else [])])
        wrapped = paragraph(f"Missing: {tried}", 8, 2)
        if len(wrapped) <= 2:
            shown, lines = [*shown, need], wrapped
    return lines or paragraph(f"Missing: {count(len(needs), 'thing')}.", 8, 2)


def _named(ref: str, steps: Sequence[Step], shown: Sequence[Step], most: int) -> list[str]:
    """The titles of the steps that are not shown, those that can be taken first."""
    left = [step for step in steps if step not in shown]
    waiting = [step for step in left if step["unmet"]]
    parts = (
        ("Also possible now", [one for one in left if not one["unmet"]]),
        ("Not yet, too", [one for one in waiting if not one["apart"]]),
        ("Where called for", [one for one in waiting if one["apart"] == ANY_STATE]),
        ("Ruled out by what is on record", [one for one in waiting if one["apart"] == RULED_OUT]),
    )
    lines = [line for head, group in parts for line in _titles(head, group, most)]
    cut = left or any(len(step["unmet"]) > 1 for step in shown)
    more = f"`casetrail next {ref} --all` shows every step, and all that it needs."
    return [*([""] if lines else []), *lines, *(["", *paragraph(more)] if cut else [])]


def _titles(head: str, steps: Sequence[Step], most: int) -> list[str]:
    """The titles of some steps in so many lines, and how many more there are."""
    titles = [f"{step['title']}{_by_answers(step)}" for step in steps]
    return _as_many(head, titles, most, 0) if titles else []


def _as_many(head: str, titles: Sequence[str], most: int, indent: int) -> list[str]:
    for shown in range(len(titles), 0, -1):
        more = [f"and {count(len(titles) - shown, 'more')}"] if shown < len(titles) else []
        lines = paragraph(f"{head}: {'; '.join([*titles[:shown], *more])}.", indent, 2)
        if len(lines) <= most:
            return lines
    return paragraph(f"{head}: {count(len(titles), 'step')}.", indent, 2)


def _by_answers(step: Step) -> str:
    """The answers that rule a step out, each by the name of its question."""
    if step["apart"] != RULED_OUT:
        return ""
    by = [f"{one['question']}: {one['answer']}" for one in step["ruled_out_by"] if one["answer"]]
    return f" ({'; '.join(by)})" if by else ""


def _in_full(ref: str, steps: Sequence[Step], who: str, today: str) -> list[str]:
    others = [step for step in steps if step["unmet"]]
    lines = _ready(ref, steps, who)
    lines += ["", strong("Cannot be done yet")] if others else []
    for step in others:
        apart = f"; {step['apart']}{_by_answers(step)}" if step["apart"] == RULED_OUT else ""
        lines += [*item(f"{_called(step)}{apart}"), *due.meets(step, 6)]
        lines += paragraph(day_line(step, today), 6, 2)
        for one in step["unmet"]:
            lines += paragraph(f"- {printing.need(one['what'], one['who'], one['how'])}", 6, 2)
    return lines


def day_line(step: Step, today: str) -> str:
    """Whether any day holds a step up, beside all that it lacks, and why just that one."""
    if step["earliest"] == today:
        return (
            "No day holds it up: it can be done on the day on which all that is missing is there."
        )
    if step["earliest"] is None:
        return since(step)
    unmet = [one for each in (*step.get("before", ()), step) for one in each["unmet"]]
    last = [one["what"] for one in unmet if one["earliest"] == step["earliest"]]
    why = f"of this: {listed(last)}" if last else "nobody who may take it is there before"
    return f"{since(step)[:-1]}, because {why}."


def since(known: Step) -> str:
    """From which day to come something could be done, or on what that hangs."""
    if known["earliest"] is None:
        hangs = listed(known["hangs_on"])
        return f"On which day it can be done is not known; it hangs on {hangs}."
    return f"Not before {day(known['earliest'])}."


def _besides(found: Mapping[str, Any]) -> list[str]:
    """What can be done beside steps: approvals, and the answers that are asked for now."""
    lines = ["", strong("Approvals that can be given")] if found["approvals"] else []
    for one in found["approvals"]:
        more = count(one["lacking"], "more")
        lines += item(f'"{one["ask"]}": {more}, by {any_of(one["who"])}')
        lines += [f"      casetrail {one['how']}"]
    asked = [one for one in found["answers"] if one["needed"]]
    lines += ["", strong("Answers that are asked for now")] if asked else []
    for one in asked:
        of = f" ({one['of_title']})" if one["of"] else ""
        again = "; it is answered, and may change" if one["again"] else ""
        lines += [*item(f"{one['ask']}{of}{again}"), f"      casetrail {one['how']}"]
        lines += saying.choices(one["choices"], 6)
    others = len(found["answers"]) - len(asked)
    if others:
        said = f"{count(others, 'other question')} can be answered: "
        lines += ["", *paragraph(f"{said}`casetrail record {found['ref']} --form --all`.")]
    return lines


def _elsewhere(found: Mapping[str, Any]) -> list[str]:
    """The titles of the steps that start elsewhere, by the state from which they do."""
    steps = found["elsewhere"]
    by_state: dict[str, list[str]] = {}
    for step in steps:
        for start in step["starts"] if len(step["starts"]) <= MOST_STATES else ():
            by_state.setdefault(start["title"], []).append(step["title"])
    many = [step["title"] for step in steps if len(step["starts"]) > MOST_STATES]
    lines = ["", strong("Steps that start elsewhere")] if steps else []
    for title, names in by_state.items():
        lines += _as_many(f'- From "{title}"', names, MOST_LINES - 1, 2)
    lines += _as_many("- From more states", many, MOST_LINES - 1, 2) if many else []
    more = f"`casetrail why-not {found['ref']} STEP` says all that one of them lacks."
    return [*lines, *(paragraph(more) if steps else [])]


def _besides_counted(found: Mapping[str, Any]) -> list[str]:
    """How many answers and approvals can be given, of those that are asked for now."""
    asked = sum(1 for one in found["answers"] if one["needed"])
    parts = [(asked, "answer"), (len(found["approvals"]), "approval")]
    said = listed(count(number, noun) for number, noun in parts if number)
    more = f"`casetrail next {found['ref']} --all` names them."
    return ["", *paragraph(f"Asked for now: {said}. {more}")] if said else []


def _said(step: Step) -> str:
    return f"{step['title']}{under(step)}"


def under(step: Step) -> str:
    """The law that requires a step; only said to where nobody has read it there."""
    said = "" if step["duty_read"] else "said to be "
    return f", {said}under {step['duty']}" if step["duty"] else ""


def _called(step: Step) -> str:
    return f"{step['title']} [{step['transition']}]{under(step)}"


def _tasks(found: Mapping[str, Any]) -> list[str]:
    tasks = found["tasks"]
    return ["", strong("Open tasks"), *saying.tasks(tasks)] if tasks else []


def _tasks_counted(found: Mapping[str, Any]) -> list[str]:
    number = count(len(found["tasks"]), "open task")
    said = f"{number}: `casetrail show {found['ref']} --all` names them."
    return ["", said] if found["tasks"] else []
