"""Why sending fails is said by `tick`, by `today` and in the worker's log, and holds nobody."""

from __future__ import annotations

import json
import signal
from datetime import timedelta

import pytest

from engine.config.unvalued import without_values
from engine.errors import DeliveryError
from engine.service import outbox, troubles
from tests.channels import nobody_listens
from tests.offices import Office, ago
from tests.telling.test_worker import lines, started, until
from tests.worlds import World

SMTP = """
[notify.smtp]
host    = "localhost"
port    = {port}
tls     = "none"
from    = "casetrail@sample.example"
timeout = 1
"""


@pytest.fixture
def unheard(office: Office) -> Office:
    """An office whose mail server is not there, with a message that waits."""
    with nobody_listens() as port:
        text = office.config.read_text(encoding="utf-8").replace('by   = "file"', 'by   = "smtp"')
        office.config.write_text(text + SMTP.format(port=port), encoding="utf-8")
    office.open("place=in our area", f"aware_on={ago(30)}")
    return office


def test_a_tick_and_today_say_why_messages_wait_and_since_when(unheard: Office) -> None:
    said = " ".join(unheard.ok("tick").split())
    assert "will be made again. smtp: " in said
    assert "The mail server localhost, port " in said
    assert "Connection refused" in said
    sheet = unheard.json("today")["not_sent"]
    assert [(one["notifier"], one["messages"] > 0) for one in sheet] == [("smtp", True)]
    text = " ".join(unheard.ok("today").split())
    assert "Cannot be sent, and tried again" in text
    assert "Connection refused" in text
    assert "@council.example" not in f"{said} {text} {json.dumps(sheet)}"


def test_the_log_of_a_worker_says_why_messages_wait(unheard: Office) -> None:
    running = started(unheard)
    assert until(lambda: bool(unheard.json("today")["not_sent"]))
    running.send_signal(signal.SIGTERM)
    _, logged = running.communicate(timeout=60)
    [waits] = [line for line in lines(logged) if line["event"] == "messages wait"]
    assert (waits["notifier"], waits["messages"] > 0) == ("smtp", True)
    assert "Connection refused" in waits["why"]
    assert waits["since"].endswith("Z")
    assert "@" not in logged


def test_a_cause_is_the_latest_and_gone_once_the_message_is_taken(world: World) -> None:
    world.take(world.open(), "start_deciding")
    said = "It does not answer."

    def failing(message: outbox.Outgoing) -> str:
        raise DeliveryError(said)

    def failing_otherwise(message: outbox.Outgoing) -> str:
        raise KeyError("Robin Sample")

    outbox.send_waiting(world.place, failing)
    [first] = troubles.troubles(world.place)
    assert first.cause == said
    world.clock.instant += timedelta(seconds=61)
    outbox.send_waiting(world.place, failing_otherwise)
    [second] = troubles.troubles(world.place)
    assert (second.cause, second.since) == (
        "A fault of Casetrail itself (KeyError).",
        first.since,
    )
    assert world.verdict().problems == []
    world.clock.instant += timedelta(seconds=301)
    outbox.send_waiting(world.place, lambda message: "file: taken")
    assert troubles.troubles(world.place) == []
    with world.place.database.read() as tx:
        assert tx.rows("SELECT * FROM causes") == []


def test_a_mistake_in_config_toml_is_logged_as_a_sentence_without_its_values_and_ends_the_worker(
    office: Office,
) -> None:
    running = started(office)
    assert until(lambda: office.json("audit", "verify")["holds"])
    text = office.config.read_text(encoding="utf-8")
    wrong = text.replace('contact = "pol"', 'contact = "robin \\" zebra"\nmail = "robin@x.example"')
    office.config.write_text(wrong, encoding="utf-8")
    _, logged = running.communicate(timeout=60)
    assert running.returncode == 2
    failed = next(line for line in lines(logged) if line["event"] == "tick failed")
    assert failed["kind"] == "ConfigError"
    assert "config.toml:" in failed["why"]
    assert '"mail"' in failed["why"]
    assert "robin" not in logged
    assert "zebra" not in logged


@pytest.mark.parametrize("mark", ['"', "'"])
def test_a_sentence_keeps_its_keys_and_loses_every_value(mark: str) -> None:
    q = mark
    for value in ("Robin Sample", f"Robin {q} Sample", "o'Brien", f"{q}{q}", "by", f"x{q} {q}url"):
        said = without_values(f"config.toml:7: {q}contact{q} names {q}{value}{q}, who is none.")
        assert said.startswith(f"config.toml:7: {q}contact{q} names {q}")
        assert said.endswith(f"{q}, who is none.")
        assert not {"Robin", "Sample", "Brien"} & set(said.replace(q, " ").split())
