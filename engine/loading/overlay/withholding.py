"""Refuses what would keep an answer of the base from those to whom the base takes it.

They are the body that a pack is for which prints it, those whose step needs it, and those who owe
a duty.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

from engine.definition import Question, Role, Transition, Workflow
from engine.loading.checks.rules import OWN_AGENCY, Problem
from engine.loading.files.reading import Document
from engine.loading.overlay.authority import authority
from engine.loading.overlay.locally import Found
from engine.loading.overlay.reaching import readable
from engine.loading.overlay.supplying import called
from engine.owing import owing

_UNTIL = " until "

Documents = Mapping[str, Document]
"""The files of packs that say what to print, by the names that packs give them."""


class Parts(NamedTuple):
    """A process and one that it opens, or that process itself, without an overlay and with it."""

    base: Workflow
    new: Workflow
    parent: Workflow
    """The process of the base whose packs and duties there are."""


class _Kept(NamedTuple):
    """Somebody who no longer reads an answer, how that shows, and what rests on what."""

    reader: str
    said: str
    rests_on: str


def withholds(parts: Parts, documents: Documents) -> Iterator[Found]:
    """The questions of the base whose answers an overlay keeps from those who must have them."""
    for name, question in parts.base.questions.items():
        after = parts.new.questions.get(name, question)
        if after.seen_by == question.seen_by:
            continue
        kept = [
            *_from_packs(question, after, parts, documents),
            *_from_duties(question, after, parts),
            *_from_steps(question, after, parts),
        ]
        if kept:
            yield "question", name, _problem(question, kept)


def _problem(question: Question, kept: list[_Kept]) -> Problem:
    first = kept[0]
    named = [f'"{name}"' for name in dict.fromkeys(one.reader for one in kept)]
    listed = " and ".join(part for part in (", ".join(named[:-1]), named[-1]) if part)
    said = f"By this {first.said}, which rests on {first.rests_on}."
    return Problem(("seen_by",), said, f"Name {listed} in seen_by too, or leave it out.")


def _from_packs(
    before: Question, after: Question, parts: Parts, documents: Documents
) -> Iterator[_Kept]:
    for pack in parts.parent.packs.values():
        document = documents.get(pack.template)
        if document is None or before.id not in _printed(document, parts):
            continue
        if _is_kept(before, after, pack.to, ()):
            sender = parts.parent.transitions.get(pack.signed_off_by, pack)
            said = (
                f'the pack "{pack.title}" would withhold from {called(parts.parent, (pack.to,))} '
            )
            said += f'the answer to "{before.ask}"'
            yield _Kept(pack.to, said, authority(sender, parts.parent))


def _printed(document: Document, parts: Parts) -> set[str]:
    """The questions of a process that the file of a pack prints."""
    found = set[str]()
    for section in (document.keys or {}).get("section", ()):
        if parts.base is parts.parent:
            found.update(_several(section, "answers"), _several(section, "by_agency"))
        elif section.get("linked", {}).get("process") == parts.base.name:
            found.update(_several(section["linked"], "answers"))
    return found


def _several(table: Mapping[str, Any], key: str) -> Collection[str]:
    written = table.get(key, ())
    return (written,) if isinstance(written, str) else written


def _from_steps(before: Question, after: Question, parts: Parts) -> Iterator[_Kept]:
    for step in parts.base.transitions.values():
        now = parts.new.transitions.get(step.id, step)
        takers = [role for role in step.who if role in now.who and before.id in _needs(step)]
        approvers = [r for one in step.approve if one.of == before.id for r in one.by]
        for role in dict.fromkeys((*takers, *approvers)):
            if _is_lost(before, after, role, parts):
                does = "takes the step" if role in takers else "approves it for the step"
                said = f'{_no_longer(before, role, parts)}, and {does} "{step.title}"'
                yield _Kept(role, said, authority(step, parts.base))


def _needs(step: Transition) -> set[str]:
    """The questions that a step reads, gives, or asked others."""
    lines = {line.subject for table in step.only_if.tables for line in table}
    one_for = step.opens.one_for if step.opens else ""
    named = {*step.on_file, *step.asked, *step.asks_anew, step.dates, step.once_for, one_for}
    return named | lines | {*dict(step.sets)} | {one.of for one in step.approve}


def _from_duties(before: Question, after: Question, parts: Parts) -> Iterator[_Kept]:
    for workflow in {id(one): one for one in (parts.parent, parts.base)}.values():
        for timescale in workflow.timescales.values():
            for role in owing(workflow, timescale) if timescale.duty else ():
                if _is_lost(before, after, role, parts):
                    said = f'{_no_longer(before, role, parts)}, and owes timescale "{timescale.id}"'
                    yield _Kept(role, said, timescale.duty)


def _no_longer(question: Question, role: str, parts: Parts) -> str:
    who = called(parts.base, (role,))
    return f'{who} would no longer read the answer to "{question.ask}"'


def _is_lost(before: Question, after: Question, name: str, parts: Parts) -> bool:
    """Whether a role that read an answer, or its agencies did, reads it no more."""
    role = parts.base.roles.get(name)
    if role is None or role.outside:
        return False
    if role.reads and before.id not in readable(name, role, parts.base):
        return False
    return _is_kept(before, after, name, _ways(role, parts.base))


def _ways(role: Role, workflow: Workflow) -> tuple[str, ...]:
    """As what else those of a role may be let in: for their agency, or its group."""
    return (*((OWN_AGENCY,) if role.own_agency else ()), *workflow.groups)


def _is_kept(before: Question, after: Question, name: str, ways: Collection[str]) -> bool:
    """Whether an answer is kept, or kept longer, from a reader from whom it was not."""
    was, now = _readers(before), _readers(after)
    if name in now or not now:
        return False
    if not was:
        return not (OWN_AGENCY in ways and OWN_AGENCY in now)
    return bool(({name, *ways} & {*was}) - {*now}) or bool(_moments(before) - _moments(after))


def _readers(question: Question) -> set[str]:
    return {entry.partition(_UNTIL)[0] for entry in question.seen_by}


def _moments(question: Question) -> set[str]:
    """The moments from the first of which everybody reads an answer."""
    return {entry.partition(_UNTIL)[2] for entry in question.seen_by} - {""}
