"""What roles that read only a part of a case would read more of it with an overlay."""

from __future__ import annotations

from collections.abc import Iterator

from engine.definition import Role, Transition, Workflow
from engine.loading.checks.rules import Problem
from engine.loading.overlay.locally import Found


def read_more(base: Workflow, new: Workflow) -> Iterator[Found]:
    """The steps and roles by which a role reads personal answers of the base that it did not.

    A role reads what it names and what the steps that name it need or give; only one that reads a
    part of a case is bound by that.
    """
    personal = {name for name, question in base.questions.items() if question.personal}
    for role in new.roles.values():
        if not (role.reads or role.own_agency):
            continue
        before = readable(role.id, base.roles.get(role.id), base)
        if own := sorted(({*role.reads} & personal) - before):
            yield "role", role.id, _problem(("reads",), role, own, base)
        for step in new.transitions.values():
            more = sorted((_of_step(role.id, step, new) & personal) - before)
            if more:
                yield "transition", step.id, _problem((_key(step, more),), role, more, base)


def readable(name: str, role: Role | None, workflow: Workflow) -> set[str]:
    """The questions whose answers a role reads that is not kept from any of them by name."""
    if role is None:
        return set()
    if not (role.reads or role.own_agency):
        return set(workflow.questions)
    steps = workflow.transitions.values()
    return set(role.reads).union(*(_of_step(name, step, workflow) for step in steps))


def _of_step(role: str, step: Transition, workflow: Workflow) -> set[str]:
    """The questions that a step names, whose answers those may read who may take it."""
    if role not in step.who:
        return set()
    named = {*step.on_file, *step.asks_anew, step.dates, *dict(step.sets)}
    named |= {approval.of for approval in step.approve}
    asked = {question.id for question in workflow.questions.values() if question.asked_of}
    return named - asked


def _key(step: Transition, names: list[str]) -> str:
    return "on_file" if names[0] in step.on_file else "approve"


def _problem(at: tuple[str, ...], role: Role, names: list[str], base: Workflow) -> Problem:
    listed = " and ".join(f'"{name}"' for name in names[:3])
    sentence = f'By this the role "{role.id}" would read the personal answers to {listed}, which '
    sentence += f'"{base.title}", edition {base.edition}, does not give it to read.'
    return Problem(at, sentence, "Leave them out, or let another role do it.")
