"""The parts of a description around its states: the head, the people, the timescales, the packs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from engine import duties
from engine.definition import Group, Pack, Workflow
from engine.describing.clocks import timescale_lines
from engine.describing.sheet import Sheet
from engine.prose import (
    capital,
    confirmation,
    counted,
    ended,
    listed,
    on_day,
    people,
    quoted,
    series,
    with_article,
)

CONFIRMED = {
    "read": "somebody has compared it with the source itself",
    "second-hand": "it was read where somebody else relays the source",
    "recalled": "it was written down from memory, and no source has been seen",
    "disputed": "sources conflict, or none could be found that settles it",
}
"""What the words for how far a rule is confirmed mean."""


def say_head(sheet: Sheet, workflow: Workflow) -> None:
    """Which edition of which process this is, on what it rests, and how far that was confirmed."""
    until = f" to {on_day(workflow.in_force_to)}" if workflow.in_force_to else ""
    for_whom = f", for {workflow.in_force_for}" if workflow.in_force_for else ""
    sheet.say(
        f"This is the process {quoted(workflow.title)} in its edition {workflow.edition}, as "
        f"Casetrail follows it. It is in force from {on_day(workflow.in_force_from)}{until}"
        f"{for_whom}."
    )
    if workflow.overlay:
        sheet.say(
            f"It is the partnership's own edition: it adds to the edition "
            f"{workflow.overlay.base_edition} that it extends, and loosens nothing of it."
        )
    sheet.say(f"It is written from these sources: {ended(workflow.source)}")
    if workflow.caution:
        sheet.say(f"Caution: {ended(workflow.caution)}")
    sheet.say(*_numbers(workflow))


def _numbers(workflow: Workflow) -> Iterator[str]:
    states = [state for state in workflow.states.values() if not state.abstract]
    size = [counted(len(states), "state"), counted(len(workflow.transitions), "step")]
    size.append(counted(len(workflow.timescales), "timescale"))
    size.append(counted(len(workflow.questions), "question"))
    yield f"It has {listed(size)}."
    if workflow.children:
        kinds = counted(len(workflow.children), "kind")
        yield f"It opens linked cases of {kinds}, each with its own."
    every = [workflow, *workflow.children.values()]
    of_time = [v.confirmed for one in every for t in one.timescales.values() for v in t.variants]
    own = [rule.confirmed for one in every for rule in one.rules.values()]
    if of_time or own:
        named = ((of_time, "timescale rule"), (own, "rule of its own"))
        rules = [counted(len(one), *_plural(noun)) for one, noun in named if one]
        with_linked = " and its linked cases" if workflow.children else ""
        yield f"It{with_linked} {'have' if with_linked else 'has'} {listed(rules)}."
        yield _how_far(Counter([*of_time, *own]))


def _plural(noun: str) -> tuple[str, str]:
    return noun, noun.replace("rule", "rules", 1)


def _how_far(known: Counter[str]) -> str:
    """How many of its rules are confirmed, and of the others how well each is known."""
    total, read = known.total(), known["read"]
    how = [f"{known[word]} {word}" for word in CONFIRMED if word != "read" and known[word]]
    if read == total:
        return f"{'Each of them' if total > 1 else 'It'} was read in its source."
    if total == 1:
        return f"It is unconfirmed: {next(iter(known))}."
    if not read:
        return f"All of them are unconfirmed: {listed(how)}."
    were, are = "was" if read == 1 else "were", "is" if total - read == 1 else "are"
    return (
        f"Of these {total} rules {read} {were} read in the source, and {total - read} {are} "
        f"unconfirmed: {listed(how)}."
    )


def say_legend(sheet: Sheet, workflow: Workflow) -> None:
    """What the words of the description mean."""
    sheet.say(
        "A state is where a case can be. A step (a transition) is what may happen next: it leads "
        "to another state, or leaves the case where it is. Each step is described once, under the "
        "first state in which it may be taken; other states name it again. Titles and questions "
        "stand in quotation marks."
    )
    sheet.say(
        "“May” names those whom Casetrail lets take a step once all that is said of it is so; it "
        "is not a word of the law. What must be on file can be given with the step. Where somebody "
        "must have been asked, it is enough that they were asked and have not replied: no step "
        "waits for another body's answer. A question that is asked afresh keeps its earlier answer "
        "on record beside the new one."
    )
    sheet.say(
        "What has already happened can always be recorded. What was missing then is kept on record "
        "as a task to be done."
    )
    sheet.say(
        "Only what an act or a regulation requires, and somebody has read there, is called a duty "
        "or a legal limit. Everything else is marked as expected. Missing a time never ends a "
        "duty. How far each rule is confirmed is said in one word; one that nobody has read in its "
        "source is unconfirmed:",
        tuple(f"{word}: {meaning}" for word, meaning in CONFIRMED.items()),
    )
    sheet.say(*_changes(workflow))
    sheet.say(
        f"Working days are those of {workflow.working_days}: weekends and its bank holidays are "
        "not counted. Reminders and escalations go out at nine in the morning of their day."
    )


def _changes(workflow: Workflow) -> Iterator[str]:
    """How rules that have changed are said, where there are any."""
    rules = [one.variants for one in workflow.timescales.values()]
    if any(len(variants) > 1 for variants in rules):
        yield (
            "A rule that has changed is said for each time that it was in force, the latest first. "
            "The day on which a clock starts decides which of them holds for it, and law made "
            "later does not move it."
        )
    if any(variant.since or variant.until for variants in rules for variant in variants):
        yield (
            "What made a rule begin or end, and how well that day is known, stands beside it in "
            "the same words, or as assumed where no source for the day was found."
        )


def _partly(workflow: Workflow) -> Iterator[str]:
    """The roles that read only certain answers, or only in certain states, as sentences."""
    for role in workflow.roles.values():
        who = capital(with_article(role.title))
        named = [workflow.questions[name] for name in role.reads if name in workflow.questions]
        if named:
            asks = listed(quoted(question.ask) for question in named)
            yield (
                f"{who} reads, of what is personal, only what its own steps need or give, and the "
                f"answers to these questions: {asks}."
            )
        places = [workflow.states[name] for name in role.reads_in if name in workflow.states]
        if places:
            titles = listed((quoted(state.title) for state in places), "or")
            yield f"{who} reads what is personal on a case only while that is at {titles}."


def say_people(sheet: Sheet, workflow: Workflow) -> None:
    """The roles that act, those that are only told, and the groups of agencies."""
    acting = [role.title for role in workflow.roles.values() if not role.outside]
    outside = [role.title for role in workflow.roles.values() if role.outside]
    sheet.say("These act in it; who they are on which day is kept outside this definition.")
    sheet.items(_with_article(title) for title in acting)
    own = tuple(role.id for role in workflow.roles.values() if role.own_agency)
    if own:
        sheet.say(
            f"{capital(people(workflow, own))}: only where their own agency is concerned. In a "
            "linked case about an agency only those of that agency act and read. Elsewhere they "
            "take the steps that name them; they read only what these steps need or give and what "
            "their own agency answered, and only if their agency opened the case or has a linked "
            "case in it. They are told of what concerns their agency, and of nothing else."
        )
    sheet.items(_partly(workflow))
    if outside:
        sheet.say("These are told or heard from, and never act here.")
        sheet.items(_with_article(title) for title in outside)
    if workflow.groups:
        sheet.say("These are agencies that are asked or told together.")
        sheet.items(_group(group) for group in workflow.groups.values())


def _with_article(title: str) -> str:
    brackets = title.partition(" (")
    return capital(f"{with_article(title)}{''.join(brackets[1:])}")


def _group(group: Group) -> str:
    return f"{capital(with_article(group.title))}: {series(group.kinds)}"


def say_opening(sheet: Sheet, workflow: Workflow) -> None:
    """Who may open a case, where it begins, and what is asked first."""
    begins = f"It begins at {quoted(workflow.states[workflow.starts_at].title)}."
    if workflow.may_open:
        sheet.say(f"A case is opened by {people(workflow, workflow.may_open, 'or')}.", begins)
    else:
        sheet.say(begins)
    if workflow.opening:
        asks = [quoted(workflow.questions[name].ask) for name in workflow.opening]
        sheet.say("Asked first, in this order:", tuple(asks))
    keepers = people(workflow, workflow.keepers)
    sheet.say(
        f"The record is kept by {keepers}. They record answers and documents, add the people whom "
        "the case is about, put right what was recorded, set a target beside a deadline, explain a "
        "delay, and erase what is known of a person. Others record what a step of theirs needs, "
        "and an agency what it is itself asked."
    )


def say_timescales(sheet: Sheet, workflow: Workflow) -> None:
    """Every timescale under its title, line by line."""
    if not workflow.timescales:
        sheet.say("There are none.")
    for timescale in workflow.timescales.values():
        sheet.heading(2, timescale.title)
        sheet.items(timescale_lines(workflow, timescale))


def say_rules(sheet: Sheet, workflow: Workflow) -> None:
    """What the process says of itself, with its source; only what was read is called a duty."""
    sheet.say("Every way that a case can go is searched for a breach of these.")
    for rule in workflow.rules.values():
        called = "Duty" if duties.rule_is_read(rule) else "Expected (source not yet read)"
        duty = [f"{called}: {ended(rule.duty)}"] if rule.duty else []
        source = f"Source: {ended(rule.source)}"
        how_far = confirmation(rule.confirmed, rule.checked)
        sheet.item(ended(rule.says), [*duty, source, how_far])


def say_packs(sheet: Sheet, workflow: Workflow) -> None:
    """What is put together to be sent, to whom, and what it needs."""
    for pack in workflow.packs.values():
        sheet.heading(2, pack.title)
        sheet.say(*_pack(workflow, pack))


def _pack(workflow: Workflow, pack: Pack) -> Iterator[str | tuple[str, ...]]:
    yield f"It is for {people(workflow, [pack.to])}, and is made afresh as the record changes."
    if pack.signed_off_by:
        title = workflow.transitions[pack.signed_off_by].title
        yield f"It is frozen with the step {quoted(title)}."
    if pack.requires:
        yield "It needs an answer to each of these:"
        yield tuple(workflow.questions[name].ask for name in pack.requires)
