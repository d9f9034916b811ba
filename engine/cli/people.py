"""`person` and `erase`: the people a case is about. Their names are personal answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import click

from engine.cli import printing, saying, texts
from engine.cli.answering import answering
from engine.cli.door import argument, option
from engine.cli.looking import clear, path, reason_to_read
from engine.cli.visit import Visit, changes
from engine.errors import UsageError
from engine.nouns import count
from engine.service import references

Known = Mapping[str, Any]


@changes(
    "person",
    argument("ref", "REF"),
    argument("act", "add|show", type=click.Choice(["add", "show"])),
    argument("words", "[KIND] [QUESTION=VALUE] ...", nargs=-1),
    more=[
        option("--personal", is_flag=True, help="Show what is known of them; it is logged."),
        option("--why", metavar="TEXT", default="", help="Why: TEXT, @FILE, or - to be asked."),
    ],
)
def person(door: Visit, ref: str, act: str, words: tuple[str, ...]) -> None:
    """Add somebody the case is about, or show those it is about.

    `person REF add child child_name=-` adds a child and asks for the name, so that it stays out of
    the shell's history; `record REF --form --all` names the other questions. Other cases with
    somebody of that name are named first, which is logged as a search. `person REF show` lists ids
    and kinds only, unless --personal is given.
    """
    ref = references.read(ref)
    if act == "add":
        _add(door, ref, words)
    elif words:
        raise UsageError("`person REF show` takes nothing after it.")
    else:
        _show(door, ref)


@changes(
    "erase",
    argument("ref", "REF"),
    more=[
        option("--person", metavar="P", required=True, help="Their id, as `person REF show` says."),
        option(
            "--basis",
            metavar="TEXT",
            required=True,
            help=f"On what basis: {texts.FREE}",
        ),
        option(
            "--copies",
            is_flag=True,
            help="Also packs signed off or sent that print none of their own answers.",
        ),
        option(
            "--yes-erase",
            metavar="REF",
            default="",
            help="The reference once more, instead of being asked to type it.",
        ),
    ],
)
def erase(door: Visit, ref: str) -> None:
    """Destroy every personal value that is recorded under one person of a case, for good.

    It says first what is lost for ever and what stays, and asks for the reference once more. The
    trail keeps that the values existed, and verifies still. What is recorded of the case itself may
    name the person still; where, is left as a task.

    Packs go with it without being asked for: those that print the person's own answers, also where
    they were signed off or sent, with what is kept of what was sent; and all that were never signed
    off or sent, which are built again when what may name the person was looked through. What is
    built before, another `erase` destroys. Packs that were signed off or sent and print none of the
    person's own answers stay, unless --copies is given. Each version whose file was destroyed is
    named.
    """
    ref, options = references.read(ref), door.options
    basis = texts.free_text(options["basis"], "--basis")
    if not basis.strip():
        raise UsageError("An erasure needs its basis; give --basis.")
    who = options["person"]
    wanted = {"ref": ref, "person": who, "basis": basis, "copies": options["copies"]}
    _make_sure(door, ref, who, wanted)
    with door.working("Erasing", ticking=True):
        found = door.change("erase", confirm=ref, **wanted)
    said = (
        f"What was recorded under {who} is destroyed, and can never be read again. What is on "
        "record of the case itself, and names of documents, may still name them: a task for those "
        "who keep the record says where to look."
    )
    gone = found["destroyed"]
    said += f"\nDestroyed with it: {_named(ref, gone)}." if gone else ""
    door.done(found, said)


def _make_sure(door: Visit, ref: str, who: str, wanted: Known) -> None:
    """Go on only where the reference was given once more."""
    doomed = door.foresee("erase", dry_run=True, **wanted)["doomed"]
    again = door.options["yes_erase"].strip()
    if again.upper() == ref:
        return
    printing.say_aside(_warning(ref, who, doomed))
    if not again and texts.retyped(ref, "Type the reference of the case, to erase it:"):
        return
    raise UsageError(
        "Nothing was erased, for nobody confirmed it; look at what `casetrail person "
        f"{ref} show` lists, and add --yes-erase {ref} if it is to be destroyed for ever."
    )


def _warning(ref: str, who: str, doomed: Known) -> list[str]:
    kinds = (
        (doomed["values"], "value", "values"),
        (doomed["documents"], "document", "documents"),
        (doomed["packs"], "file of a pack", "files of packs"),
    )
    lost = printing.listed(count(*kind) for kind in kinds if kind[0]) or "nothing so far"
    stay = (
        f"{count(doomed['stay'], *kinds[2][1:])} signed off or sent, which may name them and which "
        "--copies destroys too; "
        if doomed["stay"]
        else ""
    )
    packs = [f"Packs that go with it: {_named(ref, doomed['copies'])}."] if doomed["copies"] else []
    said = (
        f"Lost for ever: all that is recorded under {who} of {ref}, which is {lost}. Nobody can "
        "read it again here, nor can it be brought back; but packs that were neither signed off "
        "nor sent are built again from what is left.",
        *packs,
        "What stays: the trail, which says that it was there, and when and by whom it was erased; "
        f"what is on record of the case itself; {stay}packs that were written to a folder, and "
        "whatever else has left the building; and copies of the database that were made before, "
        "for as long as they are kept.",
    )
    return [line for text in said for line in printing.paragraph(text)]


def _named(ref: str, copies: Sequence[Known]) -> str:
    """Versions of packs by their titles and what became of them."""
    numbers: dict[tuple[str, str], list[str]] = {}
    for one in copies:
        of = "" if one["ref"] == ref else f" of {one['ref']}"
        numbers.setdefault((f'"{one["title"]}"{of}', _fate(one)), []).append(str(one["no"]))
    return "; ".join(
        f"{title}, {'version' if len(nos) == 1 else 'versions'} {printing.listed(nos)}, {fate}"
        for (title, fate), nos in numbers.items()
    )


def _fate(copy: Known) -> str:
    if copy["status"] == "sent":
        return f"sent {printing.when(copy['sent_on'])}".strip()
    return "signed off" if copy["status"] == "frozen" else "never signed off or sent"


def _add(door: Visit, ref: str, words: tuple[str, ...]) -> None:
    if not words:
        raise UsageError("Say whom to add: `person REF add child child_name=-`.")
    kind, *known = words
    given = answering(door, ref, known) if known else {}
    found = door.change("person add", ref=ref, kind=kind, answers=given)
    if found["similar"] and not door.state.json:
        alike = printing.listed(found["similar"])
        said = f"Look whether it is the same as the one of that name in {alike}."
        printing.say([*printing.paragraph(said), ""])
    door.done(found, f"Added {found['person']} ({kind}) to {ref}.")


def _show(door: Visit, ref: str) -> None:
    options = door.options
    reason = reason_to_read(options["personal"], options["why"])
    found = door.ask("person show", ref=ref)
    held = door.ask("show personal", ref=ref, why=reason)["personal"] if reason else {}
    document: dict[str, Any] = {**found, "people": []}
    lines: list[str] = []
    for one in found["people"]:
        about = {key: v for key, v in held.items() if key.split("/")[1] == one["person"]}
        document["people"].append({**one, "personal": about})
        lines.append(f"{one['person']}  {one['kind']}{saying.erased(one)}")
        for answer in one["answers"]:
            lines += printing.paragraph(_known(answer, about), 4, 2)
    lines = lines or [f"{ref} names nobody yet; add somebody with `person {ref} add child`."]
    door.answer(document, [*lines, *saying.caution(found["caution"])])


def _known(answer: dict[str, Any], about: dict[str, str]) -> str:
    """What was asked about somebody, and the answer so far as it may be seen."""
    key = f"{answer['question']}/{answer['of']}/{answer['no']}"
    value = answer["value"] or clear(about.get(key, "(personal)"))
    return f"{answer['ask']} {value} [{path(answer)}]"
