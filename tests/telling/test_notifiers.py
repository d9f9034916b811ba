from __future__ import annotations

import email
import os
import resource
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, replace
from email import policy
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import notifiers
from engine.errors import ConfigError, DeliveryError
from notifiers import NOTIFIERS
from notifiers.making import MAKERS, build
from notifiers.message import LIMITS, Message, Receipt, body, subject
from tests.channels import CHANNELS, Channel
from tests.mailing import (
    MESSAGE,
    NOW,
    SENDER,
    Delivered,
    read_mail,
    refused,
    says_nothing_of,
    wiring,
)

ROOT = Path(notifiers.__file__).parents[1]


@pytest.fixture(params=NOTIFIERS)
def channel(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Channel]:
    with CHANNELS[request.param](tmp_path) as made:
        yield made


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """Stand in for a disk that fills up in the middle of a mail."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def changed(field: str, text: str) -> Message:
    change: dict[str, Any] = {field: text}
    return replace(MESSAGE, **change)


def test_every_notifier_goes_through_this_suite() -> None:
    assert CHANNELS.keys() == set(NOTIFIERS)
    assert MAKERS.keys() == set(NOTIFIERS)


def test_it_delivers_what_it_is_given(channel: Channel) -> None:
    channel.notifier.send(MESSAGE)
    assert channel.delivered() == [Delivered(MESSAGE.id, subject(MESSAGE), body(MESSAGE))]


def test_it_is_known_by_the_name_it_is_registered_under(channel: Channel) -> None:
    assert channel.notifier.name == channel.name


def test_it_delivers_two_messages_as_two(channel: Channel) -> None:
    other = replace(MESSAGE, id="another", what="The meeting is to be arranged.")
    channel.notifier.send(MESSAGE)
    channel.notifier.send(other)
    assert {(got.id, got.subject) for got in channel.delivered()} == {
        (MESSAGE.id, subject(MESSAGE)),
        (other.id, subject(other)),
    }


def test_a_message_sent_twice_can_be_recognised(channel: Channel) -> None:
    first, second = channel.notifier.send(MESSAGE), channel.notifier.send(MESSAGE)
    assert first == second
    assert {got.id for got in channel.delivered()} == {MESSAGE.id}


def test_its_receipt_names_the_channel_and_holds_nothing_of_the_message(channel: Channel) -> None:
    receipt = channel.notifier.send(MESSAGE)
    assert receipt.channel == channel.name
    assert receipt.detail
    assert says_nothing_of(MESSAGE, receipt.detail)


def test_it_marks_a_demonstration_twice(channel: Channel) -> None:
    channel.notifier.send(replace(MESSAGE, demo=True))
    [got] = channel.delivered()
    assert got.subject.startswith("DEMO: ")
    assert "DEMO" in got.text.splitlines()[0]


def test_what_cannot_be_delivered_is_an_error_to_try_again(channel: Channel) -> None:
    assert refused(channel.broken).again
    assert channel.delivered() == []


def test_an_encoded_word_stays_words_and_becomes_no_header(channel: Channel) -> None:
    smuggler = replace(MESSAGE, what="=?utf-8?q?a=0D=0ABcc:_somebody=40else.example?=")
    channel.notifier.send(smuggler)
    [got] = channel.delivered()
    assert (got.subject, got.text) == (subject(smuggler), body(smuggler))


PRINTABLE = st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp"))


@settings(max_examples=40, suppress_health_check=list(HealthCheck))
@given(words=st.text(PRINTABLE, max_size=LIMITS["what"]))
def test_whatever_message_can_be_made_arrives_as_it_was_written(
    channel: Channel, words: str
) -> None:
    try:
        message = replace(MESSAGE, what=words, to_role=words[:200])
    except DeliveryError:
        return
    channel.notifier.send(message)
    assert channel.delivered()[-1] == Delivered(MESSAGE.id, subject(message), body(message))


TEXTS = tuple(LIMITS)
HARMFUL = {
    "carriage return and line feed": "x\r\nBcc: somebody@else.example",
    "line feed": "x\n.\n",
    "NUL": "x\0y",
    "escape": "x\x1b[2Jy",
    "C1 control": "x\x9by",
    "line separator": "x\u2028y",
    "paragraph separator": "x\u2029y",
    "right-to-left override": "x\u202etxt.exe",
    "isolate": "x\u2066y",
    "lone surrogate": "x\ud800y",
    "ten megabytes": "x" * 10_000_000,
}


@pytest.mark.parametrize("field", TEXTS)
@pytest.mark.parametrize("harmful", HARMFUL.values(), ids=HARMFUL.keys())
def test_a_harmful_text_is_refused_for_good_and_not_repeated(field: str, harmful: str) -> None:
    with pytest.raises(DeliveryError) as failure:
        changed(field, harmful)
    assert not failure.value.again
    assert field in str(failure.value)
    assert harmful[:40] not in str(failure.value)


@pytest.mark.parametrize("field", ["id", "to", "reference", "what"])
@pytest.mark.parametrize("nothing", ["", "  ", "\u00a0"])
def test_a_message_without_what_it_needs_is_refused(field: str, nothing: str) -> None:
    with pytest.raises(DeliveryError, match=field):
        changed(field, nothing)


@pytest.mark.parametrize("name", ["../up", ".hidden", "a/b", "a\\b", "a b", "a..b", "-x", "é"])
def test_an_id_that_could_not_name_a_file_is_refused(name: str) -> None:
    with pytest.raises(DeliveryError, match="'id'"):
        replace(MESSAGE, id=name)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "file:///etc/passwd", "https://a b"])
def test_a_link_that_is_no_web_address_is_refused(link: str) -> None:
    with pytest.raises(DeliveryError, match="'link'"):
        replace(MESSAGE, link=link)


@given(
    words=st.text(max_size=40),
    field=st.sampled_from([text for text in TEXTS if text not in ("id", "link")]),
)
def test_no_text_adds_a_line_to_a_message(words: str, field: str) -> None:
    try:
        message = changed(field, words or "x")
    except DeliveryError:
        return
    assert len(body(message).splitlines()) == len(body(MESSAGE).splitlines())
    assert len(subject(message).splitlines()) == 1


@pytest.mark.parametrize("field", TEXTS)
def test_a_text_at_its_limit_is_taken_and_one_longer_refused(field: str) -> None:
    start = {"link": "https://", "due_on": "2026-11-27"}.get(field, "")
    longest = start + "x" * (LIMITS[field] - len(start))
    assert getattr(changed(field, longest), field) == longest
    with pytest.raises(DeliveryError, match="longer"):
        changed(field, longest + "x")


def test_a_message_is_thin_and_has_no_place_for_a_name() -> None:
    assert {field.name for field in fields(Message)} == {*LIMITS, "items", "urgent", "demo"}
    assert body(MESSAGE) == (
        "Ourtown Safeguarding Children Partnership: a message from Casetrail.\n"
        "For: Business unit of the partnership\n"
        "Case: CSPR-2026-0007\n"
        "What: The report to the Panel is due soon.\n"
        "By when: Friday 27 November 2026\n"
        "Open it: https://casetrail.partnership.example/cases/CSPR-2026-0007\n"
        "This message names nobody on purpose; the case itself holds the rest.\n"
    )


def test_what_is_not_known_is_left_out_of_the_body() -> None:
    bare = Message("1", "a@b.example", "CSPR-2026-0007", "Something is due.", urgent=True)
    assert subject(bare) == "URGENT: CSPR-2026-0007: Something is due."
    assert body(bare).splitlines()[:3] == [
        "This is URGENT.",
        "Case: CSPR-2026-0007",
        "What: Something is due.",
    ]


def test_the_package_is_ours() -> None:
    assert notifiers.CASETRAIL is True


def test_importing_the_package_loads_no_mail_library() -> None:
    heavy = "{'smtplib', 'ssl', 'email', 'tempfile', 'socket'} & set(sys.modules)"
    command = [sys.executable, "-c", f"import notifiers.making, sys; print({heavy})"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"


def test_a_mail_says_who_sent_it_when_and_that_nobody_should_answer(tmp_path: Path) -> None:
    table = {"folder": "mails", "from": SENDER}
    build("file", table, wiring(tmp_path)).send(MESSAGE)
    raw = (tmp_path / "mails" / f"{MESSAGE.id}.eml").read_bytes()
    mail = email.message_from_bytes(raw, policy=policy.default)
    assert mail["From"] == f"Casetrail <{SENDER}>"
    assert mail["To"] == MESSAGE.to
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert mail["Message-ID"] == f"<{MESSAGE.id}@log.casetrail.invalid>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Importance"] == "normal"


def test_an_urgent_mail_says_so(tmp_path: Path) -> None:
    build("file", {"folder": "new/mails"}, wiring(tmp_path)).send(replace(MESSAGE, urgent=True))
    raw = (tmp_path / "new" / "mails" / f"{MESSAGE.id}.eml").read_bytes()
    mail = email.message_from_bytes(raw, policy=policy.default)
    assert mail["Importance"] == "high"
    assert mail["Subject"].startswith("URGENT: ")


def test_the_longest_mail_is_plain_ascii_in_lines_that_every_server_takes(tmp_path: Path) -> None:
    longest = replace(MESSAGE, id="x" * 100, what="ŵ\U0001d4d0" * 150, to_role="পরি" * 50)
    build("file", {"folder": "mails"}, wiring(tmp_path)).send(longest)
    raw = (tmp_path / "mails" / f"{longest.id}.eml").read_bytes()
    assert raw.isascii()
    assert raw.count(b"\n") == raw.count(b"\r\n")
    # RFC 5322 s.2.1.1 would have 78 and demands 998; only the Message-ID cannot be folded.
    lines = raw.split(b"\r\n")
    assert max(len(line) for line in lines if not line.startswith(b"Message-ID")) <= 78
    assert max(map(len, lines)) <= 998
    assert read_mail(raw) == Delivered(longest.id, subject(longest), body(longest))


@pytest.mark.parametrize(
    "address",
    ["nobody", "a@b@c.example", "a b@c.example", "<a@c.example>", "a@c.example,d@e.example", "é@é"],
)
@pytest.mark.parametrize("name", ["file", "smtp"])
def test_a_mail_needs_one_plain_address(name: str, address: str, tmp_path: Path) -> None:
    with CHANNELS[name](tmp_path) as channel:
        error = refused(channel.notifier, replace(MESSAGE, to=address))
        assert not error.again
        assert "address of the post" in str(error)
        assert channel.delivered() == []


def test_mails_are_for_nobody_but_their_owner(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        build("file", {"folder": "mails"}, wiring(tmp_path)).send(MESSAGE)
    finally:
        os.umask(before)
    [file] = (tmp_path / "mails").iterdir()
    assert (tmp_path / "mails").stat().st_mode & 0o777 == 0o700
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_folder_open_to_others_takes_no_mail(tmp_path: Path) -> None:
    (tmp_path / "mails").mkdir()
    (tmp_path / "mails").chmod(0o750)
    error = refused(build("file", {"folder": "mails"}, wiring(tmp_path)))
    assert error.again
    assert "chmod 700" in str(error)
    assert list((tmp_path / "mails").iterdir()) == []


def test_a_disk_that_fills_up_leaves_no_part_of_a_mail(tmp_path: Path) -> None:
    notifier = build("file", {"folder": "mails"}, wiring(tmp_path))
    with files_of_at_most(100):
        error = refused(notifier)
    assert error.again
    assert list((tmp_path / "mails").iterdir()) == []
    notifier.send(MESSAGE)
    assert len(list((tmp_path / "mails").iterdir())) == 1


def test_a_failed_repeat_leaves_the_first_mail_whole(tmp_path: Path) -> None:
    notifier = build("file", {"folder": "mails"}, wiring(tmp_path))
    notifier.send(MESSAGE)
    with files_of_at_most(100):
        refused(notifier)
    [file] = (tmp_path / "mails").iterdir()
    assert read_mail(file.read_bytes()).text == body(MESSAGE)


def test_senders_of_one_message_at_once_leave_one_whole_mail(tmp_path: Path) -> None:
    notifier = build("file", {"folder": "mails"}, wiring(tmp_path))
    receipts: list[Receipt] = []
    senders = [
        threading.Thread(target=lambda: receipts.append(notifier.send(MESSAGE))) for _ in range(8)
    ]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    assert receipts == [Receipt("file", f"{MESSAGE.id}.eml")] * 8
    [file] = (tmp_path / "mails").iterdir()
    assert read_mail(file.read_bytes()).text == body(MESSAGE)


SMTP: Mapping[str, object] = {"host": "mail.partnership.example", "from": SENDER}


@pytest.mark.parametrize(
    ("name", "table", "says"),
    [
        ("smpt", {}, "did you mean 'smtp'?"),
        ("pigeon", {}, "known are: console, file, smtp, calendar, webhook, notify, chat, command."),
        ("console", {"colour": True}, "there is no key 'colour'; it has none."),
        ("file", {"foldr": "mails"}, "did you mean 'folder'?"),
        ("file", {}, "'folder' is missing"),
        ("file", {"folder": 7}, "'folder' is to be a text"),
        ("file", {"folder": " "}, "'folder' is to be a text"),
        ("file", {"folder": "mails", "from": "Casetrail"}, "one plain mail address"),
        ("smtp", {"host": "mail.partnership.example"}, "'from' is missing"),
        ("smtp", {"from": SENDER}, "'host' is missing"),
        ("smtp", {**SMTP, "host": "a\r\nb"}, "mail server alone"),
        ("smtp", {**SMTP, "host": "a..b"}, "mail server alone"),
        ("smtp", {**SMTP, "host": "mail.example:25"}, "mail server alone"),
        ("smtp", {**SMTP, "tls": "startls"}, "did you mean 'starttls'?"),
        ("smtp", {**SMTP, "tls": "none"}, "only for a mail server on this machine"),
        ("smtp", {**SMTP, "host": "192.0.2.1", "tls": "none"}, "only for a mail server on this"),
        ("smtp", {**SMTP, "port": "587"}, "'port' is to be a whole number"),
        ("smtp", {**SMTP, "port": True}, "'port' is to be a whole number"),
        ("smtp", {**SMTP, "port": 65536}, "from 1 to 65535"),
        ("smtp", {**SMTP, "timeout": 0}, "'timeout' is to be a whole number"),
        ("smtp", {**SMTP, "password": "x"}, "there is no key 'password'"),
        ("smtp", {**SMTP, "login_env": "NOT_SET"}, "NOT_SET is to hold the login"),
        ("smtp", {**SMTP, "login_env": "HALF"}, "HALF is to hold the login"),
        ("smtp", {**SMTP, "login_env": "WELSH"}, "WELSH is to hold the login"),
        ("smtp", {**SMTP, "login_env": "HALF", "login_file": "x"}, "keep one of them"),
        ("smtp", {**SMTP, "login_file": "nowhere"}, "cannot be read"),
        ("smtp", {**SMTP, "login_file": "open"}, "chmod 600"),
        ("smtp", {**SMTP, "login_file": "welsh"}, "welsh is to hold the login"),
        ("smtp", {**SMTP, "ca_file": "nowhere"}, "PEM"),
        ("smtp", {**SMTP, "ca_file": "open"}, "PEM"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do_about_it(
    name: str, table: Mapping[str, object], says: str, tmp_path: Path
) -> None:
    environment = {"HALF": "secretword", "WELSH": "tŷ:secretword"}
    (tmp_path / "open").write_text("user:secretword")
    (tmp_path / "open").chmod(0o640)
    (tmp_path / "welsh").write_text("tŷ:secretword", "utf-8")
    (tmp_path / "welsh").chmod(0o600)
    with pytest.raises(ConfigError) as failure:
        build(name, table, wiring(tmp_path, environment=environment))
    assert says in str(failure.value)
    assert str(failure.value).startswith("config.toml")
    assert name in str(failure.value)
    assert "secretword" not in str(failure.value)


@pytest.mark.parametrize("most", [{"port": 65535}, {"port": 1}, {"timeout": 300}])
def test_a_number_at_its_limit_is_taken(most: Mapping[str, object], tmp_path: Path) -> None:
    assert build("smtp", {**SMTP, **most}, wiring(tmp_path)).name == "smtp"


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "127.8.8.8", "::1"])
def test_this_machine_may_be_spoken_to_without_tls(host: str, tmp_path: Path) -> None:
    table = {**SMTP, "host": host, "tls": "none"}
    assert build("smtp", table, wiring(tmp_path)).name == "smtp"
