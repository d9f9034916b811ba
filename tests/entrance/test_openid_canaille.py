"""People sign in at a real provider, Canaille, which knows its client, their secret and PKCE."""

from __future__ import annotations

import re
import ssl
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urljoin

import httpx2
import pytest

from engine import posting
from engine.service.accounts.openid.provider import Provider
from engine.vouching import OpenId
from tests import canaille_here as canaille
from tests.entering import entries, whys
from tests.knocking import at_the_door
from tests.providing import ASK, VERIFIER, known_as, returned
from tests.receiving import Authority, authority
from tests.web.servers import Served
from tests.worlds import World

SERVER = "http://127.0.0.1"
CALLBACK = f"{SERVER}/v1/sign-in/openid/callback"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def issuer(folder: Path) -> Iterator[str]:
    """Canaille in a process of its own; one that has refused a code names itself no more."""
    made = authority(folder).ca.issue_cert("localhost", "127.0.0.1")
    certificate, key = folder / "certificate.pem", folder / "key.pem"
    made.cert_chain_pems[0].write_to_path(certificate)
    made.private_key_pem.write_to_path(key)
    command = [sys.executable, canaille.__file__, str(certificate), str(key), CALLBACK]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            said = process.stdout.readline().decode().strip()
            assert said.startswith("https://"), "canaille did not start; is it installed?"
            yield said
        finally:
            process.kill()


@contextmanager
def at_canaille(
    world: World, issuer: str, folder: Path, secret: str = canaille.SECRET
) -> Iterator[Served]:
    """The partnership, served, whose people sign in there; the clocks of both are right."""
    world.clock.instant = datetime.now(UTC)
    known_as(world.place, lee=canaille.PERSON)
    good: Authority = authority(folder)
    terms = OpenId(
        issuer, canaille.CLIENT, folder / "none", SERVER, inside=True, ca=Path(good.file)
    )
    provider = Provider(terms, lambda: secret, posting.asking(terms, 10.0))
    with at_the_door(world, provider=lambda: provider) as door:
        yield door


def browse(address: str, folder: Path, **typed: str) -> str:
    """What a browser comes back with from the provider, once somebody has signed in there."""
    forms = [{"login": canaille.PERSON}, {"password": canaille.PASSWORD} | typed]
    trust = ssl.create_default_context(cafile=authority(folder).file)
    with httpx2.Client(verify=trust, timeout=20) as browser:
        found = browser.get(address)
        for _ in range(12):
            if found.is_redirect:
                address = urljoin(str(found.url), found.headers["location"])
                if address.startswith(CALLBACK):
                    return address.removeprefix(f"{SERVER}/v1")
                found = browser.get(address)
            elif forms and (mark := re.search(r'name="csrf_token" value="(.*?)"', found.text)):
                said = {"csrf_token": mark[1], "answer": "", **forms.pop(0)}
                headers = {"Referer": str(found.url)}
                found = browser.post(str(found.url), data=said, headers=headers)
            else:
                break
    return ""


def begin(door: Served) -> str:
    told = door.client().post("/sign-in/openid", json=ASK)
    assert told.status_code == 201, told.text
    return str(told.json()["address"])


def test_somebody_signs_in_at_canaille_by_the_right_password_and_comes_in_here(
    world: World, issuer: str, folder: Path
) -> None:
    with at_canaille(world, issuer, folder) as door:
        assert browse(begin(door), folder, password="a wrong one") == ""
        back = browse(begin(door), folder)
        assert "iss=" in back
        got = returned(door.client().get(back))
        assert "code" in got, whys(world)
        code = got["code"]
        asked = {"code": code, "verifier": VERIFIER}
        told = door.client().post("/sign-in/openid/token", json=asked)
        assert told.status_code == 201, told.text
        assert (told.json()["person"], told.json()["how"]) == ("lee", "OpenID Connect")
        lee = door.client(headers={"Authorization": f"Bearer {told.json()['token']}"})
        assert lee.get("/who").json()["proof"] == "signed in, OpenID Connect"

    assert [one["body"]["how"] for one in entries(world, "signed in")] == ["OpenID Connect"]
    assert whys(world) == []
    assert world.verdict().problems == []


def test_the_code_of_one_sign_in_is_no_use_in_another_because_of_its_verifier(
    world: World, issuer: str, folder: Path
) -> None:
    with at_canaille(world, issuer, folder) as door:
        theirs, ours = browse(begin(door), folder), begin(door)
        state = re.search(r"state=([^&]+)", ours)
        assert state is not None
        swapped = re.sub(r"state=[^&]+", f"state={state[1]}", theirs)
        assert returned(door.client().get(swapped)) == {"error": "access_denied"}

    assert whys(world) == ["provider refused the code"]


def test_a_server_that_does_not_know_its_secret_is_given_nothing(
    world: World, issuer: str, folder: Path
) -> None:
    with at_canaille(world, issuer, folder, "another secret") as door:
        assert returned(door.client().get(browse(begin(door), folder))) == {
            "error": "access_denied"
        }

    assert whys(world) == ["provider refused the code"]
