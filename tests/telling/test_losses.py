"""Messages that do not arrive: somebody else is told, a task is left, and nothing goes round."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from engine import worker
from engine.errors import DeliveryError, UsageError
from engine.preferences import Preference
from engine.service import deliveries, outbox, ticking
from engine.service.bounces import Report, read_report
from engine.service.looking import listing, reading
from engine.service.outbox import Outgoing
from notifiers import making
from notifiers.message import Message, Receipt
from tests.bouncing import bounced, message_id
from tests.offices import Office
from tests.worlds import BESS, DIRECTORY, World

DAY_BEFORE = "2025-12-18"
"""The day before what a case known on 12 December is due."""


def refusing(*people: str, again: bool = False) -> Callable[[Outgoing], str]:
    def send(message: Outgoing) -> str:
        if message.person in people:
            raise DeliveryError("Not taken.", again=again)
        return "file: taken"

    return send


def messages(world: World, ref: str) -> list[dict[str, Any]]:
    """Each message of a case, with the event that made it."""
    return [
        {**message, "by": event["type"], "lost": event["body"].get("lost", "")}
        for event in world.events(ref)
        for message in event["body"].get("messages", ())
    ]


def tasks(world: World, ref: str) -> list[str]:
    return [one["what"] for one in reading.show(world.place, BESS, ref)["tasks"]]


def told(world: World) -> str:
    ref = world.open()
    world.take(ref, "start_deciding")
    return ref


def test_whoever_a_fallback_names_is_told_at_once_of_a_message_that_is_given_up(
    world: World,
) -> None:
    world.place.directory = replace(DIRECTORY, fallbacks={"local_authority": "eve"})
    ref = told(world)
    done = outbox.send_waiting(world.place, refusing("lee"))
    assert (done.given_up, done.sent) == (1, 1)
    [first, second] = messages(world, ref)
    assert (second["person"], second["urgent"], second["by"]) == ("eve", 1, "message given up")
    assert second["what"] == (
        "Not delivered to the local authority, tell them yourself: " + first["what"]
    )
    assert len(tasks(world, ref)) == 1
    assert world.verdict().problems == []


def test_without_a_fallback_those_who_keep_the_record_are_told(world: World) -> None:
    world.place.directory = replace(DIRECTORY, fallbacks={})
    ref = told(world)
    outbox.send_waiting(world.place, refusing("lee"))
    assert [(one["person"], one["role"]) for one in messages(world, ref)][1:] == [
        ("bess", "business_unit")
    ]


def test_whom_it_did_not_reach_is_not_told_so(world: World) -> None:
    world.place.directory = replace(DIRECTORY, fallbacks={"any role": "lee"})
    ref = told(world)
    outbox.send_waiting(world.place, refusing("lee"))
    assert [one["person"] for one in messages(world, ref)] == ["lee", "bess"]


def test_a_message_about_a_loss_that_is_lost_itself_is_shown_and_goes_no_further(
    world: World,
) -> None:
    world.place.directory = replace(DIRECTORY, fallbacks={"any role": "eve"})
    ref = told(world)
    done = outbox.send_waiting(world.place, refusing(*DIRECTORY.people))
    assert done.given_up == 2
    assert len(messages(world, ref)) == 2
    assert len(tasks(world, ref)) == 2
    lost = listing.today_sheet(world.place)["undelivered"]
    assert sorted(one["person"] for one in lost) == ["eve", "lee"]
    world.clock.instant += timedelta(days=3)
    assert outbox.send_waiting(world.place, refusing(*DIRECTORY.people)) == outbox.Sent()


def failing_since(world: World, day: str, until: str, *people: str) -> list[tuple[str, str, str]]:
    """Whom else something was told of, and when, while a mail server fails those people."""
    world.clock.go_to(day, 9)
    ticking.fire_due(world.place)
    end = world.clock.instant
    found: list[tuple[str, str, str]] = []
    world.clock.go_to(until, 23)
    world.clock.instant, end = end, world.clock.instant
    while world.clock.instant < end:
        sent: list[Outgoing] = []

        def send(message: Outgoing, sent: list[Outgoing] = sent) -> str:
            if message.person in people:
                raise DeliveryError("It does not answer.")
            sent.append(message)
            return "file: taken"

        outbox.send_waiting(world.place, send)
        hour = f"{world.clock.instant:%d %H}"
        found += [(hour, one.person, one.what) for one in sent if "Not delivered" in one.what]
        world.clock.instant += timedelta(minutes=10)
    return found


def test_somebody_else_is_told_of_a_message_that_does_not_go_out_while_there_is_time_to_act(
    world: World,
) -> None:
    ref = world.open(aware_on="2025-12-12")
    found = failing_since(world, DAY_BEFORE, "2025-12-19", "lee")
    [(when, who, what)] = [one for one in found if "so far" in one[2]]
    # Due on Friday the 19th: told after the last try before noon of that day.
    assert (when, who) == ("19 07", "bess")
    assert what.startswith("Not delivered so far to the local authority, tell them yourself: ")
    [lost] = [one["lost"] for one in messages(world, ref) if one["lost"]]
    [first] = [one for one in messages(world, ref) if one["person"] == "lee"]
    assert lost == first["id"]
    assert world.verdict().problems == []


def test_of_an_escalation_somebody_else_is_told_within_half_an_hour_once(world: World) -> None:
    ref = world.open(aware_on="2025-12-12")
    found = failing_since(world, "2025-12-22", "2025-12-22", "lee", "eve", "ed")
    assert [one[:2] for one in found] == [("22 09", "bess")] * 3
    assert {one["urgent"] for one in messages(world, ref)} == {1}


def test_a_message_without_a_day_is_tried_without_a_word_until_it_is_given_up(
    world: World,
) -> None:
    ref = told(world)
    world.clock.instant += timedelta(minutes=1)
    found = failing_since(world, "2025-12-15", "2025-12-15", "lee")
    assert found == []
    assert [one["lost"] for one in messages(world, ref)] == [""]


def of(world: World, ref: str, kind: str) -> list[dict[str, Any]]:
    return [event["body"] for event in world.events(ref) if event["type"] == kind]


def sent_one(world: World) -> tuple[str, str]:
    ref = told(world)
    outbox.send_waiting(world.place, refusing())
    [message] = messages(world, ref)
    return ref, message["id"]


def test_a_message_that_arrived_is_on_record_once(world: World) -> None:
    ref, message = sent_one(world)
    assert deliveries.settle_delivery(world.place, message, "delivered") == (ref,)
    before = world.events(ref)
    assert deliveries.settle_delivery(world.place, message, "delivered") == ()
    assert world.events(ref) == before
    assert of(world, ref, "message delivered") == [{"message": message}]
    assert world.verdict().problems == []


def test_a_message_that_came_back_is_a_task_and_somebody_else_is_told_once(world: World) -> None:
    ref, message = sent_one(world)
    assert deliveries.settle_delivery(world.place, message, "permanent-failure") == (ref,)
    before = world.events(ref)
    for status in ("permanent-failure", "technical-failure", "delivered"):
        assert deliveries.settle_delivery(world.place, message, status) == ()  # type: ignore[arg-type]
    assert world.events(ref) == before
    [body] = of(world, ref, "message bounced")
    assert (body["how"], body["messages"][0]["person"]) == ("permanent-failure", "bess")
    assert ["could not be delivered to lee" in one for one in tasks(world, ref)] == [True]
    [lost] = listing.today_sheet(world.place)["undelivered"]
    assert (lost["ref"], lost["person"]) == (ref, "lee")
    assert world.verdict().problems == []


def test_what_was_delivered_may_come_back_later(world: World) -> None:
    ref, message = sent_one(world)
    deliveries.settle_delivery(world.place, message, "delivered")
    assert deliveries.settle_delivery(world.place, message, "temporary-failure") == (ref,)


def test_a_digest_that_came_back_is_a_task_on_each_of_its_cases(world: World) -> None:
    wish = {"lee": Preference(digest="hourly")}
    world.place.directory = replace(DIRECTORY, preferences=wish)
    refs = [told(world) for _ in range(3)]
    outbox.send_waiting(world.place, refusing())
    world.clock.instant += timedelta(hours=1)
    assert outbox.send_waiting(world.place, refusing()).sent == 3
    [digest] = {of(world, ref, "message sent")[0]["digest"] for ref in refs}
    changed = deliveries.settle_delivery(world.place, digest, "permanent-failure")
    assert sorted(changed) == sorted(refs)
    assert [len(tasks(world, ref)) for ref in refs] == [1, 1, 1]
    assert deliveries.settle_delivery(world.place, digest, "permanent-failure") == ()
    assert world.verdict().problems == []


@pytest.mark.parametrize("message", ["0" * 32, "%", "", "a' OR 1=1"])
def test_a_message_of_somebody_else_is_refused(world: World, message: str) -> None:
    sent_one(world)
    with pytest.raises(UsageError, match="no such message"):
        deliveries.settle_delivery(world.place, message, "delivered")


def test_a_channel_is_asked_what_became_of_a_message_until_it_says_so(world: World) -> None:
    ref, _ = sent_one(world)
    answers = ["sending", None, "delivered"]
    asked: list[str] = []

    def ask(receipt: str) -> str:
        asked.append(receipt)
        answer = answers.pop(0)
        if answer is None:
            raise DeliveryError("It does not answer.")
        return answer

    for _ in range(10):
        deliveries.follow(world.place, ask)
        world.clock.instant += timedelta(seconds=301)
    assert asked == ["file: taken"] * 3
    assert len(of(world, ref, "message delivered")) == 1
    assert world.verdict().problems == []


def test_a_channel_that_never_tells_is_asked_once_and_one_that_is_slow_for_three_days(
    world: World,
) -> None:
    sent_one(world)
    asked: list[str] = []
    for _ in range(3):
        deliveries.follow(world.place, lambda receipt: asked.append(receipt))
        world.clock.instant += timedelta(seconds=301)
    assert len(asked) == 1
    sent_one(world)
    slow: list[str] = []
    for _ in range(5):
        deliveries.follow(world.place, lambda receipt: slow.append(receipt) or "sending")  # type: ignore[func-returns-value]
        world.clock.instant += timedelta(days=1)
    assert len(slow) == 3


def test_what_a_channel_says_came_back_is_a_task(world: World) -> None:
    ref, _ = sent_one(world)
    assert deliveries.follow(world.place, lambda receipt: "temporary-failure") == 1
    assert len(tasks(world, ref)) == 1


class Tracked:
    """A notifier whose channel tells later what became of a message."""

    name = "file"

    def send(self, message: Message) -> Receipt:
        return Receipt(self.name, f"id-of-{message.to}")

    def delivery(self, receipt: str) -> str:
        return "permanent-failure" if receipt == "id-of-lee@council.example" else "delivered"


def test_the_worker_asks_a_channel_that_tells_and_puts_it_on_the_case(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref = office.at("deciding")
    monkeypatch.setattr(making, "build", lambda *_: Tracked())
    for _ in range(2):
        worker.tick_of(str(office.config))
    kinds = [event["type"] for event in office.json("history", ref)["events"]]
    assert kinds.count("message bounced") == 1
    assert kinds.count("message delivered") == 1
    assert office.json("audit", "verify")["holds"]


def test_the_command_records_a_bounce_once_and_says_by_whom(office: Office) -> None:
    ref = office.at("deciding")
    office.ok("tick")
    file = office.file("bounce.eml", bounced(message_id(office)))
    said = office.ok("bounce", file)
    assert "came back: whoever it was for is to be told by hand" in said
    assert ref in said
    assert "on record already; nothing was changed" in office.ok("bounce", file)
    assert "message came back; told " in office.ok("history", ref)
    events = office.json("history", ref)["events"]
    [actor] = [e["actor"]["recorded"] for e in events if e["type"] == "message bounced"]
    assert actor not in ("", "clock")
    assert "Not delivered" in office.ok("today")
    assert office.json("audit", "verify")["holds"]


def test_a_delay_changes_nothing(office: Office) -> None:
    office.at("deciding")
    office.ok("tick")
    file = office.file("delayed.eml", bounced(message_id(office), "delayed"))
    assert "still on its way; nothing was changed" in office.ok("bounce", file)


@pytest.mark.parametrize(
    "content", ["", "Subject: Out of office\n\nI am away.", bounced("x").replace("casetrail", "z")]
)
def test_what_is_no_report_on_a_message_of_ours_is_refused(office: Office, content: str) -> None:
    file = office.file("other.eml", content)
    assert "is no report of a mail server on a message of ours" in office.refused(2, "bounce", file)


def test_a_file_that_is_not_there_is_refused(office: Office) -> None:
    assert "cannot be read" in office.refused(2, "bounce", str(office.folder / "none.eml"))


@pytest.mark.parametrize("headers_only", [False, True])
@pytest.mark.parametrize("action", ["failed", "delayed", "delivered"])
def test_a_report_is_read_as_servers_write_it(action: str, headers_only: bool) -> None:
    mail = bounced("abc.1", action, headers_only=headers_only).encode()
    assert read_report(mail) == Report("abc.1", action)  # type: ignore[arg-type]
    assert read_report(mail.replace(b"\n", b"\r\n")) == Report("abc.1", action)  # type: ignore[arg-type]


def test_only_the_headers_of_what_came_back_name_the_message() -> None:
    mail = bounced("abc.1").replace("Message-ID: <abc.1@log.casetrail.invalid>\n", "")
    assert "@log.casetrail.invalid" in mail
    assert read_report(mail.encode()) is None


def test_a_report_cut_off_anywhere_is_read_or_refused() -> None:
    mail = bounced("abc.1").encode()
    for end in range(len(mail)):
        assert read_report(mail[:end]) in (None, Report("abc.1", "failed"))
