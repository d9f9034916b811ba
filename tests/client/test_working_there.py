"""Somebody works at a server: with files, long lists, keys, and what they have typed wrongly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.cli.remote import there, writing
from engine.service.references import made
from tests.client.conftest import Comes
from tests.client.remote import Away
from tests.client.standing_in import WHO, Said, problem, standing_in
from tests.offices import Office
from tests.web.servers import Served

REF = made(2025, bytes(5))


@pytest.fixture
def ref(held: Office) -> str:
    """A case of its own."""
    return held.open()


def test_files_go_there_and_come_back_as_they_were_with_what_is_said_of_them(
    comes: Comes, keeper: str, ref: str, tmp_path: Path
) -> None:
    paper, out = tmp_path / 'a "letter" of ünsers.bin', tmp_path / "out"
    paper.write_bytes(bytes(range(256)) * 5_000)
    away = comes(keeper)
    away.ok("attach", ref, "form", str(paper))
    said = away.ok("document", ref, "form", "--out", str(out), "--why", "to see")

    assert out.read_bytes() == paper.read_bytes()
    assert "1280000 bytes" in said
    history = away.ok("history", ref, "--personal", "--why", "to check")
    assert 'a "letter" of ünsers.bin' in " ".join(history.split())
    assert (
        "file exists"
        in away.refused(2, "document", ref, "form", "--out", str(out), "--why", "again").lower()
    )


def test_what_shows_a_decision_goes_with_it_and_its_key_is_good_for_once(
    comes: Comes, keeper: str, ref: str, tmp_path: Path
) -> None:
    away, minutes = comes(keeper), tmp_path / "minutes.txt"
    minutes.write_text("Decided on Monday.")
    away.ok("take", ref, "start_deciding")
    words = ("take", ref, "decide_to_notify", "--already-done", "--decided-by", "lee")
    words += ("--evidence", str(minutes), "--key", "the-first-time")
    said = away.ok(*words)

    assert "Decided by Lee Sample, recorded by " in said
    assert "(token " in said
    assert "This was done already, under the same key: the-first-time." in away.ok(*words)
    assert "This key was used for another command" in away.refused(
        2, "undo", ref, "--reason", "x", "--key", "the-first-time"
    )


def test_a_document_of_a_step_goes_with_it(
    comes: Comes, keeper: str, ref: str, held: Office, tmp_path: Path
) -> None:
    form = tmp_path / "form.txt"
    form.write_text("What was found.")
    comes(keeper).ok("take", ref, "start_deciding", f"form=@{form}")

    [filed] = held.json("document", ref)["documents"]
    assert (filed["question"], filed["size"]) == ("form", 15)


def test_what_is_too_large_is_refused_before_it_is_sent(
    comes: Comes, keeper: str, ref: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "MOST_FILE", 1_000)
    paper = tmp_path / "paper"
    paper.write_bytes(b"x" * 1_001)
    away = comes(keeper)
    assert "larger than 25 MB; attach it in parts" in away.refused(
        4, "attach", ref, "form", str(paper)
    )
    monkeypatch.setattr(writing, "MOST_JSON", 1_000)
    text = tmp_path / "text"
    text.write_text("word " * 300)
    said = away.refused(2, "correct", ref, f"rationale=@{text}", "--reason", "x")
    assert "What is to be sent is larger than" in said


def test_all_pages_of_a_long_list_are_one_list(
    comes: Comes, keeper: str, ref: str, held: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = comes(keeper)
    for step in ("start_deciding", "record_letter"):
        away.run("take", ref, step)
    monkeypatch.setattr(there, "MOST_LISTED", 2)
    for words in (
        ("history", ref),
        ("deadlines",),
        ("find", "area"),
        ("history", ref, "--last", "3"),
    ):
        here = held.run(*words, "--json").stdout
        assert away.run(*words, "--json").stdout == here
        assert len(json.loads(here)[there.LISTS[words[0]]]) > 2


def test_what_a_token_is_not_for_is_told_as_a_refusal(tmp_path: Path) -> None:
    denied = problem(403, "denied", "This token is for other verbs.", unmet=[])
    with standing_in(denied) as it:
        said = Away(it.url, "lee", tmp_path).refused(4, "list")
    assert "This token is for other verbs." in said


def test_a_key_is_drawn_for_each_change_and_none_goes_with_a_read(tmp_path: Path) -> None:
    refused = problem(409, "refused", "No.", unmet=[])
    empty = Said(200, {"cases": [], "complete": True, "next": None, "cautions": []})
    with standing_in(refused, refused, empty, refused) as it:
        away = Away(it.url, "lee", tmp_path)
        away.run("undo", REF, "--reason", "x")
        away.run("undo", REF, "--reason", "x")
        away.run("list")
        away.run("tick")
    keys = [headers.get("idempotency-key", "") for _, _, headers in it.asked]

    assert len({key for key in keys if key}) == 3
    assert not keys[2]
    assert all(len(key) == 32 for key in keys if key)


def test_the_step_that_nobody_knows_is_not_asked_for_in_an_address(
    web: Served, comes: Comes, keeper: str, ref: str
) -> None:
    said = comes(keeper).refused(2, "take", ref, "a/b")
    assert '"transition" cannot have a "/" in it.' in said


def test_an_older_server_that_does_not_know_who_comes_is_said_to_be_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = problem(404, "not-found")
    with standing_in(old) as it:
        said = Away(it.url, "lee", tmp_path).refused(2, "list")
    assert "does not know this command" in said
    assert "have both brought to the same version" in said
    assert WHO["version"] == "0"
