from __future__ import annotations

import gc
import json
from collections.abc import Mapping
from pathlib import Path

import psutil
import pytest

from engine.errors import ConfigError
from notifiers.making import build
from notifiers.message import body, subject
from tests.channels import chat_notifier
from tests.faulty import Caller, Fault, faulty
from tests.mailing import MESSAGE, refused, wiring
from tests.receiving import Receiver, Said, authority, http_server


def programs() -> set[int]:
    """The chat programs that this process has started and that still run."""
    found = set()
    for child in psutil.Process().children():
        if any("chatting.py" in word for word in child.cmdline()):
            found.add(child.pid)
    return found


def test_a_message_is_shown_as_one_text_that_ends_with_its_id(tmp_path: Path) -> None:
    receiver = Receiver()
    with http_server(receiver) as port:
        chat_notifier(tmp_path, f"json://127.0.0.1:{port}/room").send(MESSAGE)
    [got] = receiver.got
    said = json.loads(got.body)
    assert said["message"] == f"{subject(MESSAGE)}\n{body(MESSAGE)}Message: {MESSAGE.id}"
    assert said["title"] == ""
    assert MESSAGE.to.encode() not in got.body


def test_a_service_of_its_own_is_spoken_to_as_it_wants(tmp_path: Path) -> None:
    receiver = Receiver(lambda _: Said(200, b"ok"))
    token = "3ccdd113474722377935511fc85d3dd4"
    with http_server(receiver) as port:
        chat_notifier(tmp_path, f"mmost://127.0.0.1:{port}/{token}").send(MESSAGE)
    [got] = receiver.got
    assert got.path == f"/hooks/{token}"
    assert MESSAGE.reference in json.loads(got.body)["text"]


def test_many_messages_are_shown_by_one_program(tmp_path: Path) -> None:
    before, receiver = programs(), Receiver()
    with http_server(receiver) as port:
        notifier = chat_notifier(tmp_path, f"json://127.0.0.1:{port}/")
        for _ in range(3):
            notifier.send(MESSAGE)
        assert len(programs() - before) == 1
    assert len(receiver.got) == 3


def test_the_program_ends_with_its_notifier(tmp_path: Path) -> None:
    before = programs()
    notifier = chat_notifier(tmp_path, "json://127.0.0.1:1/")
    assert len(programs() - before) == 1
    del notifier
    gc.collect()
    assert programs() == before


def test_one_that_took_too_long_is_ended_and_the_next_is_shown_by_another(tmp_path: Path) -> None:
    here = authority(tmp_path)
    before = programs()
    with faulty(Fault(Caller.hang, "none"), here, here) as port:
        notifier = chat_notifier(tmp_path, f"json://127.0.0.1:{port}/", timeout=1)
        first = programs() - before
        error = refused(notifier)
        assert error.again
        assert "took too long" in str(error)
        assert programs() == before
        refused(notifier)
        assert not first & programs()


def test_the_program_has_nothing_of_our_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("CASETRAIL_CANARY", "secretword")
    before, receiver = programs(), Receiver()
    with http_server(receiver) as port:
        notifier = chat_notifier(tmp_path, f"json://127.0.0.1:{port}/secretword")
        [program] = programs() - before
        child = psutil.Process(program)
        assert set(child.environ()) <= {"PATH", "LANG", "NETRC", "LC_CTYPE"}
        assert "secretword" not in " ".join(child.cmdline())
        notifier.send(MESSAGE)
    assert len(receiver.got) == 1


def test_what_apprise_logs_is_nowhere(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    receiver = Receiver(lambda _: Said(500, b"Robin Sample"))
    with http_server(receiver) as port:
        error = refused(chat_notifier(tmp_path, f"json://user:secretword@127.0.0.1:{port}/"))
    shown = capfd.readouterr()
    assert not any(word in f"{error} {shown}" for word in ("secretword", "Robin", "JSON"))
    assert receiver.got


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({}, "'url_file' is missing"),
        ({"url": "json://127.0.0.1/"}, "there is no key 'url'; did you mean 'url_"),
        ({"url_env": "NOT_SET"}, "NOT_SET holds no URL that Apprise knows"),
        ({"url_env": "BAD"}, "BAD holds no URL that Apprise knows"),
        ({"url_env": "TWO"}, "TWO holds no URL that Apprise knows"),
        ({"url_file": "open"}, "chmod 600"),
        ({"url_env": "BAD", "timeout": 0}, "from 1 to 60"),
    ],
)
def test_a_wrong_setting_of_a_chat_is_named(
    table: Mapping[str, object], says: str, tmp_path: Path
) -> None:
    (tmp_path / "open").write_text("json://secretword/")
    (tmp_path / "open").chmod(0o644)
    two = "json://secretword@127.0.0.1:1/\njson://127.0.0.1:2/"
    environment = {"BAD": "pigeon://secretword/", "TWO": two}
    before = programs()
    with pytest.raises(ConfigError) as failure:
        build("chat", table, wiring(tmp_path, environment=environment))
    assert says in str(failure.value)
    assert str(failure.value).startswith("config.toml, [notify.chat]: ")
    assert "secretword" not in str(failure.value)
    assert programs() == before
