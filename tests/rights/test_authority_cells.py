"""Every cell of the table of authority, tried at every door: denied where it says so, and allowed
where it says so. The cells are made from the table, so a new verb is tried by itself.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner, Result

from engine.authority import LOCAL, ROWS, Relation
from engine.cli.main import root
from engine.cli.visit import Visit
from engine.errors import CaseNotFoundError, DeniedError, EngineError
from engine.service import authorising, references
from engine.service.workplace import File
from engine.verbs import table
from engine.verbs.table import VERBS
from tests.authorities import WHO, Cells, cells, verdicts
from tests.idor import ABOUT_A_CASE, sweep
from tests.stories import ROOT, SETTINGS
from tests.web.servers import Served, served

DENIED, HIDDEN, SHOWN, NOBODY = "denied", "not there", "shown", "nobody of this name"
UNHEARD = "nobody was named"
"""Refused at the command line before the table was asked."""
COMMANDS = {
    "open": "open incident place=elsewhere --not-the-same",
    "record": "record REF publication_planned_on=2026-05-01",
    "correct": "correct REF place=elsewhere --reason misread",
    "correct day": "correct REF @N --on 2025-12-15 --reason misread",
    "attach": "attach REF form FILE",
    "take": "take REF check_progress",
    "undo": "undo REF --reason mistaken",
    "done": "done REF t1 --reason told",
    "extend": "extend REF review --to 2026-06-30 --agreed-by them --reason ill",
    "delay": "delay REF review --told them --reason ill",
    "approve": "approve REF report",
    "person add": "person REF add child",
    "erase": "erase REF --person p1 --basis order --yes-erase 2025-AAAAAA",
    "show": "show REF",
    "show personal": "show REF --personal --why audit",
    "person show": "person REF show",
    "next": "next REF",
    "why-not": "why-not REF check_progress",
    "record form": "record REF --form",
    "history": "history REF",
    "history personal": "history REF --personal --why audit",
    "deadlines of case": "deadlines REF",
    "deadlines": "deadlines",
    "explain": "explain REF",
    "list": "list",
    "find": "find quibble",
    "today": "today",
    "document": "document REF",
    "document content": "document REF form --why audit --out OUT",
    "pack": "pack REF",
    "pack build": "pack REF none --out OUT",
    "sent": "sent REF none --file FILE --to them",
    "calendar list": "calendar list",
    "calendar add": "calendar add 2026-11-05 Holiday --announced 2025-12-12 --source Gazette "
    "--dry-run",
    "calendar remove": "calendar remove 2025-12-26 --announced 2025-12-12 --source Gazette "
    "--dry-run",
    "calendar renew": "calendar renew --dry-run",
    "workflow list": "workflow list",
    "workflow diagram": "workflow diagram incident --out OUT",
    "workflow diagram of case": "workflow diagram --case REF --out OUT",
    "workflow migrate": "workflow migrate incident --to 2025-01 --dry-run",
    "workflow activate": "workflow activate incident@2025-01",
    "workflow compare": "workflow compare incident@2025-01 incident@2025-01",
    "workflow rehearse": "workflow rehearse incident --until 2026-01-05",
    "workflow rehearse case": "workflow rehearse REF --until 2026-01-05",
    "workflow replay": "workflow replay incident --with 2025-01",
    "account clear": "account clear eve",
    "token issue": "token issue HOLDER --until 2026-06-30",
    "token list": "token list",
    "token revoke": "token revoke TOKEN",
    "tick": "tick",
    "audit checkpoint": "audit checkpoint",
    "authority": "authority",
    "bounce": "bounce FILE",
    "message preview": "message preview REF review",
    "blank-forms": "blank-forms a_process_of_none --out OUT",
}
LOCALLY = {
    "handover": "handover HOLDER lee --from 2025-12-29 --to 2025-12-31",
}
"""The same of commands that are no verbs and yet ask the table."""
"""What is typed for a verb; what has no command is tried by the table alone."""
BARRIERS = {Relation.BARRED, Relation.GLASS_BROKEN}
DENIALS = ("not yours", authorising.TO_RECORD, "for others", "keep the record")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cells]:
    with cells(tmp_path_factory.mktemp("cells")) as made:
        yield made


@pytest.fixture(scope="module")
def web(world: Cells) -> Iterator[Served]:
    with served(world.world.place.at("http")) as made:
        yield made


Desk = Callable[[str, str, Cells], Result]


@pytest.fixture
def desk(world: Cells, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Desk:
    """The command line, at the store that is open already."""
    place = world.world.place
    known = replace(SETTINGS, directory=place.directory, file=tmp_path / "config.toml")
    monkeypatch.setattr(Visit, "settings", known)
    monkeypatch.setattr(Visit, "place", place.at("command line"))
    monkeypatch.setattr(Visit, "to_verify", lambda self: place)
    monkeypatch.setattr(Visit, "close", lambda self: None)
    paper = tmp_path / "paper.txt"
    paper.write_text("A form.")
    more = {"FILE": str(paper), "REF": world.ref}

    def run(verb: str, person: str, world: Cells) -> Result:
        out = str(tmp_path / f"{verb} {world.last()}")
        meant = {**more, "OUT": out, "HOLDER": person or "bess", "@N": f"@{world.n}"}
        if verb == "token revoke":
            meant["TOKEN"] = next(world.tokens)
        words = [meant.get(word, word) for word in {**COMMANDS, **LOCALLY}[verb].split()]
        return CliRunner().invoke(root(), [*words, *(["--as", person] if person else [])])

    return run


@pytest.fixture
def barrier(monkeypatch: pytest.MonkeyPatch) -> list[Relation]:
    """What stands between everybody and a case, while something is in the list."""
    found: list[Relation] = []
    monkeypatch.setattr(authorising, "_barrier", lambda *_, **__: found[0] if found else None)
    return found


PUBLISHED = dict(verdicts((ROOT / "docs" / "authority.md").read_text(encoding="utf-8")))
"""What the page says, read by itself: the table is held to what was published of it."""


def expected(verb: str, relation: Relation, door: str) -> str:
    """What the page says of a cell, at a door."""
    cells, here = PUBLISHED[verb], door == "command line"
    if "*" in cells and not here:
        return "-"
    if here and cells[Relation.MACHINE] == "yes":
        return "yes"
    if relation is not Relation.SERVICE:
        return cells.get(relation, "-")
    own = cells[Relation.SERVICE]
    return cells[Relation.KEEPS] if own == "role" else own


def met(relation: Relation, verb: str) -> bool:
    """Whether somebody can be in a relation to what the verb is about."""
    return relation not in BARRIERS or Relation.BARRED in (ROWS.get(verb) or LOCAL[verb]).cells


def fits(said: str, outcome: str) -> bool:
    if outcome == NOBODY:
        return True
    if said == "-":
        return outcome in (DENIED, UNHEARD)
    if said == "hidden":
        return outcome == HIDDEN
    return outcome not in ((DENIED, UNHEARD, HIDDEN) if said == "yes" else (UNHEARD, HIDDEN))


def logged(outcome: str, entries: list[dict[str, Any]]) -> bool:
    """Whether a denial, and nothing that was not one, is in the access log once."""
    return [one["type"] for one in entries].count("refused") == (outcome in (DENIED, HIDDEN)) or (
        outcome not in (DENIED, HIDDEN, SHOWN)
    )


def over_http(web: Served, verb: str, person: str, asked: dict[str, Any]) -> httpx2.Response:
    """What a request is answered that is made from what a verb is asked with."""
    one = VERBS[verb]
    where = {field.name: field.where for field in table.fields(one)}
    path = {name: value for name, value in asked.items() if where[name] == "path"}
    query = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in asked.items()
        if where[name] == "query"
    }
    body = {name: value for name, value in asked.items() if where[name] == "body"}
    files = {name: value for name, value in body.items() if isinstance(value, File)}
    words = {name: value for name, value in body.items() if name not in files}
    how: dict[str, Any] = {"json": words} if one.method == "POST" else {}
    if files:
        parts = {name: (file.name, file.source.read()) for name, file in files.items()}
        how = {"files": {"request": (None, json.dumps(words), "application/json"), **parts}}
    client = web.clients[0] if web.clients else web.client()
    token = {"Authorization": f"Bearer token-{person}"}
    address = web.url + one.path.format(**path)
    return client.request(one.method, address, params=query, headers=token, **how)


def by_the_table(world: Cells, verb: str, relation: Relation, door: str) -> str:
    place = world.world.place.at(door)
    try:
        found = table.run(place, world.by(relation), verb, world.request(verb, WHO[relation]))
    except DeniedError:
        return DENIED
    except CaseNotFoundError:
        return HIDDEN
    except EngineError as error:
        return str(error)
    return SHOWN if found is not None else ""


def differing(world: Cells, verb: str, barrier: list[Relation], door: str, ask: Any) -> list[str]:
    """The cells of a verb in which the outcome at a door is not what the table says."""
    wrong = []
    for relation in Relation:
        if not met(relation, verb) or (door == "http" and relation is Relation.MACHINE):
            continue
        barrier[:] = [relation] if relation in BARRIERS else []
        before = world.last()
        outcome = ask(relation)
        barrier.clear()
        said, new = expected(verb, relation, door), world.entries(before)
        if not fits(said, outcome):
            wrong.append(f"{relation}: {outcome}, and the table says {said}")
        if not logged(outcome, new):
            wrong.append(f"{relation}: {outcome}, and the access log has {new}")
    return wrong


@pytest.mark.parametrize("verb", [name for name in VERBS if name not in COMMANDS])
def test_each_cell_is_as_the_table_says_of_what_has_no_command_of_its_own(
    world: Cells, barrier: list[Relation], verb: str
) -> None:
    def ask(relation: Relation) -> str:
        return by_the_table(world, verb, relation, "command line")

    assert differing(world, verb, barrier, "command line", ask) == []


@pytest.mark.parametrize("verb", VERBS)
def test_each_cell_is_as_the_table_says_over_http(
    world: Cells, web: Served, barrier: list[Relation], verb: str
) -> None:
    def ask(relation: Relation) -> str:
        answer = over_http(web, verb, WHO[relation], world.request(verb, WHO[relation]))
        web.reception.gate._failed.clear()
        web.reception.gate._together.clear()
        return {401: DENIED, 403: DENIED, 404: HIDDEN, 200: SHOWN}.get(
            answer.status_code, answer.text
        )

    assert differing(world, verb, barrier, "http", ask) == []


@pytest.mark.parametrize("verb", [*COMMANDS, *LOCALLY])
def test_each_cell_is_as_the_table_says_at_the_command_line(
    world: Cells, barrier: list[Relation], desk: Desk, verb: str
) -> None:
    def ask(relation: Relation) -> str:
        done = desk(verb, WHO[relation], world)
        nameless = relation in (Relation.NOBODY, Relation.MACHINE)
        unknown = nameless and done.exit_code == 2 and "config.toml" in done.stderr
        if unknown and relation is Relation.MACHINE:
            return UNHEARD
        kinds = {4: DENIED, 3: HIDDEN, 0: SHOWN}
        if done.exit_code == 4 and not any(word in done.stderr for word in DENIALS):
            return done.stderr
        return NOBODY if unknown else kinds.get(done.exit_code, done.output)

    assert differing(world, verb, barrier, "command line", ask) == []


@pytest.mark.parametrize("verb", ABOUT_A_CASE)
def test_over_http_a_case_that_is_hidden_is_answered_as_one_that_is_not_there(
    world: Cells, web: Served, barrier: list[Relation], verb: str
) -> None:
    def answered(ref: str) -> tuple[int, str, list[str]]:
        found = over_http(web, verb, "bess", {**world.request(verb), "ref": ref})
        return found.status_code, found.text.replace(ref, "REF"), sorted(found.headers)

    missing = answered(references.made(2025, b"never"))
    barrier.append(Relation.BARRED)
    assert answered(world.ref) == missing
    assert missing[0] == 404


def test_nobody_learns_of_a_case_by_a_reference_that_is_not_theirs(tmp_path: Path) -> None:
    with cells(tmp_path) as made:
        found = sweep(made, 300)
    assert found.told_apart | found.let_in == set()
    assert {kind.partition(":")[0] for kind in found.answers} == set(found.refs)
