from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.hooks import answer, doing, mapping, receiving
from engine.hooks.secrets import renew
from engine.signing import secrets_in, sign
from tests.hooking import (
    FORM,
    OPINION,
    REFERRAL,
    STEP,
    Doors,
    Sender,
    doors,
    doors_of,
    entries,
    everything,
)
from tests.worlds import World

CANARY = "Canary Q. Thistlewood"
LATER = timedelta(seconds=301)


@pytest.fixture
def form(world: World, tmp_path: Path) -> Doors:
    return doors(world, tmp_path)


def refused(found: answer.Answer) -> None:
    assert found == answer.REFUSED
    assert answer.response(found) == answer.response(answer.REFUSED)


def cases(world: World) -> int:
    with world.place.database.read() as tx:
        row = tx.row("SELECT count(*) FROM cases")
    assert row
    return int(row[0])


def test_a_signed_referral_opens_a_case_with_its_child_and_says_by_which_door(
    world: World, form: Doors
) -> None:
    found = form.call("form", REFERRAL)

    assert found.status == 200
    ref = found.document["ref"]
    assert world.state(ref) == "referred"
    first = world.events(ref)[0]["actor"]
    assert (first["recorded"], first["door"]) == ("bess", "hook")
    assert first["proof"] == "hook form, signed"
    with world.place.database.read() as tx:
        assert tx.rows("SELECT person, kind FROM people") == [("p1", "child")]
    assert world.verdict().holds


def test_an_agency_answers_and_a_step_is_taken_on_a_case_that_is_there(
    world: World, form: Doors
) -> None:
    ref = world.open(aware_on="2025-12-12")

    told = form.call("opinion", {"case": ref, "opinion": "notify"})
    step = form.call(
        "step", {"case": ref, "letter": "agrees", "on": "2025-12-14", "why": "it came"}
    )

    assert (told.status, step.status) == (200, 200)
    assert told.document["ref"] == ref
    with world.place.database.read() as tx:
        row = tx.row("SELECT value, source FROM answers WHERE question = 'opinion'")
        assert row == ("notify", "police")
    assert world.events(ref)[-1]["happened"] == "2025-12-14"


def test_a_repeat_of_the_same_call_is_told_the_same_and_does_nothing_more(
    world: World, form: Doors
) -> None:
    body = json.dumps(REFERRAL).encode()
    first = form.receive("form", form.signed("form", body, "msg_1"), body)
    before = everything(world.place)
    world.clock.instant += timedelta(hours=70)

    again = form.receive("form", form.signed("form", body, "msg_1"), body)

    assert again == first
    assert everything(world.place) == before
    assert entries(world.place) == []


def test_a_repeat_costs_no_more_than_a_look(
    world: World, form: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = form.call("form", REFERRAL, "msg_1")

    def never(*_: object) -> None:
        raise AssertionError("it was done already")

    monkeypatch.setattr(doing, "run", never)
    monkeypatch.setattr(doing, "misfits", never)
    monkeypatch.setattr(type(world.place.database), "write", never)

    assert form.call("form", REFERRAL, "msg_1") == first


def test_an_id_that_comes_with_another_body_is_refused_like_a_forgery(
    world: World, form: Doors
) -> None:
    form.call("form", REFERRAL, "msg_1")
    before = everything(world.place)

    refused(form.call("form", {"form": {"where": "B"}}, "msg_1"))

    assert everything(world.place) == before
    assert entries(world.place) == [{"endpoint": "form", "why": "replayed", "times": 1}]


def test_a_forged_call_changes_nothing_and_is_in_the_security_log(
    world: World, form: Doors
) -> None:
    body = json.dumps(REFERRAL).encode()
    headers = Sender("whsec_" + "A" * 44).signed(body, world.clock())
    before = everything(world.place)

    refused(form.receive("form", headers, body))

    assert everything(world.place) == before
    assert entries(world.place) == [{"endpoint": "form", "why": "not signed", "times": 1}]


def test_a_call_for_one_endpoint_is_none_for_another_nor_for_an_unknown_one(
    world: World, form: Doors
) -> None:
    body = json.dumps(REFERRAL).encode()
    headers = form.signed("form", body)
    before = everything(world.place)

    for endpoint in ("opinion", "step", "nobody", "../form", "", "Form", CANARY):
        refused(form.receive(endpoint, headers, body))

    assert everything(world.place) == before
    why = [(one["endpoint"], one["why"]) for one in entries(world.place)]
    assert why == [
        ("opinion", "not signed"),
        ("step", "not signed"),
        *[("unknown", "no such endpoint")] * 5,
    ]


@pytest.mark.parametrize("by", [LATER, -LATER, timedelta(hours=24)])
def test_a_call_of_another_time_is_refused_even_after_a_restart(
    world: World, form: Doors, by: timedelta
) -> None:
    body = json.dumps(REFERRAL).encode()
    headers = form.signed("form", body, "msg_1")
    if by > LATER:
        assert form.receive("form", headers, body).taken
    before = everything(world.place)
    world.clock.instant += by

    refused(doors_of(world.place, form.settings).receive("form", headers, body))

    assert everything(world.place) == before
    assert entries(world.place) == [{"endpoint": "form", "why": "late", "times": 1}]


def test_while_a_secret_is_changed_the_old_and_the_new_one_hold_and_then_the_new_one_alone(
    world: World, form: Doors
) -> None:
    hook, folder = form.settings.hooks["form"], form.settings.folder
    old = form.senders["form"]
    file, kept = renew(folder, hook, lambda size: b"n" * size)
    new = Sender(file.read_text().strip())
    body = json.dumps({"form": {}}).encode()
    answered = [
        form.receive("form", sender.signed(body, world.clock()), body).status
        for sender in (old, new)
    ]

    assert kept is not None
    kept.unlink()
    refused(form.receive("form", old.signed(body, world.clock()), body))
    assert answered == [422, 422]
    assert (file.stat().st_mode & 0o777, file.name) == (0o600, "form.secret")


def test_a_secret_that_others_may_read_lets_nobody_in(world: World, form: Doors) -> None:
    (form.settings.folder / "hooks" / "form.secret").chmod(0o640)

    refused(form.call("form", REFERRAL))
    assert cases(world) == 0


def test_a_sender_that_calls_too_often_is_told_to_wait(
    world: World, form: Doors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_CALLS", 2)
    statuses = [form.call("form", {"form": {}}).status for _ in range(4)]
    world.clock.instant += timedelta(minutes=1)

    assert statuses == [422, 422, 429, 429]
    assert form.call("form", {"form": {}}).status == 422
    assert dict(answer.response(answer.TOO_OFTEN)[1])["retry-after"] == "60"


def test_a_body_that_is_too_large_is_not_even_looked_at(world: World, form: Doors) -> None:
    body = b" " * (receiving.LARGEST + 1)

    assert form.receive("form", form.signed("form", body), body) == answer.TOO_LARGE
    assert entries(world.place)[0]["why"] == "too large"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"null",
        b"[]",
        b'{"form": NaN}',
        b'{"form": 1e999999999}',
        b'{"form": ' + b"9" * 5000 + b"}",
        b'{"form": 1, "form": 2}',
        b"[" * 21 + b"]" * 21,
        b"[" * 100_000,
        b'{"form": "\xff"}',
        b'\xef\xbb\xbf{"form": {}}',
        b'{"form": {"where": "A", "aware_on": "2025-12-12"}} x',
        b'{"form": {"where": "A\\ud800"}}',
        b'{"form": {"where": "A\\u0000"}}',
        b'{"form": {"where": {"a": 1}}}',
        b'{"form": {"where": 1.5}}',
    ],
)
def test_a_body_that_means_nothing_is_told_so_to_whoever_signed_it(
    world: World, form: Doors, body: bytes
) -> None:
    secrets = secrets_in(form.senders["form"].secret)
    headers = list(sign(secrets, "msg_1", world.clock(), body).items())

    found = form.receive("form", headers, body)

    assert found.status == 422
    assert found.document["mistakes"]
    assert cases(world) == 0


def test_what_cannot_be_recorded_is_named_by_question_and_place_and_never_repeated(
    world: World, form: Doors, capfd: pytest.CaptureFixture[str]
) -> None:
    ref = world.open()
    calls: tuple[tuple[str, Any, list[tuple[str, str]]], ...] = (
        ("form", {"form": {"where": CANARY}}, [("place", "/form/where")]),
        (
            "form",
            {"form": {"where": "A", "aware_on": CANARY}},
            [("aware_on", "/form/aware_on")],
        ),
        ("form", {"form": {}}, [("place", "/form/where")]),
        ("opinion", {"case": CANARY, "opinion": "notify"}, [("case", "/case")]),
        ("opinion", {"opinion": "notify"}, [("case", "/case")]),
        ("opinion", {"case": "2025-00000", "opinion": "notify"}, [("case", "/case")]),
        ("opinion", {"case": ref, "opinion": CANARY}, [("opinion/police", "/opinion")]),
        ("step", {"case": ref, "letter": "agrees", "on": CANARY}, [("on", "/on")]),
        ("step", {"case": ref, "on": "2030-01-01"}, [("", "")]),
        ("step", {"case": ref, "why": {"a": CANARY}}, [("on", "/on"), ("reason", "/why")]),
    )
    before = everything(world.place)
    for endpoint, document, expected in calls:
        found = form.call(endpoint, document)
        wrong = [(one["name"], one["pointer"]) for one in found.document["mistakes"]]
        assert (found.status, wrong) == (422, expected)
        assert CANARY not in answer.text(found)

    kept = [row for row in everything(world.place) if row[0] not in ("form", "opinion", "step")]
    assert kept == [row for row in before if row[0] not in ("form", "opinion", "step")]
    with world.place.database.read() as tx:
        assert CANARY not in "".join(world.place.store.events(tx, "access"))
    assert CANARY not in "".join(capfd.readouterr())


def test_a_word_that_an_endpoint_does_not_know_is_told_and_not_left_out(
    world: World, tmp_path: Path
) -> None:
    ref = world.open()
    words = '[hook.values."opinion/police"]\n"Y" = "notify"\n'
    form = doors(world, tmp_path, OPINION + words)

    found = form.call("opinion", {"case": ref, "opinion": "N"})

    assert found.document["mistakes"] == [
        {"name": "opinion/police", "pointer": "/opinion", "what": mapping.NO_WORD}
    ]
    assert form.call("opinion", {"case": ref, "opinion": "Y"}).taken


def test_nobody_is_added_of_whom_the_form_says_nothing(world: World, tmp_path: Path) -> None:
    hooks = FORM.replace('{ name = "/form/child/name" }', '{ name = { constant = "a child" } }')

    assert doors(world, tmp_path, hooks).call("form", REFERRAL).taken
    with world.place.database.read() as tx:
        assert tx.rows("SELECT person FROM people") == []


def test_a_case_of_another_process_is_not_there_for_an_endpoint(
    world: World, tmp_path: Path
) -> None:
    mine = FORM.replace('"open", "person"', '"record"').split("[hook.answers]")[0]
    mine = mine.replace('verb    = "open"', 'verb = "record"\ncase = "/case"')
    mine = mine.replace('"incident"', '"summary"') + '[hook.answers]\nreceived_on = "/on"\n'
    ref = world.open()

    found = doors(world, tmp_path, mine).call("form", {"case": ref, "on": "2025-12-12"})

    assert found.document["mistakes"][0]["name"] == "case"


def test_what_stands_under_a_key_of_the_body_is_done_once_however_often_it_is_sent(
    world: World, tmp_path: Path
) -> None:
    keyed = FORM.replace("[hook.answers]", 'key = "/id"\n[hook.answers]', 1)
    form = doors(world, tmp_path, keyed)

    first = form.call("form", {**REFERRAL, "id": CANARY})
    again = form.call("form", {**REFERRAL, "id": CANARY})
    other = form.call("form", {"form": {"where": "B"}, "id": CANARY})

    assert (first.status, again) == (200, first)
    assert [one["name"] for one in other.document["mistakes"]] == ["key"]
    assert cases(world) == 1
    assert CANARY not in json.dumps(world.events(first.document["ref"]))
    assert form.call("form", REFERRAL).document["mistakes"][0]["name"] == "key"


def test_a_refusal_by_the_rules_is_logged_as_the_persons_and_says_nothing_of_the_record(
    world: World, tmp_path: Path
) -> None:
    ref = world.open(happened_on="2025-12-01")
    world.take(ref, "start_deciding")
    hooks = STEP.replace('"record_letter"\ncase', '"start_deciding"\ncase')
    hooks = hooks.replace('letter_says = "/letter"', "")

    found = doors(world, tmp_path, hooks).call("step", {"case": ref, "on": "2025-12-15"})

    assert found.status == 422
    assert "2025-12-01" not in answer.text(found)
    assert entries(world.place, "refused")[-1]["verb"] == "take"
    assert world.state(ref) == "deciding"
