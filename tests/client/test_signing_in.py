"""Somebody signs in at a server, works there, and signs out: nothing secret is seen anywhere."""

from __future__ import annotations

import base64
import hashlib
import json
import stat
import threading
import urllib.error
import urllib.request
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from engine.cli import signing_in
from engine.cli.remote import listening
from tests.client.remote import Away
from tests.client.standing_in import Said, StandIn, problem, standing_in

TOKEN = "ct_" + "s" * 40
IN = {"token": TOKEN, "person": "bess", "until": "2030-01-02T18:00:00Z", "how": "password"}
WAYS = {"ways": ["password"], "partnership": "Sample Partnership", "demo": False}
EMPTY = {"cases": [], "complete": True, "next": None, "cautions": []}
SECRETS = ("four plain words", "123456", TOKEN)


def kept(home: Path) -> list[Path]:
    """The files in which something is kept of signing in."""
    return [path for path in home.rglob("*") if path.is_file() and "tokens" in path.parts]


def body(asked: StandIn, at: int) -> dict[str, str]:
    """The document of a request."""
    found: dict[str, str] = json.loads(asked.asked[at][2][""])
    return found


def test_whoever_signed_in_works_there_until_they_sign_out(tmp_path: Path) -> None:
    answers = (Said(200, WAYS), Said(201, IN), Said(200, EMPTY), Said(204, b""))
    with standing_in(*answers) as it:
        away = Away(it.url, "", tmp_path)
        typed = f"{SECRETS[0]}\n{SECRETS[1]}\n"
        said = away.ok("sign-in", "--person", "bess", typed=typed)
        assert " ".join(said.split()) == (
            f"You are signed in at {it.url}, Sample Partnership, as bess, until Wed 2 Jan 2030 "
            "18:00."
        )
        away.ok("list")
        [file] = kept(tmp_path)
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700
        assert away.ok("sign-out") == f"You are signed out at {it.url}.\n"
        assert kept(tmp_path) == []
        assert away.ok("sign-out") == f"You were not signed in at {it.url}.\n"

    wanted = {"person": "bess", "password": SECRETS[0], "code": SECRETS[1]}
    assert body(it, 1) == wanted
    assert it.asked[2][2]["authorization"] == f"Bearer {TOKEN}"
    assert it.asked[3][:2] == ("DELETE", "/v1/sign-in")
    assert it.asked[3][2]["authorization"] == f"Bearer {TOKEN}"
    assert not any(secret in path for _, path, _ in it.asked for secret in SECRETS)


def test_nothing_that_is_secret_is_told_in_a_document_either(tmp_path: Path) -> None:
    with standing_in(Said(200, WAYS), Said(201, IN)) as it:
        away = Away(it.url, "", tmp_path)
        result = away.run("sign-in", "--person", "bess", "--json", typed=SECRETS[0])
    assert json.loads(result.stdout)["until"] == IN["until"]
    assert not any(secret in result.output for secret in SECRETS)


def test_what_is_typed_wrongly_is_told_alike_and_keeps_nothing(tmp_path: Path) -> None:
    with standing_in(Said(200, WAYS), problem(401, "not-signed-in", "No.")) as it:
        result = Away(it.url, "", tmp_path).run("sign-in", "--person", "bess", typed=SECRETS[0])
    assert result.exit_code == 10
    assert "does not open this door" in " ".join(result.stderr.split())
    assert kept(tmp_path) == []


def test_too_many_attempts_are_told_with_how_long_to_wait(tmp_path: Path) -> None:
    busy = problem(429, "too-many-requests", retry_after=42)
    with standing_in(Said(200, WAYS), busy) as it:
        result = Away(it.url, "", tmp_path).run("sign-in", "--person", "bess", typed=SECRETS[0])
    assert (result.exit_code, "try again in 42 seconds" in result.stderr) == (2, True)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("sign-in",), "--person ID"),
        (("sign-in", "--person", "bess", "--way", "openid"), "by: password."),
    ],
)
def test_what_is_missing_to_sign_in_is_said(
    tmp_path: Path, words: tuple[str, ...], told: str
) -> None:
    with standing_in(Said(200, WAYS)) as it:
        assert told in Away(it.url, "", tmp_path).refused(2, *words, typed="")


def test_to_sign_in_a_server_must_be_named(tmp_path: Path) -> None:
    assert "Say at which server" in Away("", "", tmp_path).refused(2, "sign-in")


def test_a_token_that_others_can_read_is_not_used(tmp_path: Path) -> None:
    token = tmp_path / "token"
    token.write_text(TOKEN)
    token.chmod(0o644)
    with standing_in(Said(200, EMPTY)) as it:
        away = Away("", "", tmp_path)
        words = ("--server", it.url, "--token-file", str(token), "list")
        assert "Others can read" in away.refused(2, *words)
        token.chmod(0o600)
        assert away.run(*words).exit_code == 0
        assert "is not there" in away.refused(2, *words[:3], "nowhere", "list")


def test_a_token_that_the_server_refused_is_marked(tmp_path: Path) -> None:
    with standing_in(Said(200, WAYS), Said(201, IN), problem(401, "not-signed-in", "No.")) as it:
        away = Away(it.url, "", tmp_path)
        away.ok("sign-in", "--person", "bess", typed=SECRETS[0])
        assert "sign in again: casetrail sign-in" in away.refused(10, "list")
        assert json.loads(kept(tmp_path)[0].read_text())["refused"] is True


def browsing(address: str, code: str, *, first: str = "") -> None:
    """What a browser does once somebody has signed in: it comes back with a code."""
    back = parse_qs(urlsplit(address).query)["return_to"][0]
    for path in ([f"{back}{first}"] if first else []) + [f"{back}?code={code}"]:
        # What is none of ours is refused, and the browser is still waited for.
        with suppress(urllib.error.HTTPError):
            urllib.request.urlopen(path, timeout=5).read()


@pytest.mark.parametrize("first", ["", "x?code=of-somebody-else"])
def test_a_browser_shows_who_somebody_is_where_they_are_known_already(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    opened: list[str] = []

    def show(address: str) -> bool:
        opened.append(address)
        browser = threading.Thread(target=browsing, args=(address, "c0de"), kwargs={"first": first})
        browser.start()
        return True

    monkeypatch.setattr(signing_in.webbrowser, "open", show)
    ways = {**WAYS, "ways": ["openid", "password"]}
    with standing_in(Said(200, ways)) as it:

        def began(handler: BaseHTTPRequestHandler) -> None:
            back = body(it, 1)["return_to"]
            it.say(handler, Said(201, {"address": f"{it.url}/login?return_to={back}"}))

        it.answers += [began, Said(201, {**IN, "how": "openid"})]
        result = Away(it.url, "", tmp_path).run("sign-in")

    assert result.exit_code == 0, result.output
    assert opened[0] in result.stderr
    verifier = body(it, 2)["verifier"]
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest())
    assert body(it, 1)["challenge"] == challenge.decode().rstrip("=")
    assert body(it, 2)["code"] == "c0de"
    assert len(kept(tmp_path)) == 1


def test_an_address_that_is_no_page_of_the_web_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(signing_in.webbrowser, "open", lambda address: pytest.fail("opened"))
    ways = Said(200, {**WAYS, "ways": ["openid"]})
    for address in ("file:///etc/passwd", "http://elsewhere.example/", "https://a.example/ --x"):
        with standing_in(ways, Said(201, {"address": address})) as it:
            said = Away(it.url, "", tmp_path).refused(11, "sign-in")
        assert "names an address to sign in at that cannot be one" in said


def test_nobody_is_waited_for_longer_than_it_takes_to_sign_in() -> None:
    with (
        listening.Listener(seconds=0.01) as listener,
        pytest.raises(Exception, match="Nobody signed in within five minutes"),
    ):
        listener.wait()
