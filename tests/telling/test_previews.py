"""What a message says, shown before it goes out."""

from __future__ import annotations

import json

from engine import bootstrap, posting, worker
from engine.service.outbox import Outgoing
from tests.offices import Office, ago


def test_a_notice_to_come_is_shown_as_it_will_read_on_its_day(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    before = office.json("history", ref)["events"]
    found = office.json("message", "preview", ref, "notification")
    assert {one["person"] for one in found["messages"]} == {"lee", "eve"}
    subjects = [one["subject"] for one in found["messages"]]
    assert any(": Notify the Panel: is due " in subject for subject in subjects)
    assert any(subject.startswith(f"URGENT: {ref}: ") for subject in subjects)
    said = office.ok(
        "message", "preview", ref, "notification/escalate_1_working_day_after_it_was_due"
    )
    assert "To Eve Sample, by file: eve@council.example" in said
    assert "was due" in said
    assert "is due" not in said
    assert office.json("history", ref)["events"] == before
    assert not (office.folder / "messages").exists()


def test_a_message_that_was_sent_reads_as_it_went_out(office: Office) -> None:
    ref = office.at("deciding")
    worker.tick_of(str(office.config))
    [sent] = [one for one in office.json("history", ref)["events"] if one["type"] == "people told"]
    message = sent["body"]["messages"][0]["id"]
    [found] = office.json("message", "preview", ref, message[:8])["messages"]
    mail = (office.folder / "messages" / f"{message}.eml").read_text().replace("=\n", "")
    assert all(line in mail for line in found["text"].splitlines())


def test_each_notifier_has_its_own_form(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    console = office.json("message", "preview", ref, "notification", "--by", "console")
    assert all(one["by"] == "console" and one["subject"] for one in console["messages"])
    said = office.refused(2, "message", "preview", ref, "notification", "--by", "pigeon")
    assert said.startswith('There is no notifier "pigeon"; "by" is console, ')


def test_what_there_is_not_is_refused_with_what_there_is(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    said = office.refused(2, "message", "preview", ref, "nothing")
    assert "still to come are notification/" in said
    assert office.refused(3, "message", "preview", "2025-AAAAAA", "notification")


def test_a_preview_for_a_machine_is_the_thin_message(office: Office) -> None:
    settings = bootstrap.settings(str(office.config))
    place = bootstrap.workplace(settings)
    try:
        message = Outgoing("m1", "2025-AAAAAA", "lee", "executive", "Something", "", False, 1)
        mail = posting.previews(place, settings)(message, "webhook")
    finally:
        place.database.close()
    said = json.loads(mail.text)
    assert (said["reference"], said["what"]) == ("2025-AAAAAA", "Something")
    assert "to" not in said


def test_each_notice_stands_under_the_day_on_which_it_goes_out(office: Office) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    found = office.json("message", "preview", ref, "notification")
    days = list(dict.fromkeys(one["on"] for one in found["messages"]))
    assert len(days) > 1
    assert days == sorted(days)
    assert found["on"] == days[0]
    said = office.ok("message", "preview", ref, "notification")
    assert said.count("It goes out on ") == len(days)
    overdue = said.index("was due ")
    assert said.rindex("It goes out on ", 0, overdue) > said.index("is due ")


def test_what_goes_to_one_place_for_all_does_not_say_that_it_goes_to_somebody(
    office: Office,
) -> None:
    with office.config.open("a", encoding="utf-8") as file:
        file.write('\n[notify.webhook]\nurl = "https://hooks.sample.example/x"\n')
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    for way, to in (
        ("webhook", "the one url of [notify.webhook]"),
        ("chat", "the one room of [notify.chat]"),
        ("smtp", "lee@council.example"),
    ):
        found = office.json("message", "preview", ref, "notification", "--by", way)
        assert found["messages"][0]["to"] == to
