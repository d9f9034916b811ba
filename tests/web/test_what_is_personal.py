from __future__ import annotations

import json

import httpx2
import pytest

from engine.verbs.table import VERBS
from engine.verbs.verb import Verb
from tests.web.servers import Served
from tests.worlds import World

NAME = "Quibblethorpe Sample"
READS = [name for name, verb in VERBS.items() if verb.method == "GET"]
PERSONAL = [name for name, verb in VERBS.items() if any(f.name == "why" for f in verb.fields)]
KNOWN = {"transition": "submit_review", "workflow": "incident", "document": "form"}
ASKED = {"date": {"asked": "1 month from 2025-12-01"}, "message preview": {"message": "review"}}


@pytest.fixture(scope="module")
def told(office: World, bess: httpx2.Client) -> str:
    """A case with somebody's name in every place that keeps one."""
    ref = office.notified()
    child = {"kind": "child", "answers": {"name": NAME}, "reason": f"{NAME} was there."}
    assert bess.post(f"/cases/{ref}/people", json=child).status_code == 200
    request = {"request": (None, json.dumps({"question": "form", "reason": NAME}))}
    paper = {"document": (f"{NAME}.pdf", f"What {NAME} said.".encode())}
    answer = bess.post(f"/cases/{ref}/documents", files={**request, **paper})
    assert answer.status_code == 200, answer.text
    return ref


def address(verb: Verb, ref: str) -> str:
    path = {one.name: KNOWN.get(one.name, ref) for one in verb.fields if one.where == "path"}
    return verb.path.format(**path)


@pytest.mark.parametrize("name", READS)
def test_no_address_that_is_read_holds_a_name(
    bess: httpx2.Client, told: str, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb = VERBS[name]
    asked = ASKED.get(name, {})
    answer = bess.get(address(verb, told), params=asked)
    assert answer.status_code == 200, answer.text
    kept = f"{answer.text}{answer.headers}{capsys.readouterr().err}".casefold()
    assert NAME.split()[0].casefold() not in kept


@pytest.mark.parametrize("name", PERSONAL)
def test_each_read_of_what_is_personal_is_in_the_access_log_with_its_door(
    web: Served, bess: httpx2.Client, told: str, name: str
) -> None:
    verb = VERBS[name]
    assert bess.post(address(verb, told), json={}).status_code == 400
    before = logged(web)

    answer = bess.post(address(verb, told), json={"why": "to read it"})

    assert answer.status_code == 200
    assert NAME.split()[0] in answer.text
    [entry] = logged(web)[len(before) :]
    assert (entry["type"], entry["actor"]["door"]) == ("read", "http")
    assert entry["actor"]["decided"] == "bess"


def logged(web: Served) -> list[dict[str, dict[str, str]]]:
    with web.place.database.read() as tx:
        return [json.loads(text) for text in web.place.store.events(tx, "access")]
