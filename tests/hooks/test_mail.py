from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from engine.config.pointers import find
from engine.errors import UsageError
from engine.hooks import mail, mail_reader
from engine.hooks.mapping import SAID_TWICE
from engine.hooks.strict_json import NotWholeError

HEAD = b"From: a@b.example\r\nSubject: s\r\nMessage-ID: <1@b.example>\r\nMIME-Version: 1.0\r\n"
CANARY = b"Canary Q. Thistlewood"
PARTS = {"subject", "from", "date", "message_id", "fields", "text"}


def nested(levels: int) -> bytes:
    made = [HEAD]
    for level in range(levels):
        made.append(
            b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (level, level)
        )
    return b"".join(made) + b"Content-Type: text/plain\r\n\r\n" + CANARY


def with_parts(count: int) -> bytes:
    part = b"--b\r\nContent-Disposition: attachment; filename=x\r\n\r\nx\r\n"
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * count + b"--b--"


def hostile() -> Iterator[tuple[str, bytes]]:
    many = b"".join(b"X-%d: %s\r\n" % (n, b"y" * 100) for n in range(100_000))
    yield "10 MB of headers", HEAD + many + b"\r\nx"
    yield "one header of 10 MB", HEAD + b"Subject: " + b"x" * 10_000_000 + b"\r\n\r\nx"
    yield "a folded header of 10 MB", HEAD + b"X: y\r\n" + b" z\r\n" * 2_500_000 + b"\r\nx"
    yield "no end of headers", b"From: a@b.example\r\n" * 1_000_000
    yield "comments within comments", b"From: " + b"(" * 20_000 + b"\r\n\r\nx"
    yield "groups of addresses", b"From: " + b"a:" * 20_000 + b"\r\n\r\nx"
    yield "quotes", b"From: " + b'"' * 30_000 + b"\r\n\r\nx"
    yield "encoded words", b"Subject: " + b"=?utf-8?q?=41?= " * 3000 + b"\r\n\r\nx"
    yield (
        "an unknown encoding",
        HEAD + b"Content-Type: text/plain; charset=nonsense\r\n\r\n\xff\xfe",
    )
    yield "parameters", HEAD + b"Content-Type: text/plain;" + b"a*0*=b;" * 8000 + b"\r\n\r\nx"
    yield "multiparts within each other", nested(5000)
    yield "a hundred thousand parts", with_parts(100_000)
    yield (
        "25 MB of boundaries",
        HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + (b"--b\r\n\r\n" * 2_700_000),
    )
    yield "a binary", bytes(range(256)) * 100_000
    yield "nothing", b""
    yield "25 MB on one line", HEAD + b"\r\nCase: " + b"x" * 24_000_000


HOSTILE = dict(hostile())


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_mail_costs_little_and_is_read_or_refused_in_one_sentence(name: str) -> None:
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    try:
        said = set(mail.read(HOSTILE[name])[0])
    except UsageError as error:
        said = {str(error)}
    assert said in ({mail._UNREADABLE}, {mail._CUT}, {mail._NOTHING}, PARTS)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used < mail_reader.SECONDS + 1
    assert time.monotonic() - start < 2 * mail.SECONDS


def read_by_itself(content: bytes) -> subprocess.CompletedProcess[bytes]:
    words = [sys.executable, "-I", "-S", mail_reader.__file__]
    return subprocess.run(words, input=content, capture_output=True, check=False)


def test_the_reader_may_take_no_more_memory_than_it_is_given() -> None:
    assert read_by_itself(HEAD + b"\r\n" + b"x" * 300_000_000).returncode != 0


def test_the_reader_limits_itself_before_it_reads() -> None:
    look = (
        "import json, resource, runpy, sys\n"
        f"g = runpy.run_path({mail_reader.__file__!r})\n"
        "class Input:\n"
        "    def read(self):\n"
        "        limits = (resource.RLIMIT_CPU, resource.RLIMIT_AS)\n"
        "        print(json.dumps([resource.getrlimit(one) for one in limits]))\n"
        "        sys.exit(0)\n"
        "sys.stdin = type('Stdin', (), {'buffer': Input()})()\n"
        "g['main']()\n"
    )
    words = [sys.executable, "-I", "-S", "-c", look]
    done = subprocess.run(words, capture_output=True, check=True)

    assert json.loads(done.stdout) == [
        [mail_reader.SECONDS, mail_reader.SECONDS],
        [mail_reader.MEMORY, mail_reader.MEMORY],
    ]


def test_an_ordinary_mail_of_twenty_megabytes_can_be_read() -> None:
    lines = (b"QUFB" * 19 + b"\r\n") * (20_000_000 // 78)
    part = (
        b"Content-Disposition: attachment; filename=a.pdf\r\nContent-Transfer-Encoding: base64\r\n"
    )
    content = b"".join(
        (HEAD, b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nCase: 1\r\n--b\r\n")
    )

    document, files = mail.read(content + part + b"\r\n" + lines + b"--b--")

    assert document["fields"] == {"Case": "1"}
    assert len(files["a.pdf"].source.read()) == 20_000_000 // 78 * 57


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\\\secret\\\\a.pdf", "a.pdf"),
        (".bashrc", "attachment 1"),
        ("..", "attachment 1"),
        ("a" * 101, "attachment 1"),
        ("", "attachment 1"),
        ("letter.pdf", "letter.pdf"),
    ],
)
def test_an_attachment_has_a_name_that_is_no_path(given: str, kept: str) -> None:
    part = f'--b\r\nContent-Disposition: attachment; filename="{given}"\r\n\r\nx\r\n--b--'
    content = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part.encode()

    assert list(mail.read(content)[1]) == [kept]


def test_a_field_that_is_said_twice_and_otherwise_is_no_answer() -> None:
    text = "Case: 1\r\nCase: 2\r\nPlace: here\r\n> Place: here\r\nhttps://x.example/y\r\n"

    document, _ = mail.read(HEAD + b"\r\n" + text.encode())

    assert dict(document["fields"]) == {"Case": SAID_TWICE, "Place": "here"}


FOLDED = "Content-Type: text/plain; charset=utf-8; format=flowed\r\n\r\n"
PAGE = "Content-Type: text/html; charset=utf-8\r\n\r\n"
PLAIN = "Content-Type: text/plain; charset=utf-8\r\n\r\n"


@pytest.mark.parametrize(
    ("mail_", "said"),
    [
        (PLAIN + "case: 1", "1"),
        (PLAIN + "CASE:  1", "1"),
        (PLAIN + "*Case:* 1", "1"),
        (PLAIN + "*Case*: 1", "1"),
        (PLAIN + "- Case: 1", "1"),
        (PLAIN + "Case:\u00a01", "1"),
        (PLAIN + "Case\uff1a1", "1"),
        (PLAIN + "Case: a b\r\nc", "a b"),
        (FOLDED + "Case: a b \r\nc \r\nd\r\ne", "a b c d"),
        (FOLDED + "Case: a \r\n> c", "a"),
        (PLAIN + "> Case: 1", None),
        (PLAIN + " >Case: 1", None),
        (PLAIN + "Case:1", None),
        (PAGE + "<title>Case: 2</title><p><b>Case:</b>&nbsp;1</p><p>x</p>", "1"),
        (PAGE + "<table><tr><td>Case:</td>\r\n<td>1</td></tr></table>", "1"),
        (PAGE + "<blockquote><p>Case: 2</p></blockquote>Case: 1<br>x", "1"),
        (PAGE + "<script>\r\nCase: 2\r\n</script><div>Case: 1 &lt; 3</div>", "1 < 3"),
    ],
)
def test_an_answer_is_read_however_a_mail_program_writes_its_line(
    mail_: str, said: str | None
) -> None:
    document, _ = mail.read(HEAD + mail_.encode())

    assert find(document, "/fields/Case") == said


@pytest.mark.parametrize(
    "end",
    [
        "--b\r\nContent-Type: text/plain\r\n\r\nx\r\n",
        "--b\r\nContent-Type: application/pdf\r\n",
        "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBERi0\r\n--b--",
        "--b\r\nContent-Transfer-Encoding: base64\r\n\r\nJVBER\r\n--b--",
        "",
    ],
)
def test_a_mail_of_which_something_is_missing_is_told_so(end: str) -> None:
    parts = b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"

    with pytest.raises(NotWholeError, match="not whole"):
        mail.read(HEAD + parts + end.encode())
    with pytest.raises(NotWholeError, match="not whole"):
        mail.read(HEAD + end.encode()[:0] + b"X-More: cut")
    with pytest.raises(NotWholeError, match="empty"):
        mail.read(b"")


def test_the_reader_opens_nothing_and_knows_nothing_of_us(tmp_path: Path) -> None:
    watch = (
        "import sys,runpy\n"
        "def hook(event, words):\n"
        "    if event in ('open','socket.connect','subprocess.Popen','exec') and started:\n"
        "        seen.append((event, str(words[0])))\n"
        "started, seen = [], []\n"
        "sys.addaudithook(hook)\n"
        f"g = runpy.run_path({mail_reader.__file__!r})\n"
        "import email.policy, io, json\n"
        "message = g['message_from_bytes'](sys.stdin.buffer.read(), policy=g['policy'].default)\n"
        "g['_read'](message)\n"
        "started.append(1)\n"
        "document = g['_read'](message)\n"
        "started.clear()\n"
        "print(json.dumps([seen, sorted(n for n in sys.modules if n.startswith('engine'))]))\n"
    )
    done: Any = subprocess.run(
        [sys.executable, "-I", "-S", "-c", watch],
        input=with_parts(2),
        capture_output=True,
        check=True,
        cwd=tmp_path,
    )

    assert json.loads(done.stdout) == [[], []]
