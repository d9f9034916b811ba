from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import httpx2
import pytest

from engine.errors import (
    ConfigError,
    IncompleteError,
    OutcomeUnknownError,
    StorageError,
    TrailError,
)
from engine.verbs import table
from engine.verbs.fields import Field
from engine.verbs.table import VERBS
from engine.verbs.verb import Verb
from engine.web import limits
from engine.web.problems import of_error, spoken
from tests.web.servers import Served, problem
from tests.worlds import World

CANARY = "Quibblethorpe"
JSON = {"content-type": "application/json"}


def opening(**more: Any) -> dict[str, Any]:
    return {"workflow": "incident", "answers": {"place": "in our area"}, **more}


def test_a_refusal_lists_all_that_is_missing_and_who_can_supply_it(
    office: World, bess: httpx2.Client
) -> None:
    ref = office.open(aware_on="2025-12-12")
    told = problem(bess.post(f"/cases/{ref}/steps/decide_to_notify", json={}), 409)

    assert told["type"] == "urn:casetrail:problem:refused"
    assert told["transition"] == "decide_to_notify"
    assert len(told["unmet"]) > 1
    assert all(set(need) == {"what", "who", "how"} for need in told["unmet"])
    assert office.state(ref) == "referred"


def test_what_is_for_others_is_denied_and_that_it_was_asked_is_logged(
    office: World, web: Served
) -> None:
    ref = office.open(aware_on="2025-12-12")
    pol = web.client("pol")

    told = problem(pol.post(f"/cases/{ref}/personal", json={"why": "to read it"}), 403)

    assert told["type"] == "urn:casetrail:problem:denied"
    with web.place.database.read() as tx:
        last = json.loads(web.place.store.events(tx, "access")[-1])
    assert (last["type"], last["actor"]["decided"]) == ("refused", "pol")
    assert (last["actor"]["door"], last["actor"]["proof"]) == ("http", "token pol")


def test_a_case_that_somebody_else_has_changed_is_left_alone(
    office: World, bess: httpx2.Client
) -> None:
    ref = office.open(aware_on="2025-12-12")
    tag = bess.get(f"/cases/{ref}").headers["etag"]
    office.take(ref, "start_deciding")

    lost = bess.post(f"/cases/{ref}/steps/record_letter", headers={"If-Match": tag})

    told = problem(lost, 412)
    assert "If-Match" in told["detail"]
    assert "--" not in told["detail"]
    assert len([e for e in office.events(ref) if e["type"] == "transition taken"]) == 1


def test_an_answer_about_a_case_has_its_version_and_is_not_sent_twice(
    office: World, bess: httpx2.Client
) -> None:
    ref = office.open(aware_on="2025-12-12")
    shown = bess.get(f"/cases/{ref}")
    tag, version = shown.headers["etag"], shown.json()["version"]

    again = bess.get(f"/cases/{ref}", headers={"If-None-Match": f'"0.ab", {tag}'})
    other = bess.get(f"/cases/{ref}/history")

    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert tag.startswith(f'"{version}.')
    assert other.headers["etag"].startswith(f'"{version}.')
    changed = bess.post(f"/cases/{ref}/steps/start_deciding", headers={"If-Match": f'"{version}"'})
    assert changed.headers["etag"] == f'"{changed.json()["version"]}"'
    assert bess.get(f"/cases/{ref}", headers={"If-None-Match": tag}).status_code == 200


def test_as_the_days_pass_an_unchanged_case_has_another_answer(
    office: World, bess: httpx2.Client
) -> None:
    ref = office.open(aware_on="2025-12-12")
    tag = bess.get(f"/cases/{ref}").headers["etag"]
    was = office.clock.instant
    office.clock.go_to("2026-03-02")
    try:
        late = bess.get(f"/cases/{ref}", headers={"If-None-Match": tag})
    finally:
        office.clock.instant = was
    assert late.status_code == 200
    assert "overdue" in late.text


@pytest.mark.parametrize(
    ("headers", "said"),
    [
        ({"If-Match": "7"}, "If-Match"),
        ({"If-Match": '"seven"'}, "If-Match"),
        ({"If-Match": '"1", "2"'}, "If-Match"),
        ({"Idempotency-Key": "short"}, "Idempotency-Key"),
        ({"Idempotency-Key": "with a space"}, "Idempotency-Key"),
    ],
)
def test_a_header_that_cannot_be_meant_is_a_mistake(
    office: World, bess: httpx2.Client, headers: dict[str, str], said: str
) -> None:
    ref = office.open(aware_on="2025-12-12")
    told = problem(bess.post(f"/cases/{ref}/steps/record_letter", headers=headers), 400)
    assert said in told["mistakes"][0]


def test_a_key_is_for_one_request_and_another_under_it_is_a_mistake(
    office: World, bess: httpx2.Client
) -> None:
    ref, key = office.open(aware_on="2025-12-12"), {"Idempotency-Key": '"8e03978e-40d5-43e8"'}
    first = bess.post(f"/cases/{ref}/steps/record_letter", headers=key)
    assert (first.json()["key"], first.json()["repeated"]) == ("8e03978e-40d5-43e8", False)
    assert bess.post(f"/cases/{ref}/steps/record_letter", headers=key).json()["repeated"]
    problem(bess.post(f"/cases/{ref}/steps/start_deciding", headers=key), 400)


BODIES: tuple[tuple[bytes, str], ...] = (
    (b"{", "not one JSON document"),
    (b"\xff\xfe{}", "not one JSON document"),
    (b"\xef\xbb\xbf{}", "not one JSON document"),
    (b'{"workflow": NaN}', "not one JSON document"),
    (b"[" * 200_000, "not one JSON document"),
    (b'{"workflow": ' + b"9" * 5000 + b"}", "not one JSON document"),
    (b"[]", "is an object"),
    (b'"text"', "is an object"),
    (b'{"workflow": "incident", "workflow": "incident"}', "same name twice"),
    (b"[" * 20 + b"]" * 20, "levels"),
    (b'{"workflow": "incident", "answers": {"place": "\\ud800"}}', "broken off"),
    (b'{"workflow": "incident", "answers": {"place": "\\u0000"}}', ""),
    (b'{"workflow": 7, "answers": 7, "historic": "true"}', '"historic" is true or false'),
)


@pytest.mark.parametrize(("body", "said"), BODIES)
def test_a_body_that_is_no_request_is_told_as_such(
    bess: httpx2.Client, body: bytes, said: str
) -> None:
    answer = bess.post("/cases", content=body, headers=JSON)
    told = problem(answer, answer.status_code)
    assert answer.status_code in (400, 409)
    assert said in told["detail"]


def test_every_mistake_of_a_request_is_told_at_once_and_each_name_has_one_place(
    office: World, bess: httpx2.Client
) -> None:
    ref = office.open(aware_on="2025-12-12")
    body = {"ref": ref, "transition": "x", "answer": {}, "pass_over": 1}
    answer = bess.post(f"/cases/{ref}/steps/record_letter?reason=x&y=1&y=2", json=body)

    assert problem(answer, 400)["mistakes"] == [
        '"reason" stands in the body.',
        "A name that is none of these is given twice.",
        '"ref" stands in the path of the address.',
        '"transition" stands in the path of the address.',
        '"answer" is nothing that this takes; did you mean "answers"?',
        '"y" is nothing that this takes; there are: ref, transition, answers, source, '
        "already_done, pass_over, papers, on, reason, brief, decided_by, evidence.",
        '"pass_over" is true or false.',
    ]


@pytest.mark.parametrize(
    ("media", "status"),
    [
        ("text/plain", 415),
        ("application/x-www-form-urlencoded", 415),
        ("application/json; charset=latin-1", 415),
        ("multipart/form-data; boundary=x", 415),
        ('application/json; charset="UTF-8"', 409),
    ],
)
def test_only_json_in_utf8_is_taken(bess: httpx2.Client, media: str, status: int) -> None:
    body = json.dumps(opening()).encode()
    answer = bess.post("/cases/alike", content=body, headers={"content-type": media})
    if status == 415:
        assert "application/json" in answer.headers["accept"]
        problem(answer, 415)
    else:
        assert answer.status_code != 415


def test_what_is_compressed_is_not_taken(bess: httpx2.Client) -> None:
    headers = {**JSON, "content-encoding": "gzip"}
    problem(bess.post("/cases", content=b"\x1f\x8b", headers=headers), 415)


def test_a_path_or_a_method_that_there_is_not_is_told_in_the_same_form(
    bess: httpx2.Client,
) -> None:
    problem(bess.get("/nothing"), 404)
    problem(bess.get("/cases/"), 404)
    wrong = bess.put("/cases")
    problem(wrong, 405)
    assert wrong.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    # What is named is no reference of a case.
    assert bess.get("/cases/search").status_code == 405
    assert problem(bess.request("BREW", "/today"), 405)["title"]
    options = bess.options("/today")
    assert (options.status_code, options.headers["allow"]) == (204, "GET, HEAD, OPTIONS")


def test_a_head_is_answered_as_a_get_without_its_body(bess: httpx2.Client) -> None:
    head, whole = bess.head("/calendars"), bess.get("/calendars")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


def test_every_answer_may_not_be_kept_and_says_nothing_of_what_serves_it(
    office: World, bess: httpx2.Client, web: Served
) -> None:
    ref = office.open(aware_on="2025-12-12")
    answers = [
        bess.get(f"/cases/{ref}"),
        bess.get("/nothing"),
        bess.options("/cases"),
        web.client().get("/cases"),
        bess.get("/health"),
        bess.get("/cases", headers={"x-much": "y" * (limits.MOST_HEAD + 1)}),
    ]
    assert [one.status_code for one in answers] == [200, 404, 204, 401, 200, 431]
    for one in answers:
        assert one.headers["cache-control"] == "no-store"
        assert one.headers["x-content-type-options"] == "nosniff"
        assert one.headers["referrer-policy"] == "no-referrer"
        assert "server" not in one.headers


def spoilt(field: Field) -> Any:
    wrong = {"answers": {CANARY: CANARY}, "asked": {CANARY: CANARY}, "names": [CANARY]}
    return wrong.get(field.kind, CANARY)


def asked_with_it(verb: Verb, ref: str) -> Iterator[tuple[str, dict[str, Any], Any]]:
    """Requests in which a name stands where it should not: address, query and body."""
    fields = [*table.fields(verb), Field(CANARY, "text", "")]
    path = {one.name: CANARY for one in verb.fields if one.where == "path"}
    for where in (path, {**path, "ref": ref}):
        address = verb.path.format(**where)
        for few in ([], fields, *([one] for one in fields)):
            query = {one.name: CANARY for one in few if one.where == "query"}
            body = {one.name: spoilt(one) for one in few if one.where == "body"}
            yield address, query, body if verb.method == "POST" else None


@pytest.mark.parametrize("name", VERBS)
def test_nothing_that_was_sent_is_said_again(
    office: World, bess: httpx2.Client, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    verb, ref = VERBS[name], office.open(aware_on="2025-12-12")
    for address, query, body in asked_with_it(verb, ref):
        answer = bess.request(verb.method, address, params=query, json=body)
        assert answer.status_code < 500
        assert CANARY not in str(answer.headers)
        if answer.status_code >= 400:
            assert CANARY.casefold() not in answer.text.casefold()
    assert CANARY.casefold() not in capsys.readouterr().err.casefold()


QUESTIONS = ("aware_on", "place", "notified_on", "agencies_asked", "opinion/council", "form")
WORDS = ("Robin Sample", "child", "the", "date", "12", "a", "o'Brien", 'say "no"', "x" * 300, "é e")
"""Names, and words that sentences of the engine are made of."""
WORD = re.compile(r"[a-z]{1,40}")
OURS = re.compile(r'"[^"]*"')


def test_an_answer_that_is_no_text_is_named_by_its_place(
    office: World, bess: httpx2.Client
) -> None:
    ref = office.open(aware_on="2025-12-12")
    given = {"place": "elsewhere", "aware_on": 5, "opinion/council": {"x": "y"}}
    answer = bess.post(f"/cases/{ref}/answers", json={"answers": given})
    assert answer.json()["mistakes"] == [
        'Answer 2 of "answers" is a text; put it in quotes.',
        'Answer 3 of "answers" is a text; put it in quotes.',
    ]


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_that_cannot_be_taken_is_refused_alike_whatever_it_was(
    office: World, bess: httpx2.Client, question: str
) -> None:
    ref = office.open(aware_on="2025-12-12")
    for address in (f"/cases/{ref}/answers", f"/cases/{ref}/steps/start_deciding"):
        said = set()
        for word in WORDS:
            answer = bess.post(address, json={"answers": {question: word}})
            assert answer.status_code in (400, 409), answer.text
            said.add(answer.text)
        assert len(said) == 1, said


@pytest.mark.parametrize("word", [one for one in WORDS if WORD.fullmatch(one)])
def test_a_made_up_name_takes_no_word_out_of_what_is_said(
    office: World, bess: httpx2.Client, word: str
) -> None:
    ref = office.open(aware_on="2025-12-12")

    def said(name: str) -> str:
        found = [
            bess.post(f"/cases/{ref}/tasks/{quote(name, safe='')}", json={"reason": "told"}),
            bess.post(f"/cases/{ref}/answers", json={"answers": {"aware_on": name}}),
            bess.post("/cases", json={"workflow": name, "answers": {}}),
            bess.get("/cases", params={"due_within": name}),
        ]
        assert all(400 <= one.status_code < 500 for one in found)
        return OURS.sub("", " ".join(one.json().get("detail", "") for one in found))

    assert said(word) == said("zzyzx")


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (StorageError("The disk is full."), 503),
        (OutcomeUnknownError("It cannot be told."), 503),
        (ConfigError(f"{CANARY} is nobody."), 503),
        (TrailError("It was altered."), 500),
        (IncompleteError("It cannot tell."), 500),
        (KeyError(CANARY), 500),
        (RecursionError(CANARY), 500),
    ],
)
def test_what_fails_within_is_told_by_its_kind_alone(
    bess: httpx2.Client,
    error: Exception,
    status: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(*given: object) -> Any:
        raise error

    monkeypatch.setattr(table, "run", fail)
    key = {"Idempotency-Key": "once-and-no-more"}
    answer = bess.post("/cases", json=opening(), headers=key)

    told = problem(answer, status)
    logged = capsys.readouterr().err
    assert CANARY not in answer.text + logged
    assert ("retry-after" in answer.headers) == (status == 503)
    assert told.get("key") == (
        "once-and-no-more" if isinstance(error, OutcomeUnknownError) else None
    )
    if "fault" in told:
        assert told["fault"] in logged
        assert type(error).__name__ in logged


def test_a_sentence_of_the_command_line_is_told_by_the_names_of_fields() -> None:
    assert spoken("give --why.") == 'give "why".'
    assert spoken("repeat it with --if-version 7 then") == 'repeat it with If-Match: "7" then'
    assert spoken("see --decided-by") == 'see "decided_by"'
    assert of_error(StorageError("Full.")).headers == {"Retry-After": "5"}
