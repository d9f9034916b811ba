from __future__ import annotations

import json
import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from engine import database
from engine.config import Settings
from engine.errors import ConfigError, StaleCaseError, StorageError
from engine.hooks import doing, inbox
from engine.hooks.inbox import take_waiting
from engine.hooks.rounds import Done
from engine.verbs.table import run
from tests.dropping import answered, box_in, cases, drop, folder_of, mail
from tests.hooking import REFERRAL
from tests.worlds import World, place_on

CANARY = "Canary Q. Thistlewood"


@pytest.fixture
def box(tmp_path: Path) -> Settings:
    return box_in(tmp_path)


def test_a_file_is_taken_answered_beside_it_and_put_away(world: World, box: Settings) -> None:
    drop(box, "form", "referral 7.json", json.dumps(REFERRAL))

    assert take_waiting(world.place, box) == Done(taken=1)

    ref = answered(box, "form", "referral 7.json")["ref"]
    first = world.events(ref)[0]["actor"]
    assert (first["door"], first["proof"]) == ("drop folder", "hook form, drop folder")
    own = folder_of(box, "form")
    assert [path.name.partition(".")[2] for path in (own / "done").iterdir()] == ["referral 7.json"]
    assert {path.name for path in own.iterdir() if path.is_file()} == {
        ".lock",
        "referral 7.json.answer.json",
    }
    assert take_waiting(world.place, box) == Done()


def test_the_same_content_dropped_again_is_done_once_and_told_the_same(
    world: World, box: Settings
) -> None:
    for name in ("one.json", "two.json", "one.json"):
        drop(box, "form", name, json.dumps(REFERRAL))
        assert take_waiting(world.place, box) == Done(taken=1)

    assert answered(box, "form", "one.json") == answered(box, "form", "two.json")
    assert cases(world) == 1
    assert len(list((folder_of(box, "form") / "done").iterdir())) == 3


def test_what_cannot_be_recorded_is_answered_and_refused_without_its_content(
    world: World, box: Settings, capfd: pytest.CaptureFixture[str]
) -> None:
    drop(box, "form", "a.json", json.dumps({"form": {"where": CANARY}}))
    drop(box, "form", "b.json", f'{{"{CANARY}": ')
    drop(box, "form", "c.json", b" " * (256 * 1024 + 1))

    assert take_waiting(world.place, box) == Done(refused=3)

    statuses = [answered(box, "form", f"{name}.json")["status"] for name in "abc"]
    assert statuses == [422, 422, 413]
    own = folder_of(box, "form")
    assert all(CANARY not in path.read_text() for path in own.glob("*.answer.json"))
    assert cases(world) == 0
    with world.place.database.read() as tx:
        assert CANARY not in "".join(world.place.store.events(tx, "access"))
    assert CANARY not in "".join(capfd.readouterr())


def test_a_mail_takes_a_step_with_its_attachment(world: World, box: Settings) -> None:
    ref = world.open()
    drop(box, "mailbox", "1.eml", mail(ref))

    done = take_waiting(world.place, box)

    assert (done, answered(box, "mailbox", "1.eml")["ref"]) == (Done(taken=1), ref)
    with world.place.database.read() as tx:
        [(size,)] = tx.rows("SELECT size FROM documents")
        assert tx.row("SELECT value FROM answers WHERE question = 'letter_says'") == ("agrees",)
    assert size == len(b"%PDF-1.7\nThe letter.")
    assert world.events(ref)[-1]["happened"] == "2025-12-14"
    drop(box, "mailbox", "2.eml", mail(ref, "X-Hop: another relay"))
    assert take_waiting(world.place, box) == Done(taken=1)
    assert answered(box, "mailbox", "2.eml") == answered(box, "mailbox", "1.eml")


def test_a_document_is_whole_although_its_change_had_to_be_tried_again(
    world: World, box: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    ref, tried = world.open(), list[int]()

    def late(place: Any, by: Any, verb: str, raw: Any) -> Any:
        tried.append(1)
        if len(tried) == 1:
            raw["papers"]["form"].source.read()
            raise StaleCaseError("Somebody else was first.")
        return run(place, by, verb, raw)

    monkeypatch.setattr(doing, "run", late)
    drop(box, "mailbox", "1.eml", mail(ref))

    assert take_waiting(world.place, box) == Done(taken=1)
    with world.place.database.read() as tx:
        assert tx.rows("SELECT size FROM documents") == [(20,)]


def test_a_file_that_is_still_written_is_left_until_it_is_whole(
    world: World, box: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = folder_of(box, "form") / "a.json"
    file.write_text('{"form"')

    def meanwhile(seconds: float) -> None:
        with file.open("a") as more:
            more.write(": {}")

    monkeypatch.setattr(inbox.time, "sleep", meanwhile)
    assert take_waiting(world.place, box) == Done(left=1)
    assert file.exists()


def test_what_is_no_plain_file_of_its_own_is_never_taken(world: World, box: Settings) -> None:
    own = folder_of(box, "form")
    secret = drop(box, "opinion", "x.txt", json.dumps(REFERRAL))
    (own / "link.json").symlink_to(secret)
    os.link(secret, own / "hard.json")
    os.mkfifo(own / "pipe.json")
    (own / "folder.json").mkdir()

    assert take_waiting(world.place, box) == Done(left=5)
    assert cases(world) == 0


@pytest.mark.parametrize("which", ["inbox", "inbox/form", "inbox/form/working"])
def test_nothing_is_taken_from_a_folder_that_everybody_may_write(
    world: World, box: Settings, which: str
) -> None:
    file = drop(box, "form", "a.json", json.dumps(REFERRAL))
    open_ = box.folder / "hooks" / which
    open_.mkdir(exist_ok=True)
    open_.chmod(0o777)

    with pytest.raises(ConfigError, match="open to everybody"):
        take_waiting(world.place, box)
    assert (file.exists(), cases(world)) == (True, 0)


def test_a_link_in_the_place_of_a_folder_is_not_followed(
    world: World, box: Settings, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir(mode=0o700)
    drop(box, "form", "a.json", json.dumps(REFERRAL))
    (folder_of(box, "form") / "done").symlink_to(other)

    with pytest.raises(ConfigError, match="no folder that can be used"):
        take_waiting(world.place, box)
    assert list(other.iterdir()) == []


def die_at(n: int) -> None:
    """Let this process die at the n-th time that it changes something in a folder, or after it."""
    left = [n]

    def dying(real: Callable[..., Any]) -> Callable[..., Any]:
        def act(*words: Any, **more: Any) -> Any:
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            done = real(*words, **more)
            left[0] -= 1
            if left[0] == 0:
                os._exit(9)
            return done

        return act

    inbox.os = type(os)("os")  # type: ignore[attr-defined]
    inbox.os.__dict__.update(os.__dict__)
    for name in ("rename", "fsync", "open"):
        setattr(inbox.os, name, dying(getattr(os, name)))
    inbox.doing.run = dying(inbox.doing.run)  # type: ignore[attr-defined]


def one_round(url: str, box: Settings, n: int) -> int:
    """Take what waits in a process of its own that dies at some point; its exit code."""
    pid = os.fork()
    if not pid:
        with suppress(BaseException):
            place, _ = place_on(database.open(url, durable=False), seed=n + 100)
            die_at(n)
            take_waiting(place, box)
            os._exit(0)
        os._exit(1)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def test_at_whatever_point_a_process_dies_nothing_is_lost_and_nothing_done_twice(
    world: World, sample_url: str, box: Settings
) -> None:
    died = 0
    for n in range(1, 200):
        day = f"2025-{1 + n // 28:02}-{1 + n % 28:02}"
        drop(box, "form", f"{n}.json", json.dumps({"form": {"where": "A", "aware_on": day}}))
        code = one_round(sample_url, box, n)
        assert code in (0, 9)
        died += code == 9
        assert take_waiting(world.place, box, 0).left == 0
        assert answered(box, "form", f"{n}.json")["ref"]
        if code == 0:
            break

    assert died > 10
    assert cases(world) == n
    assert len(list((folder_of(box, "form") / "done").iterdir())) == n
    assert list((folder_of(box, "form") / "working").iterdir()) == []
    assert world.verdict().holds


def test_a_file_that_cannot_be_done_now_is_kept_and_done_later(
    world: World, box: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StorageError("The disk is full.")

    drop(box, "form", "a.json", json.dumps(REFERRAL))
    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(doing, "run", full)
        assert take_waiting(world.place, box) == Done(left=1)

    assert not list(folder_of(box, "form").glob("*.answer.json"))
    assert take_waiting(world.place, box) == Done(taken=1)
    assert cases(world) == 1


def test_two_processes_never_work_on_one_folder_at_once(world: World, box: Settings) -> None:
    drop(box, "form", "a.json", json.dumps(REFERRAL))
    with inbox._folder(folder_of(box, "form")) as folder, inbox._alone(folder) as ours:
        assert ours
        assert take_waiting(world.place, box) == Done(left=1)
    assert take_waiting(world.place, box) == Done(taken=1)
