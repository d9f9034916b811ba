"""What a server refuses is told as where the store is, and what lies between in a sentence."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from engine.cli.remote import there
from engine.service.references import made
from tests.client.conftest import Comes
from tests.client.remote import Away
from tests.client.standing_in import WHO, Said, hanging_up, problem, standing_in
from tests.offices import Office

REF = made(2025, bytes(5))
"""A reference that could be one."""


@pytest.mark.parametrize(
    "words",
    [
        ("take", "REF", "decide_to_notify"),
        ("take", "REF", "no_such_step"),
        ("take", "REF", "start_deciding", "no_such_question=1"),
        ("show", "NEAR"),
        ("show", "2025-AAAAAA"),
        ("show", "nonsense"),
        ("undo", "REF"),
        ("undo", "REF", "--reason", "x", "--if-version", "99"),
        ("undo", "REF", "--reason", "x", "--key", "a b"),
        ("undo", "REF", "--reason", "x", "--on", "2031-01-01"),
        ("record", "REF", "rationale=Robin was seen"),
        ("record", "REF", "aware_on=soon"),
        ("explain", "REF", "no_such_clock"),
        ("list", "--state", "nowhere at all"),
        ("list", "--due-within", "a while"),
        ("show", "REF", "--personal", "--why", " "),
        ("document", "REF", "none", "--out", "OUT", "--why", "to see"),
        ("open", "no_such_process"),
        ("open", "incident", "place=somewhere"),
        ("token", "revoke", "aaaaaaaaaaaaaaaa"),
        ("workflow", "migrate", "incident", "--to", "2", "--yes"),
        ("calendar", "remove", "2025-12-25", "--announced", "x", "--source", "y"),
        ("pack", "REF", "no_such_pack", "--out", "OUT"),
        ("history", "REF", "--last", "-1"),
    ],
)
@pytest.mark.parametrize("more", [(), ("--json",)])
def test_a_refusal_is_the_same_word_for_word(
    held: Office,
    comes: Comes,
    keeper: str,
    tmp_path: Path,
    words: tuple[str, ...],
    more: tuple[str, ...],
) -> None:
    ref = case_of(held)
    near = ref[:-1] + ("0" if ref[-1] != "0" else "1")
    meant = {"REF": ref, "NEAR": near, "OUT": str(tmp_path / "out")}
    said = [meant.get(word, word) for word in (*words, *more)]
    here = held.run(*said)
    at_a_server = comes(keeper).run(*said)

    assert here.exit_code > 1
    assert (at_a_server.exit_code, at_a_server.stdout) == (here.exit_code, here.stdout)
    assert at_a_server.stderr == here.stderr


OPENED: dict[str, str] = {}


def case_of(held: Office) -> str:
    """A case of this file."""
    if str(held.folder) not in OPENED:
        OPENED[str(held.folder)] = held.open()
    return OPENED[str(held.folder)]


def test_whoever_is_nobody_there_is_told_how_to_sign_in(comes: Comes) -> None:
    said = comes("").refused(10, "today")
    assert "You are not signed in at http://127.0.0.1:" in said
    assert "casetrail sign-in --server http://127.0.0.1:" in said
    assert "sign in again: casetrail sign-in" in comes("stranger").refused(10, "today")


def test_who_asks_is_nothing_to_say_at_a_server(comes: Comes) -> None:
    assert "leave out --as" in comes("lee").refused(2, "today", "--as", "lee")
    said = comes("lee").refused(2, "today", "--config", "config.toml")
    assert "leave out one of them" in said


@pytest.mark.parametrize("words", [("worker",), ("hook", "list"), ("migrate",), ("demo",)])
def test_what_is_done_where_the_store_is_says_so_and_why(
    comes: Comes, words: tuple[str, ...]
) -> None:
    said = comes("lee").refused(2, *words)
    assert f"`{' '.join(words)}` is done where the store is, and not at a server: " in said
    assert said.endswith("Leave out --server.")


def test_a_server_of_the_environment_gives_way_to_a_store_that_is_named(
    held: Office, comes: Comes, monkeypatch: pytest.MonkeyPatch
) -> None:
    away = comes("lee")
    monkeypatch.setenv("CASETRAIL_SERVER", "http://127.0.0.1:1")
    assert "Open" in held.run("show", case_of(held)).stdout
    away.url, url = "", away.url
    assert "Give --config FILE" in away.refused(2, "hook", "list", CASETRAIL_SERVER=url)
    assert "is not done" not in away.run("date", "5 days after 2026-01-01").output


def test_the_file_of_whoever_types_says_at_which_server_they_work(comes: Comes) -> None:
    away = comes("lee")
    url, away.url = away.url, ""
    own = away.home / "xdg_config_home" / "casetrail" / "client.toml"
    own.parent.mkdir(parents=True)
    own.write_text(f'[client]\nserver = "{url}"\n')
    assert away.run("list").exit_code == 0
    own.write_text('[client]\nserve = "x"\n')
    assert "holds [client] with server, ca, proxy, and nothing else" in away.refused(2, "list")
    own.write_text("[client")
    assert "it is a TOML file" in away.refused(2, "list")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("http://casetrail.example", "is another computer"),
        ("ftp://127.0.0.1", "cannot be read; write it such as https://"),
        ("https://me:secret@casetrail.example", "cannot be read; write it such as https://"),
        ("127.0.0.1:80", "cannot be read; write it such as https://"),
        ("", "cannot be read; write it such as https://"),
        ("https://[::1", "cannot be read; write it such as https://"),
        ("https://casetrail.invalid", "is not known here; check the address"),
    ],
)
def test_an_address_that_cannot_be_used_is_said_to_be_one(
    tmp_path: Path, url: str, said: str
) -> None:
    result = Away(url or " ", "lee", tmp_path).run("today")
    assert said in " ".join(result.stderr.split())
    assert "secret" not in result.output
    assert result.exit_code in (2, 11)


def test_where_nobody_listens_the_address_is_to_be_checked(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as sock:
        port = sock.getsockname()[1]
    said = Away(f"http://127.0.0.1:{port}", "lee", tmp_path).refused(11, "today")
    assert f"There is no way to http://127.0.0.1:{port} (Connection refused)" in said


@pytest.mark.parametrize(
    ("answer", "code", "told"),
    [
        (Said(302, {}, {"Location": "http://127.0.0.1:1/v1/today"}), 11, "points elsewhere"),
        (Said(200, b"<html>", {}, "text/html"), 11, "is not a Casetrail"),
        (Said(200, b"[1]"), 11, "is not a Casetrail"),
        (Said(500, b"<html>", {}, "text/html"), 11, "It said 500."),
        (problem(404, "not-found"), 2, "does not know this command"),
        (problem(500, "fault", fault="abc123"), 1, "went wrong at"),
        (problem(503, "not-configured", "It cannot be used."), 2, "It cannot be used."),
        (problem(500, "trail", "An entry was altered."), 6, "An entry was altered."),
        (problem(503, "storage", "It is full."), 7, "It is full."),
        (hanging_up, 11, "ended before the answer; try again"),
    ],
)
def test_each_thing_that_goes_wrong_on_the_way_is_one_sentence(
    tmp_path: Path, answer: Said, code: int, told: str
) -> None:
    with standing_in(answer) as stand_in:
        said = Away(stand_in.url, "lee", tmp_path).refused(code, "today")
    assert told in said


def test_a_read_waits_for_as_long_as_the_server_asks_and_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(there, "sleep", waited.append)
    busy = problem(503, "storage", "It is locked.", retry_after=7)
    with standing_in(busy, problem(429, "too-many-requests", retry_after=2), busy, busy) as it:
        said = Away(it.url, "lee", tmp_path).refused(7, "list")

    assert waited == [7, 2, 7]
    assert len(it.asked) == 4
    assert said.startswith("The server asks to wait for 7 s; then it is asked again.")
    assert said.endswith("It is locked.")


def test_a_change_of_a_case_is_sent_again_under_one_key_and_one_without_a_key_is_not(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr(there, "sleep", waited.append)
    busy = problem(503, "outcome-unknown", "It cannot be told.", retry_after=1, key="k")
    with standing_in(busy, busy, problem(409, "refused", "No.", unmet=[])) as it:
        result = Away(it.url, "lee", tmp_path).run("undo", REF, "--reason", "x")
    assert result.exit_code == 4, result.output
    assert len({headers["idempotency-key"] for _, _, headers in it.asked}) == 1
    assert [path for _, path, _ in it.asked] == [f"/v1/cases/{REF}/undo"] * 3

    with standing_in(busy) as it:
        revoke = ("token", "revoke", "abc", "--reason", "x")
        assert Away(it.url, "lee", tmp_path).run(*revoke).exit_code == 8
    assert waited == [1, 1]


def test_a_change_that_got_no_answer_says_by_which_key_to_repeat_it(tmp_path: Path) -> None:
    words = ("undo", REF, "--reason", "x", "--key", "my-own-key")
    with standing_in(hanging_up) as it:
        said = Away(it.url, "lee", tmp_path).refused(8, *words)
    assert "it cannot be told whether the change was saved" in said
    assert said.endswith("Repeat it with: --key my-own-key")
    assert it.asked[0][2]["idempotency-key"] == "my-own-key"


def test_a_change_goes_with_the_token_and_the_version_and_nothing_personal_in_its_address(
    tmp_path: Path,
) -> None:
    done = problem(412, "stale", "The case has changed.")
    questions = Said(200, {"questions": [], "linked": None})
    words = ("record", REF, "rationale=@FILE", "--if-version", "7")
    text = tmp_path / "text"
    text.write_text("Robin Doe was seen")
    with standing_in(questions, done) as it:
        away = Away(it.url, "lee", tmp_path)
        away.refused(5, *[word.replace("FILE", str(text)) for word in words])
    _, path, headers = it.asked[1]
    assert headers["authorization"] == "Bearer token-lee"
    assert headers["if-match"] == '"7"'
    assert "Robin" in headers.pop("")
    assert "Robin" not in path
    assert "Robin" not in str(headers)


def test_a_file_that_breaks_off_leaves_nothing_behind(tmp_path: Path) -> None:
    mark = "0" * 32
    about = '{"document": {}, "cautions": []}'
    half = f"--{mark}\r\nX: y\r\n\r\n{about}\r\n--{mark}\r\nX: y\r\n\r\nhalf"
    media = f"multipart/mixed; boundary={mark}"
    with standing_in(Said(200, half.encode(), {}, media)) as it:
        words = ("document", REF, "form", "--why", "x", "--out", str(tmp_path / "out"))
        assert "broke off" in Away(it.url, "lee", tmp_path).refused(11, *words)
    assert not (tmp_path / "out").exists()


def test_a_server_that_says_who_comes_is_asked_that_once(tmp_path: Path) -> None:
    late = {**WHO, "warning": "No tick has run.", "demo": True}
    empty = {"cases": [], "complete": True, "next": None, "cautions": []}
    with standing_in() as it:
        it.answers = []
        it.answers.append(Said(200, empty))
        WHO.update(late)
        try:
            said = Away(it.url, "lee", tmp_path).ok("list")
        finally:
            WHO.update(warning="", demo=False)
    assert said.split("\n")[:3] == [
        "No tick has run.",
        "DEMO: sample people and a clock that is not real; nothing here is a record.",
        "There is no open case.",
    ]
