"""`history` tells of messages that were sent together in one line, with the numbers of them all."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from typing import Any

import pytest

from tests.offices import Demo, Office


def entries(said: str) -> list[str]:
    """The entries of a history as they are printed, each on one line."""
    found: list[str] = []
    for line in said.splitlines():
        if line.startswith("@"):
            found.append(line)
        elif found and line.startswith("    "):
            found[-1] += f" {line.strip()}"
    return found


def events(office: Office, ref: str) -> list[dict[str, Any]]:
    """The events as --json has them, all of them."""
    shown = office.run("history", ref, "--json", "--as", "sam").stdout
    return list(json.loads(shown)["events"])


def numbers(entry: str) -> range:
    """The numbers that an entry stands for."""
    first, last = re.match(r"@(\d+)(?:-@(\d+))? ", entry).groups()  # type: ignore[union-attr]
    return range(int(first), int(last or first) + 1)


@pytest.fixture(scope="module")
def told(demo_left: Demo, tmp_path_factory: pytest.TempPathFactory) -> tuple[Office, str]:
    """The demo's folder, and its closed review."""
    mine = demo_left.copied(tmp_path_factory.mktemp("history") / "demo")
    return mine.office, mine.whole


def test_every_entry_of_the_trail_is_told_once_and_in_order(told: tuple[Office, str]) -> None:
    office, ref = told
    found = entries(office.ok("history", ref, "--as", "sam"))
    every = [event["n"] for event in events(office, ref)]
    assert [n for entry in found for n in numbers(entry)] == every
    assert len(found) < 2 * len(every) // 3


def test_messages_sent_one_after_the_other_are_one_entry(told: tuple[Office, str]) -> None:
    office, ref = told
    trail = events(office, ref)
    found = entries(office.ok("history", ref, "--as", "sam"))
    sent = sum(event["type"] == "message sent" for event in trail)
    said = [int(n) for entry in found for n in re.findall(r"(\d+) messages? sent", entry)]
    alone = sum(entry.count(": message sent") for entry in found)
    assert sum(said) + alone == sent
    for before, after in pairwise(found):
        assert not ("messages sent, of @" in before and "messages sent, of @" in after)


def test_who_was_told_is_counted_by_roles_and_named_only_with_all(
    told: tuple[Office, str],
) -> None:
    office, ref = told
    said = office.ok("history", ref, "--as", "sam")
    [first] = [one for one in entries(said) if "told 3 people: " in one][:1]
    assert "independent scrutineer or chair and business unit (2)" in first
    assert "3 messages sent" in first
    assert "Ellis Example" not in first
    every = office.ok("history", ref, "--all", "--as", "sam")
    assert "Ellis Example as independent scrutineer" in " ".join(every.split())
    trail = events(office, ref)
    assert len(entries(every)) == len(trail)


def test_who_did_it_is_said_once_for_all_that_one_command_did(told: tuple[Office, str]) -> None:
    office, ref = told
    lines = [line for line in office.ok("history", ref, "--as", "sam").splitlines()]
    commands = {e["command"] for e in events(office, ref)}
    signed = [line for line in lines if re.match(r"    (?:decided )?by .*", line)]
    assert len(signed) <= len(commands)


def test_the_last_entries_alone_are_told_as_they_are_among_all(told: tuple[Office, str]) -> None:
    office, ref = told
    every = events(office, ref)
    shown = office.run("history", ref, "--last", "5", "--json", "--as", "sam").stdout
    assert json.loads(shown)["events"] == every[-5:]
    found = entries(office.ok("history", ref, "--last", "5", "--as", "sam"))
    assert [n for entry in found for n in numbers(entry)] == [event["n"] for event in every[-5:]]
    many = office.run("history", ref, "--last", "99999", "--json", "--as", "sam").stdout
    assert json.loads(many)["events"] == every
    refused = office.run("history", ref, "--last", "-1", "--as", "sam")
    assert (refused.exit_code, "1 or more" in refused.stderr) == (2, True)


MACHINE = re.compile(
    r"\d{4}-\d\d-\d\d|[a-z]_[a-z]|notice fired|deadline (?:resumed|stopped|re-judged)|by clock"
)
"""A day as a file writes it, a name of a definition, and the types of events that nobody says."""


def test_no_history_says_in_a_machines_words_what_people_have_words_for(
    told: tuple[Office, str],
) -> None:
    office, ref = told
    for one in (ref, f"{ref}.1", f"{ref}.7"):
        said = office.ok("history", one, "--as", "sam").replace(ref, "")
        assert MACHINE.findall(said) == []
    said = office.ok("history", ref, "--as", "sam")
    assert 'reminder: "Notify the national Panel of the incident"; told 3 people' in said
    assert "by the engine itself" in said
    assert 'deadline no longer applies: "' in said


def test_no_explanation_calls_a_change_by_the_type_of_its_event(told: tuple[Office, str]) -> None:
    office, ref = told
    said = office.ok("explain", ref, "--as", "sam")
    changes = " ".join(re.findall(r"^  @.*(?:\n      .*)*", said, re.MULTILINE))
    assert "deadline no longer applies, by the step" in changes
    assert "target agreed beside the deadline: " in changes
    assert MACHINE.findall(changes) == []
