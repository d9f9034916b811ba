"""Whether the table of authority lets somebody do what they ask, before anything is looked at.

Whatever it denies is in the access log. A case that is hidden from somebody is told of in the words
for one that is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final, NoReturn

from engine import authority, queries
from engine.authority import Relation, Row, Verdict, Visitor
from engine.barring import BARRED, BROKEN
from engine.definition import Workflow
from engine.errors import DeniedError, Need
from engine.prose import names_of
from engine.service import access, admission, barriers, editions
from engine.service.workplace import By, Workplace
from engine.store import no_case

BARRIERS: Final = {BARRED: Relation.BARRED, BROKEN: Relation.GLASS_BROKEN}
AT_THE_STORE: Final = "command line"
TO_RECORD = "Whoever records needs a role of the process themselves."
NOT_YOURS = "This is not yours to do."
HAVE_THEM = "have one of them do it; config.toml says who holds which role, and from which day"
FOR_ROLES = "it is for those who hold a role of the process"
FOR_KEEPERS = "it is for those who keep the record"
OF_PROCESSES = "it is done by those who keep the record of a process in use"
BY_A_PERSON = "it is done by a person, and you are a service account"
AT_THE_MACHINE = "it is done at the command line, where the store is"
TO_READ = "whoever has broken the glass of a case reads it, and changes nothing"
NO_VERB = "no verb of this name is in the table of authority"


def need(place: Workplace, by: By, name: str, asked: Mapping[str, Any]) -> None:
    """Let somebody through to a verb, or to a command that is none.

    Raises DeniedError, which is logged, for what the table denies, and CaseNotFoundError, which is
    logged too, for a case that is to them as if it were not there.
    """
    if place.door == AT_THE_STORE and authority.is_of_machine(name):
        # Of an altered store, too, it is said what was altered.
        return
    visitor = Visitor(place.directory.is_service(by.person), place.door == AT_THE_STORE)
    found = relation(place, by, name, asked, fresh=False)
    said = authority.verdict(name, found, visitor)
    if said is Verdict.DENIED and asked.get("ref"):
        # What is kept of a case may be of before it was moved to another edition.
        found = relation(place, by, name, asked)
        said = authority.verdict(name, found, visitor)
    if said is Verdict.HIDDEN:
        _hide(place, by, name, str(asked["ref"]))
    if said is Verdict.DENIED:
        _deny(place, by, name, asked, found)


def refuse_unknown(place: Workplace, by: By) -> NoReturn:
    """Deny what no verb is, and log it without what was typed. Raises DeniedError."""
    error = DeniedError(NOT_YOURS, (Need(NO_VERB),))
    access.refused(place, by, access.UNKNOWN, "", error)
    raise error


def relation(
    place: Workplace, by: By, name: str, asked: Mapping[str, Any], *, fresh: bool = True
) -> Relation:
    """What whoever asks is to what they ask about: the one place where that is found out.

    Unless `fresh`, by what is kept of a case. Raises CaseNotFoundError.
    """
    directory, day = place.directory, place.today().isoformat()
    if by.person not in directory.people:
        at_machine = not by.person and place.door == AT_THE_STORE
        return Relation.MACHINE if at_machine else Relation.NOBODY
    if not directory.has_part(by.person, day):
        return Relation.LEFT
    ref = str(asked.get("ref", ""))
    barrier = _barrier(place, by, ref, fresh=fresh) if ref else None
    if barrier is not None:
        return barrier
    if authority.is_alike(name):
        return Relation.ELSEWHERE
    if ref:
        return _standing(place, _process_of(place, ref, fresh=fresh), by.person, day)
    every = _named(editions.in_use(place), str(asked.get("workflow", "")))
    return authority.best(name, (_standing(place, one, by.person, day) for one in every))


def _barrier(place: Workplace, by: By, ref: str, *, fresh: bool) -> Relation | None:
    """BARRED or GLASS_BROKEN, where something stands between somebody and a case.

    Of a case of which it is kept that nothing did, it is asked when it is read or changed.
    """
    if not fresh and place.store.kept_open(ref):
        return None
    with place.database.read() as tx:
        return BARRIERS.get(barriers.stands(place, tx, by.person, ref))


def _standing(place: Workplace, workflow: Workflow, person: str, day: str) -> Relation:
    found: Relation = place.directory.recall(
        ("standing", workflow.hash, workflow.name, person, day),
        lambda: authority.standing(place.directory, workflow, person, day),
    )
    return found


def _process_of(place: Workplace, ref: str, *, fresh: bool) -> Workflow:
    """The process of a case in its edition. Raises CaseNotFoundError, as for one that is hidden."""
    kept = None if fresh else place.store.pinned(ref)
    if kept is not None and (known := place.known(*kept)) is not None:
        return known
    with place.database.read() as tx:
        row = tx.row(queries.EDITION_OF, (place.log, ref))
        if row is None:
            raise no_case(ref)
        return place.edition(tx, row[0], row[1]).workflow


def _named(every: list[Workflow], workflow: str) -> list[Workflow]:
    """The editions of a process; all there are where none of them has its name."""
    return [one for one in every if one.name == workflow] or every


def _hide(place: Workplace, by: By, name: str, ref: str) -> None:
    error = no_case(ref)
    access.refused(place, by, name, ref, DeniedError(str(error)))
    raise error


def _deny(place: Workplace, by: By, name: str, asked: Mapping[str, Any], found: Relation) -> None:
    ref = str(asked.get("ref", ""))
    if name not in authority.ROWS and name not in authority.LOCAL:
        refuse_unknown(place, by)
    if found in (Relation.NOBODY, Relation.LEFT):
        admission.refuse(place, by, name, ref)
    row = authority.ROWS.get(name) or authority.LOCAL[name]
    error = _denial(place, by, row, ref)
    if found is Relation.GLASS_BROKEN:
        error = DeniedError(NOT_YOURS, (Need(TO_READ),))
    access.refused(place, by, name, ref, error)
    raise error


def _is_for_roles(row: Row) -> bool:
    """Whether a role of the process is enough, and it need not be one that keeps the record."""
    return row.cells.get(Relation.ACTS, Verdict.DENIED) is not Verdict.DENIED


def _denial(place: Workplace, by: By, row: Row, ref: str) -> DeniedError:
    """Why it is not theirs, and who may do it: in this case, or in whatever case."""
    if row.here and place.door != AT_THE_STORE:
        return DeniedError(NOT_YOURS, (Need(AT_THE_MACHINE),))
    if place.directory.is_service(by.person) and row.cells.get(Relation.SERVICE) is Verdict.DENIED:
        return DeniedError(NOT_YOURS, (Need(BY_A_PERSON, how="have a person do it"),))
    every = [_process_of(place, ref, fresh=True)] if ref else editions.in_use(place)
    if not _is_for_roles(row):
        what = FOR_KEEPERS if ref else OF_PROCESSES
        return DeniedError(NOT_YOURS, (Need(what, _titles(every, keepers=True), HAVE_THEM),))
    need_ = Need(FOR_ROLES, _titles(every, keepers=False), HAVE_THEM)
    personal = f"What is personal on {ref} is not yours to read."
    return DeniedError(personal if ref and row.logged else TO_RECORD, (need_,))


def _titles(every: Iterable[Workflow], *, keepers: bool) -> tuple[str, ...]:
    found = (names_of(one, one.keepers if keepers else one.acting) for one in every)
    return tuple(dict.fromkeys(title for titles in found for title in titles))
