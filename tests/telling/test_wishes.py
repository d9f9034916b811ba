"""How people wish to be told, through the outbox and the worker."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import time, timedelta
from pathlib import Path

import pytest

from engine import bootstrap, worker
from engine.errors import DeliveryError
from engine.preferences import Preference, Quiet
from engine.service import outbox, ticking
from engine.service.outbox import Outgoing, Sent
from engine.service.wording import in_turn
from tests.mailing import Inbox, mail_server, read_mail
from tests.offices import Office
from tests.worlds import BESS, DIRECTORY, World

NIGHT = Quiet(time(18), time(8), days_off=True)


class Handed:
    """What was handed over."""

    def __init__(self, *, fails: Exception | None = None) -> None:
        self.messages: list[Outgoing] = []
        self.fails = fails

    def __call__(self, message: Outgoing) -> str:
        self.messages.append(message)
        if self.fails:
            raise self.fails
        return "file: taken"

    @property
    def ids(self) -> list[str]:
        return [one.id for one in self.messages]


def wish(world: World, **wishes: Preference) -> None:
    world.place.directory = replace(DIRECTORY, preferences=wishes)


def told(world: World, count: int = 3) -> list[str]:
    """Cases of each of which the local authority, which is Lee, is told once."""
    refs = [world.open() for _ in range(count)]
    for ref in refs:
        world.take(ref, "start_deciding")
    return refs


def send(world: World, handed: Callable[[Outgoing], str]) -> Sent:
    return outbox.send_waiting(world.place, handed)


def receipts(world: World, ref: str) -> list[tuple[str, bool]]:
    return [
        (event["body"]["receipt"], "digest" in event["body"])
        for event in world.events(ref)
        if event["type"] == "message sent"
    ]


@pytest.fixture
def recipient(world: World) -> str:
    """Whoever is told of the step that `told` takes."""
    [ref] = told(world, 1)
    handed = Handed()
    send(world, handed)
    world_told = {one.person for one in handed.messages if one.ref == ref}
    assert len(world_told) == 1
    return world_told.pop()


def test_a_message_waits_until_the_quiet_is_over(world: World, recipient: str) -> None:
    wish(world, **{recipient: Preference(quiet=NIGHT)})
    world.clock.go_to("2025-12-19", 19)
    [ref] = told(world, 1)
    handed = Handed()
    assert send(world, handed) == Sent()
    world.clock.go_to("2025-12-21", 12)
    assert send(world, handed) == Sent()
    assert world.verdict().problems == []
    world.clock.go_to("2025-12-22", 8)
    assert send(world, handed) == Sent(sent=1)
    assert receipts(world, ref) == [("file: taken", False)]
    assert world.verdict().problems == []


def test_waiting_counts_as_no_try(world: World, recipient: str) -> None:
    wish(world, **{recipient: Preference(quiet=NIGHT)})
    world.clock.go_to("2025-12-18", 19)
    told(world, 1)
    send(world, Handed())
    with world.place.database.read() as tx:
        [[tries]] = tx.rows("SELECT min(tries) FROM attempts")
    assert tries == 0


def test_a_digest_is_one_message_and_settles_each_on_its_own_case(
    world: World, recipient: str
) -> None:
    wish(world, **{recipient: Preference(digest="08:30")})
    refs = told(world)
    handed = Handed()
    assert send(world, handed) == Sent()
    world.clock.go_to("2025-12-16", 8)
    assert send(world, handed) == Sent()
    world.clock.go_to("2025-12-16", 9)
    assert send(world, handed) == Sent(sent=3)
    [digest] = handed.messages
    assert {one.ref for one in digest.parts} == set(refs)
    assert [receipts(world, ref) for ref in refs] == [[("file: taken", True)]] * 3
    sent = [e["body"] for ref in refs for e in world.events(ref) if e["type"] == "message sent"]
    assert {body["digest"] for body in sent} == {digest.id}
    assert world.verdict().problems == []


def test_a_single_message_for_a_digest_goes_by_itself(world: World, recipient: str) -> None:
    wish(world, **{recipient: Preference(digest="08:30")})
    [ref] = told(world, 1)
    handed = Handed()
    send(world, handed)
    world.clock.go_to("2025-12-16", 9)
    assert send(world, handed) == Sent(sent=1)
    assert [one.parts for one in handed.messages] == [()]
    assert receipts(world, ref) == [("file: taken", False)]


def test_a_digest_that_fails_is_tried_again_whole_and_with_its_id(
    world: World, recipient: str
) -> None:
    wish(world, **{recipient: Preference(digest="08:30")})
    told(world)
    failing = Handed(fails=DeliveryError("It does not answer."))
    send(world, failing)
    world.clock.go_to("2025-12-16", 9)
    assert send(world, failing) == Sent(failed=3)
    # What comes meanwhile waits for the next one.
    told(world, 1)
    handed = Handed()
    world.clock.instant += timedelta(seconds=61)
    assert send(world, handed) == Sent(sent=3)
    assert failing.ids == handed.ids


def test_a_digest_whose_sender_dies_is_repeated_with_its_id(
    world: World, recipient: str, tmp_path: Path
) -> None:
    wish(world, **{recipient: Preference(digest="08:30")})
    told(world)
    handed = Handed()
    send(world, handed)
    world.clock.go_to("2025-12-16", 9)
    child = os.fork()
    if child == 0:
        outbox.send_waiting(
            world.place,
            lambda m: (tmp_path / "id").write_text(m.id) and os._exit(9),  # type: ignore[func-returns-value]
        )
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    told(world, 1)
    world.clock.instant += timedelta(seconds=121)
    assert send(world, handed) == Sent(sent=3)
    assert handed.ids == [(tmp_path / "id").read_text()]


def test_more_than_a_batch_are_one_digest_each_of_fifty(world: World, recipient: str) -> None:
    wish(world, **{recipient: Preference(digest="hourly")})
    told(world, outbox.BATCH + 5)
    handed = Handed()
    send(world, handed)
    world.clock.go_to("2025-12-15", 11)
    assert send(world, handed).sent == outbox.BATCH + 5
    assert sorted(len(one.parts) for one in handed.messages) == [5, outbox.BATCH]


def test_an_escalation_neither_waits_nor_goes_into_a_digest(world: World) -> None:
    every = {one: Preference(digest="08:30", quiet=NIGHT) for one in DIRECTORY.people}
    wish(world, **every)
    ref = world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-22", 23)
    assert ticking.fire_due(world.place).notices
    handed = Handed()
    send(world, handed)
    assert handed.messages
    assert {(one.ref, one.urgent, one.parts) for one in handed.messages} == {(ref, True, ())}


def test_an_escalation_that_failed_is_tried_again_by_itself(world: World) -> None:
    wish(world, **{one: Preference(digest="08:30") for one in DIRECTORY.people})
    for _ in range(2):
        world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-22", 9)
    ticking.fire_due(world.place)
    send(world, Handed(fails=DeliveryError("It does not answer.")))
    world.clock.instant += timedelta(seconds=61)
    handed = Handed()
    assert send(world, handed).sent == len(handed.messages) > 2
    assert {one.parts for one in handed.messages} == {()}


def test_a_digest_is_whole_wherever_a_batch_ends(world: World, recipient: str) -> None:
    wish(world, **{recipient: Preference(digest="hourly")})
    told(world)
    handed = Handed()
    send(world, handed)
    world.clock.go_to("2025-12-15", 11)
    assert outbox.send_waiting(world.place, handed, most=2) == Sent(sent=3)
    assert [len(one.parts) for one in handed.messages] == [3]


def test_a_message_held_back_without_any_wish_is_found_by_verification(
    world: World, recipient: str
) -> None:
    told(world, 1)
    send(world, Handed(fails=DeliveryError("It does not answer.")))
    later = int((world.clock.instant + timedelta(days=4)).timestamp() * 1_000_000)
    with world.place.database.write() as tx:
        tx.run("UPDATE attempts SET next_at = ? WHERE next_at > 0", (later,))
    assert world.verdict().problems
    wish(world, **{recipient: Preference(quiet=NIGHT)})
    assert world.verdict().problems == []


SMTP = """
[notify.smtp]
host = "127.0.0.1"
port = {port}
tls  = "none"
from = "casetrail@partnership.example"
"""


@pytest.fixture
def inbox() -> Iterator[tuple[Inbox, int]]:
    kept = Inbox()
    with mail_server(kept) as port:
        yield kept, port


def test_a_digest_arrives_as_one_mail_that_lists_the_cases(
    office: Office, inbox: tuple[Inbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    kept, port = inbox
    text = office.config.read_text()
    text = text.replace('id   = "lee"', 'id   = "lee"\nby = "smtp"\ndigest = "hourly"')
    office.config.write_text(text + SMTP.format(port=port))
    refs = [office.open("place=in our area") for _ in range(2)]
    for ref in refs:
        office.ok("take", ref, "start_deciding")
    instant = bootstrap.now()
    monkeypatch.setattr(bootstrap, "now", lambda: instant)
    worker.tick_of(str(office.config))
    assert kept.mails == []
    # Whatever the day is, a working day's hour has struck by then.
    instant += timedelta(days=9)
    worker.tick_of(str(office.config), held=True)
    [mail] = [read_mail(one) for one in kept.mails]
    assert mail.subject == "Digest: 2 messages about 2 cases"
    assert all(f"- {ref}: " in mail.text for ref in refs)
    assert mail.text.count("For: ") == 0
    assert "Sample" not in mail.text.replace("Sample Partnership", "")
    assert BESS.person not in mail.text


def test_a_person_is_told_by_the_notifier_and_at_the_address_that_they_wish(
    office: Office, inbox: tuple[Inbox, int]
) -> None:
    kept, port = inbox
    said = 'id   = "lee"\nby = "smtp"\nalso = ["file"]\naddress = { smtp = "lee@other.example" }'
    text = office.config.read_text().replace('id   = "lee"', said)
    office.config.write_text(text + SMTP.format(port=port))
    ref = office.open("place=in our area")
    office.ok("take", ref, "start_deciding")
    worker.tick_of(str(office.config))
    assert kept.recipients == ["lee@other.example"]
    [file] = (office.folder / "messages").glob("*.eml")
    assert b"To: lee@council.example" in file.read_bytes()
    events = office.json("history", ref)["events"]
    [receipt] = [e["body"]["receipt"] for e in events if e["type"] == "message sent"]
    assert receipt == f"smtp: 250 2.0.0; file: {file.name}"


def refusing(*names: str, again: bool = True) -> Callable[[str], str]:
    def hand_over(way: str) -> str:
        if way in names:
            raise DeliveryError("Not taken.", again=again)
        return f"{way}: taken"

    return hand_over


def test_what_the_first_notifier_does_not_take_now_is_tried_again_by_all() -> None:
    with pytest.raises(DeliveryError):
        in_turn(refusing("smtp"), "smtp", ["chat"], at_once=False)


def test_what_the_first_notifier_never_takes_and_what_is_urgent_goes_by_another() -> None:
    expected = "smtp: not taken; chat: taken"
    assert in_turn(refusing("smtp", again=False), "smtp", ["chat"], at_once=False) == expected
    assert in_turn(refusing("smtp"), "smtp", ["chat"], at_once=True) == expected
    with pytest.raises(DeliveryError):
        in_turn(refusing("smtp", "chat"), "smtp", ["chat"], at_once=True)


def test_what_another_notifier_does_not_take_is_said_and_spoils_nothing() -> None:
    found = in_turn(refusing("chat"), "smtp", ["chat", "file"], at_once=False)
    assert found == "smtp: taken; chat: not taken; file: taken"
