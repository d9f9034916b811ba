from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx2
import pytest

from engine.verbs import table
from engine.verbs.table import VERBS
from engine.verbs.verb import Verb
from tests import reviews
from tests.reviews import Review
from tests.stories import copied
from tests.web.servers import Served, problem, served
from tests.worlds import World

WHY = {"why": "to read it"}


def some(verb: Verb) -> dict[str, str]:
    return {one.name: "something" for one in verb.fields if one.where == "path"}


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_has_a_route_of_its_own_that_asks_who_comes(web: Served, name: str) -> None:
    verb = VERBS[name]
    nobody = web.client()

    answer = nobody.request(verb.method, verb.path.format(**some(verb)))

    assert problem(answer, 401)["type"].endswith(":not-signed-in")
    assert answer.headers["www-authenticate"] == "Bearer"
    with web.place.database.read() as tx:
        web.reception.gate._failed.clear()
        web.reception.gate._together.clear()
        assert '"refused"' in web.place.store.events(tx, "access")[-1]


@pytest.mark.parametrize("name", VERBS)
def test_every_verb_is_reached_by_whoever_says_who_they_are(bess: httpx2.Client, name: str) -> None:
    verb = VERBS[name]
    required = [one for one in table.fields(verb) if one.required and one.where != "path"]

    answer = bess.request(verb.method, verb.path.format(**some(verb)))

    if "{ref}" in verb.path:
        problem(answer, 404 if not required else answer.status_code)
    elif required:
        told = problem(answer, 400)["mistakes"]
        assert [line.split('"')[1] for line in told] == [one.name for one in required]
    else:
        assert answer.status_code in (200, 400, 403, 404), answer.text


def test_a_case_is_opened_and_moved_along_over_http_alone(
    office: World, bess: httpx2.Client, lee: httpx2.Client
) -> None:
    answers = {"place": "in our area", "aware_on": "2025-12-12"}
    opening = {"workflow": "incident", "answers": answers}
    alike = ok(bess.post("/cases/alike", json=opening))
    ref = ok(bess.post("/cases", json={**opening, "not_the_same": True}))["ref"]
    ok(bess.post(f"/cases/{ref}/steps/start_deciding", json={"on": "2025-12-15"}))
    asked = {"opinion/council": "notify", "opinion/board": "notify"}
    ok(bess.post(f"/cases/{ref}/answers", json={"answers": asked}))
    ok(bess.post(f"/cases/{ref}/answers", json={"asked": {"opinion/police": None}}))
    ok(bess.post(f"/cases/{ref}/answers", json={"no_reply": {"opinion/police": "2025-12-15"}}))
    wrong = {"answers": {"opinion/board": "undecided"}, "reason": "misheard"}
    assert "ruled_out" in ok(bess.post(f"/cases/{ref}/corrections", json=wrong))
    right = {"answers": {"rationale": "The tests are met."}}
    told = ok(lee.post(f"/cases/{ref}/steps/decide_to_notify", json=right))

    assert alike["similar"] == []
    assert (told["recorded_by"], told["proof"]) == ("lee", "token lee")
    assert office.state(ref) == told["case"]["state"] == "to_notify"
    actors = {event["actor"]["door"] for event in office.events(ref)}
    assert actors == {"http"}


def test_each_change_that_a_case_may_have_is_made_over_http(
    office: World, bess: httpx2.Client, web: Served
) -> None:
    ref = office.notified()
    case = f"/cases/{ref}"
    files = {"document": ("report.pdf", b"what was found", "application/pdf")}
    request = {"request": (None, json.dumps({"question": "form"}), "application/json")}
    ok(bess.post(f"{case}/documents", files={**request, **files}))
    child = ok(bess.post(f"{case}/people", json={"kind": "child", "answers": {"name": "Kim"}}))
    ok(bess.post(f"{case}/answers", json={"answers": {"report": "The report."}}))
    for person in ("eve", "ed"):
        ok(web.client(person).post(f"{case}/approvals", json={"question": "report"}))
    more = {"to": "2026-06-30", "agreed_by": "the Panel", "reason": "A trial comes first."}
    ok(bess.post(f"{case}/deadlines/review/target", json=more))
    told = {"told": "the Panel", "reason": "A trial comes first."}
    ok(bess.post(f"{case}/deadlines/review/delay", json=told))
    ok(bess.post(f"{case}/steps/record_letter"))
    n = [one["n"] for one in office.events(ref) if one["type"] == "transition taken"][-1]
    dated = {"n": n, "to": "2025-12-15", "reason": "misread"}
    problem(bess.post(f"{case}/corrections/of-days", json=dated), 409)
    ok(bess.post(f"{case}/undo", json={"reason": "It was another case."}))
    tasks = ok(bess.get(case))["tasks"]
    for task in tasks:
        done = bess.post(f"{case}/tasks/{task['task']}/done", json={"reason": "Looked at."})
        assert done.status_code in (200, 409)
    gone = f"{case}/people/{child['person']}/erase"
    assert "for ever" in problem(bess.post(gone, json={"basis": "asked"}), 409)["detail"]
    ok(bess.post(gone, json={"basis": "asked", "confirm": ref}))
    assert office.verdict().problems == []


READS: tuple[tuple[str, Mapping[str, Any]], ...] = (
    ("/cases?late=false&state=reviewing&due_within=5%20working%20days", {}),
    ("/cases?mine=true&workflow=incident", {}),
    ("/cases/{ref}", {}),
    ("/cases/{ref}/history?last=2", {}),
    ("/cases/{ref}/next", {}),
    ("/cases/{ref}/steps/submit_review", {}),
    ("/cases/{ref}/deadlines?every=true", {}),
    ("/cases/{ref}/explanation", {}),
    ("/cases/{ref}/explanation?timescale=review", {}),
    ("/cases/{ref}/documents", {}),
    ("/cases/{ref}/questions", {}),
    ("/cases/{ref}/packs", {}),
    ("/deadlines", {}),
    ("/today", {}),
    ("/dates?asked=15%20working%20days%20after%202026-12-23&as_known_on=2026-01-01", {}),
    ("/workflows", {}),
    ("/workflows/incident/description?as_at=2025-12-01", {}),
    ("/workflows/incident/diagram", {}),
    ("/calendars", {}),
    ("/cases/search", {"text": "in our area"}),
    ("/cases/{ref}/personal", WHY),
    ("/cases/{ref}/history/personal", WHY),
    ("/trail/verification", {}),
    ("/trail/checkpoint", {}),
)


@pytest.mark.parametrize(("path", "body"), READS)
def test_each_read_says_the_same_over_http(
    office: World, bess: httpx2.Client, path: str, body: Mapping[str, Any]
) -> None:
    path = path.format(ref=office.notified())
    reads = path.partition("?")[0].rsplit("/", 1)[-1] not in READ_BY_POST
    found = ok(bess.get(path) if reads else bess.post(path, json=body))
    assert found


READ_BY_POST = ("search", "personal", "verification", "checkpoint")


def test_a_document_comes_back_as_it_went(office: World, bess: httpx2.Client) -> None:
    ref, content = office.notified(), bytes(range(256)) * 4000
    request = {"request": (None, json.dumps({"question": "form"}), "application/json")}
    sent = {"document": ("Bericht über alles.pdf", content, "application/pdf")}
    ok(bess.post(f"/cases/{ref}/documents", files={**request, **sent}))
    [held] = ok(bess.get(f"/cases/{ref}/documents"))["documents"]

    found = bess.post(f"/cases/{ref}/documents/{held['document']}/content", json=WHY)

    assert found.content == content
    assert found.headers["content-type"] == "application/octet-stream"
    assert found.headers["content-length"] == str(len(content))
    assert "attachment" in found.headers["content-disposition"]
    values = ok(bess.post(f"/cases/{ref}/personal", json=WHY))["personal"]
    assert "Bericht über alles.pdf" in str(values)


@pytest.fixture
def told(sqlite_review: Path, tmp_path: Path) -> Iterator[tuple[Review, Served]]:
    with reviews.review_on(copied(sqlite_review, tmp_path)) as review:
        review.place.door = "http"
        with served(review.place) as web:
            yield review, web


def test_a_pack_is_built_fetched_and_said_to_be_sent(told: tuple[Review, Served]) -> None:
    review, web = told
    sam = web.client("sam")
    pack = f"/cases/{review.ref}/packs/{reviews.SUBMISSION}"

    built = ok(sam.post(pack))
    found = sam.post(f"{pack}/content")
    request = {"request": (None, json.dumps({"to": "the Panel"}), "application/json")}
    went = {"file": ("pack.zip", found.content), "receipt": ("receipt.txt", b"It came.")}
    sent = ok(sam.post(f"{pack}/sent", files={**request, **went}))

    assert found.headers["content-type"] == "application/zip"
    assert "manifest.json" in str(zipfile.ZipFile(BytesIO(found.content)).namelist())
    assert built["pack"] == reviews.SUBMISSION
    assert set(sent["sent"]["files"].values()) == {"same"}
    assert ok(sam.get(f"/cases/{review.ref}/packs"))["packs"]


def ok(answer: httpx2.Response) -> dict[str, Any]:
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found
