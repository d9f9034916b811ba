from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from base64 import b32decode, b32encode
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import click
import pytest

from engine import bootstrap
from engine.cli.main import root
from engine.errors import NotSignedInError
from engine.service.accounts import codes, signing_in, tokens
from engine.service.workplace import Workplace
from tests.entering import FIT, WRONG
from tests.offices import COMMAND, Office

ROOT = Path(__file__).parents[2]
FORM = '\n[[person]]\nid = "form"\nname = "Referral form"\nservice = true\n'
HELD = '[[appointment]]\nperson = "form"\nrole = "business_unit"\nagency = "council"\n'
SOON = (date.today() + timedelta(30)).isoformat()


@contextmanager
def at_work(office: Office) -> Iterator[Workplace]:
    """The partnership, as another door has it."""
    place = bootstrap.workplace(bootstrap.settings(str(office.config)))
    place.door = "http"
    try:
        yield place
    finally:
        place.database.close()


def comes_in(office: Office, person: str, password: str, code: str = "") -> str:
    """The proof of somebody who signs in; empty for somebody who is not let in."""
    with at_work(office) as place:
        try:
            return signing_in.sign_in(place, person, password, code).proof
        except NotSignedInError:
            return ""


def opens(office: Office, text: str) -> str:
    """The proof of somebody who shows a token; empty for somebody who is not let in."""
    with at_work(office) as place:
        try:
            return signing_in.by_token(place, text).proof
        except NotSignedInError:
            return ""


def typing(office: Office, *words: str, keys: Sequence[tuple[str, str]]) -> tuple[int, str]:
    """How a command ends on a terminal, on which each of these keys is typed as soon as what stands
    before it is shown; and all that the terminal shows.
    """
    mine, theirs = os.openpty()
    running = subprocess.Popen(
        [*COMMAND, *words, "--config", str(office.config)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        cwd=ROOT,
        env={**os.environ, "TERM": "xterm"},
        start_new_session=True,
    )
    os.close(theirs)
    waiting, shown, seen = list(keys), b"", 0
    try:
        while piece := os.read(mine, 65536):
            shown += piece
            if waiting and waiting[0][0].encode() in shown[seen:]:
                seen = len(shown)
                os.write(mine, waiting.pop(0)[1].encode())
    except OSError:
        # Linux says so when the other end is closed.
        pass
    os.close(mine)
    return running.wait(60), shown.decode().replace("\r\n", "\n")


def set_up(office: Office, person: str, *words: str, code: str = "") -> tuple[int, str, str, bytes]:
    """`account code`, with the code that an app would show or another: how it ends, what is on
    standard output and on standard error, and the secret.
    """
    running = subprocess.Popen(
        [*COMMAND, "account", "code", person, *words, "--config", str(office.config)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert running.stdin is not None
    assert running.stderr is not None
    said = ""
    while "otpauth://" not in said:
        line = running.stderr.readline()
        assert line, said
        said += line
    found = re.search(r"secret=([A-Z2-7]+)&", said)
    assert found is not None
    secret = b32decode(found[1])
    now = int(datetime.now(UTC).timestamp()) // codes.STEP
    running.stdin.write(f"{code or codes.at(secret, now)}\n")
    out, more = running.communicate(timeout=60)
    return running.returncode, out, said + more, secret


def test_a_password_comes_through_standard_input_and_lets_its_owner_in(office_on: Office) -> None:
    said = office_on.ok("account", "password", "lee", typed=f"{FIT}\n")
    document = office_on.json("account", "password", "eve", "--as", "eve", typed=WRONG)

    assert said.startswith("Lee Sample signs in with the new password from now on.\nRecorded by ")
    assert {k: document[k] for k in ("person", "kind", "recorded_by")} == {
        "person": "eve",
        "kind": "password",
        "recorded_by": "eve",
    }
    assert document["proof"].startswith("claimed; system user ")
    assert comes_in(office_on, "lee", FIT) == "signed in, password"
    assert comes_in(office_on, "lee", WRONG) == ""
    assert "Consistent: " in office_on.ok("audit", "verify")


def test_a_password_is_typed_twice_at_the_keyboard_and_shown_nowhere(office: Office) -> None:
    first, second = "New password for Lee Sample: ", "The same once more: "
    words = ("account", "password", "lee")
    code, shown = typing(office, *words, keys=[(first, f"{FIT}\n"), (second, f"{FIT}\n")])
    assert code == 0, shown
    assert FIT not in shown
    assert comes_in(office, "lee", FIT) == "signed in, password"

    code, shown = typing(office, *words, keys=[(first, f"{WRONG}\n"), (second, f"{FIT}\n")])
    assert (code, "The two are not the same, so nothing was changed" in shown) == (2, True), shown
    assert comes_in(office, "lee", WRONG) == ""
    code, shown = typing(office, *words, keys=[(first, "\x04")])
    assert (code, "Nothing came" in shown) == (2, True), shown


def test_a_code_is_set_up_with_what_the_app_shows(office: Office) -> None:
    office.ok("account", "password", "lee", typed=FIT)
    ended, out, aside, secret = set_up(office, "lee", "--json")
    later = codes.at(secret, int(datetime.now(UTC).timestamp()) // codes.STEP + 1)

    assert ended == 0, aside
    assert sorted(json.loads(out)) == ["kind", "person", "proof", "recorded_by"]
    assert aside.count("otpauth://totp/Sample%20Partnership:lee?") == 1
    assert comes_in(office, "lee", FIT) == ""
    assert comes_in(office, "lee", FIT, later) == "signed in, password and code"
    assert office.json("account", "clear", "lee")["cleared"] == ["password", "code"]
    assert office.ok("account", "clear", "lee").startswith("There was nothing to clear.")


def test_a_code_that_does_not_fit_changes_nothing(office: Office) -> None:
    office.ok("account", "password", "lee", typed=FIT)
    ended, out, aside, _ = set_up(office, "lee", code="no code")

    assert (ended, out) == (2, "")
    assert "The code does not fit" in aside
    assert comes_in(office, "lee", FIT) == "signed in, password"


def test_a_token_is_printed_once_listed_and_revoked(office_on: Office) -> None:
    with office_on.config.open("a") as file:
        file.write(FORM + HELD)
    words = ("--verb", "open", "--verb", "workflow list", "--process", "incident")
    made = office_on.json("token", "issue", "form", *words, "--until", SOON)
    text = str(made["text"])
    assert opens(office_on, text) == f"token {made['token']}"
    [listed] = office_on.json("token", "list")["tokens"]
    told = office_on.ok("token", "list")

    assert (listed["holder"], listed["status"]) == ("form", "in use")
    assert listed["verbs"] == made["verbs"] == ["open", "workflow list"]
    assert (listed["until"], listed["used_on"]) == (SOON, date.today().isoformat())
    assert f"{made['token']}  Referral form" in told
    assert "For open and workflow list, in cases of incident." in " ".join(told.split())
    assert text[20:] not in told
    revoked = office_on.json("token", "revoke", str(made["token"]), "--reason", "lost")
    assert (revoked["token"], revoked["revoked"]) == (made["token"], True)
    assert opens(office_on, text) == ""
    assert "REVOKED on" in office_on.ok("token", "list")
    assert "revoked already" in office_on.refused(2, "token", "revoke", str(made["token"]))
    assert "Consistent: " in office_on.ok("audit", "verify")


def test_the_token_stands_alone_on_the_first_line_that_is_printed(office: Office) -> None:
    said = office.ok("token", "issue", "lee", "--until", SOON).split("\n")

    assert opens(office, said[0]).startswith("token ")
    assert "Lee Sample" in " ".join(said)
    assert "No token has been issued." in office.ok("token", "list", "--as", "eve")


def test_what_cannot_be_asked_of_a_token_is_refused_in_a_sentence(office: Office) -> None:
    def asked(*words: str) -> str:
        return office.refused(2, "token", "issue", "lee", *words)

    assert "did you mean show?" in asked("--until", SOON, "--verb", "shwo")
    assert "workflow list" in asked("--until", SOON, "--process", "another")
    assert "366 days" in asked("--until", "2099-01-01")
    assert "--until is missing" in asked()
    assert "names nobody" in office.refused(2, "token", "issue", "nobody", "--until", SOON)
    assert "no such token" in office.refused(3, "token", "revoke", "another")
    refused = office.refused(4, "token", "issue", "lee", "--until", SOON, "--as", "eve")
    assert "not yours to manage" in refused


def test_a_password_is_no_word_of_any_command() -> None:
    group = root()
    context = click.Context(group)
    for name in ("account", "token"):
        inner = group.get_command(context, name)
        assert isinstance(inner, click.Group)
        for one in inner.list_commands(context):
            command = inner.get_command(context, one)
            assert command is not None
            taken = {param.name for param in command.params} - {"json", "config", "as_person"}
            wanted = {"person", "holder", "verbs", "processes", "until", "token", "reason"}
            assert taken <= wanted, (name, one)


@pytest.mark.parametrize("wrong", ["short", "lee@council.example", f"{FIT}\n{FIT}"])
def test_a_password_that_is_refused_is_not_repeated(office: Office, wrong: str) -> None:
    said = office.refused(2, "account", "password", "lee", typed=wrong)

    assert wrong not in said
    assert FIT not in said
    assert comes_in(office, "lee", wrong) == ""


def test_no_password_code_secret_or_token_is_left_behind(office: Office) -> None:
    canary = "Kestrel Hawthorne 7Q4 meadow"
    said = [office.ok("account", "password", "lee", typed=canary)]
    _, out, _, secret = set_up(office, "lee")
    text = str(office.json("token", "issue", "lee", "--until", SOON)["text"])
    later = codes.at(secret, int(datetime.now(UTC).timestamp()) // codes.STEP + 1)
    with at_work(office) as place:
        visitor = signing_in.sign_in(place, "lee", canary, later)
        signing_in.by_token(place, text)
        for wrong in (f"{canary}?", "x" * 300):
            with pytest.raises(NotSignedInError) as error:
                signing_in.sign_in(place, "lee", wrong, "canary")
            said.append(f"{error.value} {error.value!r}")
        with pytest.raises(NotSignedInError) as error:
            signing_in.by_token(place, f"{text[:-1]}!")
        said += [f"{error.value!r}", repr(visitor), repr(codes.Setup(secret, "otpauth://"))]
        assert tokens.id_of(visitor.token)
    said += [out, office.ok("token", "list"), office.ok("audit", "verify")]
    said.append(office.ok("account", "clear", "lee"))
    hidden = [canary.encode(), secret, secret.hex().encode(), b"canary"]
    hidden += [text[20:].encode(), visitor.token[20:].encode(), b"$argon2id$"]
    hidden.append(b32encode(secret).rstrip(b"="))
    places = [file.read_bytes() for file in office.folder.rglob("*") if file.is_file()]
    for content in [*places, "\n".join(said).encode()]:
        assert [one for one in hidden if one in content] == []


def test_nothing_of_accounts_is_imported_by_a_command_that_needs_none_of_it() -> None:
    asked = "import sys; from engine.cli.main import root; import engine.cli.looking; "
    asked += (
        "print([m for m in sys.modules if m.startswith(('argon2', 'engine.service.accounts'))])"
    )
    done = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "[]"
