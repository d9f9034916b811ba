from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from engine.cli.commands import COMMANDS
from engine.service.accounts import tokens
from engine.service.accounts.signing_in import WHY
from engine.service.ticking import micros
from tests.entering import FIT
from tests.knocking import at_the_door, knock
from tests.partnership import BASE, settings
from tests.worlds import World

PAGE = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")


def test_the_page_on_accounts_names_every_reason_why_somebody_is_not_let_in() -> None:
    _, _, table = PAGE.partition("| why | what it was |")
    named = re.findall(r"^\| `([a-z ]+)` \|", table, re.MULTILINE)

    assert named == list(WHY)


def test_the_page_on_accounts_names_every_command_of_theirs_and_no_other() -> None:
    named = set(re.findall(r"casetrail ((?:account|token) [a-z]+)", PAGE))

    assert named == {name for name in COMMANDS if re.match(r"(account|token) ", name)}


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
def test_the_calls_of_the_page_sign_in_change_the_password_and_sign_out(
    world: World, tmp_path: Path
) -> None:
    block = re.search(r"## Over HTTP\n\n```sh\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    new = "five quite other plain words"
    said = {
        "sign-in": {"person": "lee", "password": FIT},
        "passwords": {"old": FIT, "new": new},
        "password": {"password": new},
    }
    for name, document in said.items():
        (tmp_path / f"{name}.json").write_text(json.dumps(document))
    with at_the_door(world, "lee") as door:
        around = {"URL": door.url, "PATH": os.environ["PATH"], "no_proxy": "*"}
        calls = block[1].replace("curl -sS ", "curl -sS --fail ")
        subprocess.run(
            ["bash", "-euo", "pipefail", "-c", calls],
            cwd=tmp_path,
            env=around,
            check=True,
            capture_output=True,
        )
        assert knock(door, "lee", new).status_code == 201

    assert set(json.loads((tmp_path / "code.json").read_text())) == {"uri", "setup"}
    token = json.loads((tmp_path / "signed-in.json").read_text())["token"]
    with world.place.database.read() as tx:
        known = tokens.find(world.place, tx, tokens.id_of(token))
    assert known is not None
    assert known.revoked_on is not None
    assert known.until > micros(world.place)


def test_the_provider_of_the_page_can_be_read(tmp_path: Path) -> None:
    block = re.search(r"<!-- add: openid -->\n```toml\n(.*?)```", PAGE, re.DOTALL)
    person = re.search(r"```toml\n(openid = .*?)```", PAGE, re.DOTALL)
    assert block is not None
    assert person is not None
    text = BASE.replace('name = "Robin Example"\n', f'name = "Robin Example"\n{person[1]}')
    besides = re.findall(r"^\| `(\w+ = .*?)` \|", PAGE, re.MULTILINE)
    more = "\n".join([*besides, ""])
    read = settings(tmp_path, f"{text}\n{block[1]}{more}")

    assert read.openid is not None
    assert read.openid.claim == "oid"
    assert read.openid.callback in PAGE
    assert len(besides) == 6
    assert read.directory.people["robin"].openid == "aaaaaaaa-bbbb-cccc-dddd-eeeeeeeeeeee"


def test_the_service_account_of_the_page_can_be_read(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(\[\[person\]\].*?)```", PAGE, re.DOTALL)
    assert block is not None
    read = settings(tmp_path, BASE.replace("[[absence]]", f"{block[1]}\n[[absence]]"))

    assert read.directory.is_service("referral_form")
    assert read.directory.has_part("referral_form", "2026-12-01")
