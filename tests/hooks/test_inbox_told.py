"""What becomes of files that cannot be taken, or not yet, and what is said of each of them."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.config import Settings
from engine.errors import ConfigError
from engine.hooks import doing, inbox, mapping
from engine.hooks.inbox import rounds, take_waiting
from engine.hooks.rounds import Done, Told
from tests.dropping import answered, box_in, cases, drop, folder_of, mail
from tests.hooking import REFERRAL
from tests.worlds import World


@pytest.fixture
def box(tmp_path: Path) -> Settings:
    return box_in(tmp_path)


def test_a_mail_that_is_not_whole_is_left_and_later_refused_and_taken_once_it_is_there(
    world: World, box: Settings
) -> None:
    ref = world.open()
    whole, before = mail(ref).encode(), world.events(ref)
    file = drop(box, "mailbox", "1.eml", whole[:-20])
    os.utime(file)
    assert take_waiting(world.place, box, 0) == Done(left=1)
    os.utime(file, (1, 1))
    assert take_waiting(world.place, box) == Done(refused=1)
    [told] = answered(box, "mailbox", "1.eml")["mistakes"]
    assert "not whole" in told["what"]
    assert world.events(ref) == before

    drop(box, "mailbox", "1.eml", whole)
    assert take_waiting(world.place, box) == Done(taken=1)


def test_a_document_that_is_not_whole_is_left_for_a_minute(world: World, box: Settings) -> None:
    file = drop(box, "form", "a.json", json.dumps(REFERRAL)[:-1])
    os.utime(file)
    [form] = [one for one in rounds(world.place, box, 0) if one.hook == "form"]

    assert form.left == [Told(str(file), (inbox.NOT_WHOLE,))]
    os.utime(file, (1, 1))
    assert take_waiting(world.place, box) == Done(refused=1)


@pytest.mark.parametrize(
    ("old", "new"), [("JVBERi0xLjcKVGhlIGxldHRlci4=", "JVBERi0xLjc="), ("agrees", "disagrees")]
)
def test_a_mail_of_the_same_id_with_something_else_in_it_is_no_repeat(
    world: World, box: Settings, old: str, new: str
) -> None:
    ref = world.open()
    drop(box, "mailbox", "1.eml", mail(ref))
    assert take_waiting(world.place, box) == Done(taken=1)
    drop(box, "mailbox", "2.eml", mail(ref).replace(old, new))

    assert take_waiting(world.place, box) == Done(refused=1)
    [told] = answered(box, "mailbox", "2.eml")["mistakes"]
    assert (told["name"], told["what"]) == ("key", doing.USED)


def test_of_two_attachments_that_fit_one_pattern_none_is_dropped_unseen(
    world: World, box: Settings
) -> None:
    part = mail("").split("--b1")[2]
    two = mail(world.open()).replace("--b1--", f"--b1{part.replace('letter', 'other')}--b1--")
    drop(box, "mailbox", "1.eml", two)

    assert take_waiting(world.place, box) == Done(refused=1)
    [told] = answered(box, "mailbox", "1.eml")["mistakes"]
    assert (told["name"], told["what"]) == ("form", mapping.MORE)


@pytest.mark.parametrize("day", ["", "Date: some day\r\n"])
def test_a_mail_without_a_day_is_not_recorded_as_of_today(
    world: World, box: Settings, day: str
) -> None:
    dated = mail(world.open()).replace("Date: Sun, 14 Dec 2025 09:30:00 +0000\r\n", day)
    drop(box, "mailbox", "1.eml", dated)

    assert take_waiting(world.place, box) == Done(refused=1)
    assert [one["name"] for one in answered(box, "mailbox", "1.eml")["mistakes"]] == ["on"]


def test_one_bad_name_keeps_no_other_file_from_being_taken(world: World, box: Settings) -> None:
    drop(box, "form", "a.json", json.dumps(REFERRAL))
    (folder_of(box, "form") / "a.json.answer.json").mkdir()
    drop(box, "form", "b.json", json.dumps({"form": {"where": "B", "aware_on": "2025-12-11"}}))
    for endpoint, lock in (("opinion", Path.symlink_to), ("mailbox", None)):
        file = folder_of(box, endpoint) / ".lock"
        lock(file, "nowhere") if lock else os.mkfifo(file)

    every = {one.hook: one for one in rounds(world.place, box)}

    assert (every["form"].taken, cases(world)) == (1, 1)
    [left] = every["form"].left
    assert "a.json.answer.json stands where its answer goes" in left.why[0]
    for endpoint in ("opinion", "mailbox"):
        assert f"{endpoint}/.lock is no plain file" in str(every[endpoint].wrong)
    with pytest.raises(ConfigError, match="opinion"):
        take_waiting(world.place, box)


def test_what_no_hook_takes_is_told_with_why(world: World, box: Settings) -> None:
    assert box.inbox
    (box.inbox / "frm").mkdir()
    for name in ("outlook.msg", "now.tmp", ".hidden", "then.tmp"):
        drop(box, "form", name, "x")
    os.utime(folder_of(box, "form") / "then.tmp", (1, 1))

    left = {Path(one.path).name: one.why for r in rounds(world.place, box) for one in r.left}

    assert left.pop("frm") == (
        'is the folder of no hook, so nothing is taken from it. Did you mean "form"?',
    )
    assert left == dict.fromkeys(("outlook.msg", "then.tmp"), (inbox.NO_KIND,))


def test_an_answer_is_for_those_who_may_come_into_the_folder(world: World, box: Settings) -> None:
    own = folder_of(box, "form")
    os.chown(own, -1, 4242) if os.geteuid() == 0 else None
    before = os.umask(0o077)
    try:
        drop(box, "form", "a.json", json.dumps(REFERRAL))
        take_waiting(world.place, box)
    finally:
        os.umask(before)

    known = (own / "a.json.answer.json").stat()
    assert (known.st_gid, known.st_mode & 0o777) == (own.stat().st_gid, 0o640)
