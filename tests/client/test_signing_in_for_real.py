"""Somebody signs in at a real server with a password and a code, works there, and signs out."""

from __future__ import annotations

import json
import threading
import urllib.request
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

from engine.cli import signing_in
from engine.service.accounts import codes
from engine.service.workplace import By
from engine.web.identity import identify
from tests import providing
from tests.client.remote import Away, address, office_served
from tests.offices import Office
from tests.worlds import World

PASSWORD = "four plain words for this test"


def test_whoever_has_a_password_signs_in_works_and_signs_out(
    office: Office, tmp_path: Path
) -> None:
    office.ok("account", "password", "lee", typed=PASSWORD)
    with office_served(office, identify=identify) as served:
        away = Away(address(served), "", tmp_path)
        said = away.ok("sign-in", "--person", "lee", typed=PASSWORD)
        assert "You are signed in at http://127.0.0.1:" in said
        assert ", Sample Partnership, as lee, until " in " ".join(said.split())
        assert "There is no open case." in away.ok("list")
        history = json.loads(away.run("token", "list", "--json").stdout)
        assert PASSWORD not in json.dumps(history)
        [kept] = [path for path in tmp_path.rglob("*.json") if path.is_file()]
        token = json.loads(kept.read_text())["token"]
        assert away.ok("sign-out").startswith("You are signed out at ")
        assert "sign in again: casetrail sign-in" in away.refused(10, "list", CASETRAIL_TOKEN=token)
        assert "does not open this door" in away.refused(
            10, "sign-in", "--person", "lee", typed="another password"
        )


def test_a_code_is_the_second_line_that_is_typed(office: Office, tmp_path: Path) -> None:
    office.ok("account", "password", "lee", typed=PASSWORD)
    with office_served(office, identify=identify) as served:
        place = served.place
        keeper = By(next(iter(place.directory.people)))
        setup = codes.begin(place.at("command line"), keeper, "lee", "Sample")
        now = int(place.clock().timestamp()) // 30
        first, second = codes.at(setup.secret, now), codes.at(setup.secret, now + 1)
        codes.confirm(place.at("command line"), keeper, "lee", setup.secret, first)
        away = Away(address(served), "", tmp_path)
        assert away.run("sign-in", "--person", "lee", typed=PASSWORD).exit_code == 10
        typed = f"{PASSWORD}\n{second}\n"
        assert "as lee, until" in " ".join(
            away.ok("sign-in", "--person", "lee", typed=typed).split()
        )


def gone_to(page: str) -> None:
    """What a browser does that is sent on."""
    with urllib.request.urlopen(page, timeout=5) as shown:
        shown.read()


@pytest.mark.parametrize("sample_url", ["sqlite"], indirect=True)
def test_a_browser_goes_to_the_provider_and_comes_back_to_whoever_typed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with providing.at_provider(world, tmp_path) as at:
        browsers: list[threading.Thread] = []

        def browse(shown: str) -> bool:
            at.sham.asked = dict(parse_qsl(urlsplit(shown).query))
            back = at.come_back(at.sham.asked["state"]).headers["location"]
            browser = threading.Thread(
                target=lambda: urllib.request.urlopen(back, timeout=5).read()
            )
            browsers.append(browser)
            browser.start()
            return True

        monkeypatch.setattr(signing_in.webbrowser, "open", browse)
        away = Away(address(at.door), "", tmp_path)
        said = away.run("sign-in", "--way", "openid")
        assert said.exit_code == 0, said.output
        assert "as lee, until" in " ".join(said.stdout.split())
        assert away.run("today").exit_code == 0
        assert away.run("sign-out").stdout.startswith("You are signed out at ")
        for browser in browsers:
            browser.join(5)
