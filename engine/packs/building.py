"""Builds a pack's document from a record: every statement with the events that it rests on.

It decides nothing and fetches nothing; what may not be shown is named as withheld, never left out
in silence.
"""

from __future__ import annotations

from collections.abc import Iterator

from engine.dates import said
from engine.decide.entries.people import MOST_CHILDREN
from engine.definition import Question
from engine.packs import clocks, wording
from engine.packs.files import LinkedPart, Section
from engine.packs.record import Record, Side, Told
from engine.packs.tree import (
    NOT_RECORDED,
    Block,
    Document,
    Heading,
    Note,
    Paragraph,
    Signatures,
    Statement,
    Table,
)
from engine.prose import capital, name_of, people

SHORT = 200
"""Characters up to which an answer stands in a table of linked cases."""
MOST_COLUMNS = 5
"""Answers of linked cases that stand side by side."""

Known = dict[str, list[tuple[str, Told]]]
"""What is on record of each linked case, each answer under its label."""

SECOND_FORM = (
    f"The national form takes {MOST_CHILDREN} children at most. Enter what follows in a second "
    "form, and say so in both."
)


def document(record: Record, *, gaps: tuple[str, ...] = (), draft: bool = False) -> Document:
    """The document of a pack; a draft lists its gaps and is marked on every page."""
    pack, workflow, around = record.pack, record.own.workflow, record.around
    sender = f"From {around.partnership} to" if around.partnership else "For"
    blocks = [block for section in record.file.sections for block in _section(record, section)]
    if not record.file.pages:
        blocks += _made_from(record)
    return Document(
        title=record.words(pack.title),
        subtitle=record.words(f"{sender} {people(workflow, [pack.to])}"),
        reference=record.own.case.ref,
        prepared_on=around.as_at,
        blocks=tuple(blocks),
        classification=record.file.classification,
        caution=record.words(workflow.caution),
        draft=draft,
        demo=around.demo,
        gaps=gaps,
        brief=bool(record.file.pages),
    )


def _section(record: Record, section: Section) -> Iterator[Block]:
    yield Heading(1, record.words(section.title))
    if section.says:
        yield Paragraph(record.words(section.says))
    yield from _answers(record, section)
    if section.by_agency:
        yield from _by_agency(record, section)
    for name in section.deadlines:
        title = record.words(record.own.workflow.timescales[name].title)
        yield from (_stated(title, one) for one in clocks.told(record, name))
    if section.linked:
        yield from _linked(record, section.linked)
    if section.approvals:
        yield from _approvals(record, section.approvals)
    if section.signatures:
        yield Signatures(tuple(_signature(record, role) for role in section.signatures))


def _stated(label: str, one: Told) -> Statement:
    return Statement(label, one.value, one.rests_on)


def _answers(record: Record, section: Section) -> Iterator[Block]:
    side, questions = record.own, _questions(record.own, section.answers)
    if not section.each:
        for question in questions:
            label = wording.label(record, question, section.headings)
            yield _stated(label, wording.of_everybody(record, side, question))
        return
    everybody = side.case.people("" if section.each == "person" else section.each)
    if not everybody:
        yield Paragraph(f"No {section.each} has been added to the case.")
    for number, person in enumerate(everybody):
        if record.file.plain_text and section.each == "child" and number == MOST_CHILDREN:
            yield Note(SECOND_FORM)
        yield Heading(2, wording.person(side, person))
        for question in questions:
            label = wording.label(record, question, section.headings)
            yield _stated(label, wording.told(record, side, question, person))


def _questions(side: Side, names: tuple[str, ...]) -> list[Question]:
    return [side.workflow.questions[name] for name in names]


def _by_agency(record: Record, section: Section) -> Iterator[Block]:
    """A row for each agency that was asked or should be: when, and what it replied."""
    side, questions = record.own, _questions(record.own, section.by_agency)
    agencies = _agencies(record, side, questions)
    if not agencies:
        yield Paragraph("No agency has been asked.")
        return
    labels = [wording.label(record, question, section.headings) for question in questions]
    rows, rests_on = [], []
    for agency in agencies:
        told = [wording.told(record, side, question, agency) for question in questions]
        first = side.case.answer(questions[0].id, agency)
        when = wording.asked(record, first) if first else "Not asked."
        answers = [
            _reply(side, question, agency, one)
            for question, one in zip(questions, told, strict=True)
        ]
        rows.append((record.agency(agency), when, *answers))
        rests_on += [event for one in told for event in one.rests_on]
    header = ("Agency", "Asked, and replied", *labels)
    caption = "Each agency that was asked, and what it replied"
    yield Table(caption, header, tuple(rows), rests_on=tuple(dict.fromkeys(rests_on)))


def _reply(side: Side, question: Question, agency: str, one: Told) -> str:
    """What an agency replied; when it was asked stands beside it already."""
    row = side.case.answer(question.id, agency)
    replied = row is not None and row["status"] == "answered"
    return one.value if replied else NOT_RECORDED


def _agencies(record: Record, side: Side, questions: list[Question]) -> tuple[str, ...]:
    """The agencies of the group on the day, and all others that were asked."""
    day = record.around.as_at.isoformat()
    kinds = side.workflow.groups[questions[0].asked_of].kinds
    found = [agency.id for agency in record.around.directory.of_kinds(kinds, day)]
    names = {question.id for question in questions}
    asked = sorted(
        str(key[2])
        for key in side.case.rows.table("answers")
        if key[1] in names and side.case.answer(str(key[1]), str(key[2]))
    )
    return tuple(dict.fromkeys([*found, *asked]))


def _linked(record: Record, part: LinkedPart) -> Iterator[Block]:
    """The linked cases of a process: side by side if all they say is short, else one by one."""
    title = record.words(part.title or record.own.workflow.children[part.process].title)
    sides = record.chosen(part)
    if not sides:
        yield Statement(title, "No separate record of it is linked to this case.")
        return
    known = {side.case.ref: _known(record, side, part) for side in sides}
    texts = [one.value for told in known.values() for _, one in told]
    if len(part.answers) <= MOST_COLUMNS and all(len(text) <= SHORT for text in texts):
        yield _side_by_side(record, title, sides, known)
        return
    for number, side in enumerate(sides, 1):
        yield Heading(2, _called(record, side, title, number))
        yield _stated("Where it stands", _standing(record, side))
        yield from (_stated(label, one) for label, one in known[side.case.ref] if one.value)


def _known(record: Record, side: Side, part: LinkedPart) -> list[tuple[str, Told]]:
    """What is on record of a linked case, each answer under its label."""
    found = []
    for question in _questions(side, part.answers):
        label = wording.label(record, question, part.headings)
        found.append((label, wording.of_everybody(record, side, question)))
    return found


def _side_by_side(record: Record, title: str, sides: tuple[Side, ...], known: Known) -> Table:
    """Linked cases as the rows of one table."""
    rows, rests_on = [], []
    for number, side in enumerate(sides, 1):
        told, standing = known[side.case.ref], _standing(record, side)
        values = [one.value or NOT_RECORDED for _, one in told]
        who = _agency_of(record, side) or str(number)
        place = f"{who} (.{side.case.ref.rpartition('.')[2]})"
        rows.append((place, standing.value.partition(", since")[0], *values))
        rests_on += [*standing.rests_on, *(event for _, one in told for event in one.rests_on)]
    labels = [label for label, _ in known[sides[0].case.ref]]
    first = "Agency" if _agency_of(record, sides[0]) else "No."
    header = (first, "Where it stands", *labels)
    return Table(title, header, tuple(rows), rests_on=tuple(dict.fromkeys(rests_on)))


def _called(record: Record, side: Side, title: str, number: int) -> str:
    """A linked case by the agency it is about, or by its number among those of its process."""
    return f"{_agency_of(record, side) or f'{title} {number}'} ({side.case.ref})"


def _agency_of(record: Record, side: Side) -> str:
    """The agency that a linked case is about, if it is about one."""
    about = str(side.case.row["about"] or "")
    return record.agency(about) if about in record.around.directory.agencies else ""


def _standing(record: Record, side: Side) -> Told:
    row = side.case.row
    title = record.words(side.workflow.states[side.case.state].title)
    since = said(str(row["state_since"]))
    return Told(f"{title}, since {since}", (side.event(side.entered),))


def _approvals(record: Record, name: str) -> Iterator[Block]:
    question = record.own.workflow.questions[name]
    given, of = _given(record, name), f'Approvals of "{record.words(question.ask)}"'
    if not given:
        yield Statement(of, "None is recorded.")
        return
    rows = []
    for person, row in given:
        role = _role(record, row["role"])
        agency = record.agency(row["agency"]) if row["agency"] else ""
        rows.append(
            (
                record.person(person),
                "\n".join(part for part in (role, agency) if part),
                said(row["given_on"]),
                capital(record.proofs.get(int(row["n"]), NOT_RECORDED)),
            )
        )
    rests_on = tuple(record.own.event(int(row["n"])) for _, row in given)
    header = ("Approved by", "In which role", "When", "How that is known")
    yield Table(of, header, tuple(rows), rests_on=rests_on)


def _given(record: Record, name: str) -> list[tuple[str, dict[str, str]]]:
    """The approvals that stand of the current answer to a question, in the order given."""
    case = record.own.case
    no = case.occurrence(name)
    rows = case.rows.table("approvals").items()
    found = [(str(key[3]), row) for key, row in rows if key[1:3] == (name, no)]
    return sorted(
        (one for one in found if one[1]["status"] == "given"), key=lambda one: one[1]["n"]
    )


def _signature(record: Record, role: str) -> tuple[str, str, str]:
    """A line to sign: with the name of whoever has approved in that role, else of its holder."""
    title = _role(record, role)
    for section in record.file.sections:
        for person, row in _given(record, section.approvals) if section.approvals else ():
            if row["role"] == role:
                return (title, record.person(person), "")
    day = record.around.as_at.isoformat()
    held = [one.person for one in record.around.directory.holders(role, day)]
    return (title, record.person(held[0]) if len(held) == 1 else "", "")


def _role(record: Record, role: str) -> str:
    """The title of a role, without what it adds in brackets."""
    title = name_of(record.own.workflow, role).partition(" (")[0]
    return capital(record.words(title))


def _made_from(record: Record) -> Iterator[Block]:
    """Which rules the case is under, and that the pack says no more than the record."""
    workflow, row = record.own.workflow, record.own.case.row
    yield Heading(1, "How this was made")
    yield Paragraph(
        "Every word outside the answers comes from the definition of the process, and every "
        "answer from the record of the case; nothing was added by hand."
    )
    yield Statement("Process", f"{record.words(workflow.title)}, edition {workflow.edition}")
    yield Statement("It follows", workflow.source)
    yield Statement("Content of the edition (SHA-256)", workflow.hash)
    historic = "; entered afterwards, as historic" if row["historic"] else ""
    opened = f"{said(str(row['opened_on']))}{historic}"
    yield Statement("Case opened", opened, (record.own.event(1),))
