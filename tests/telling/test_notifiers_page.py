"""The page on notifiers: each example on it is read as config.toml is, and makes its notifier."""

from __future__ import annotations

import json
import re
import subprocess
import tomllib
from datetime import date
from pathlib import Path

import pytest

from engine.dates import short_day
from engine.service.outbox import PATIENCE
from engine.signing import secrets_in
from notifiers import NOTIFIERS
from notifiers.making import _GATE, _MAIL, build
from notifiers.message import thin
from tests.channels import program
from tests.mailing import MESSAGE, wiring
from tests.receiving import API_KEY, SECRET

PAGE = (Path(__file__).parents[2] / "docs" / "notifiers.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(
    r"^## (\w+)\n(?:(?!^## ).)*?```toml\n(.*?)```", PAGE, re.DOTALL | re.MULTILINE
)
SECRETS = {
    "mail.login": "casetrail:secret",
    "webhook.secrets": SECRET,
    "notify.key": API_KEY,
    "chat.url": "json://localhost/",
}


def test_the_page_has_one_example_of_every_notifier_in_their_order() -> None:
    assert tuple(name for name, _ in EXAMPLES) == NOTIFIERS
    assert re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)[1:] == list(NOTIFIERS)


@pytest.mark.parametrize(("name", "example"), EXAMPLES, ids=[name for name, _ in EXAMPLES])
def test_each_example_makes_its_notifier(name: str, example: str, tmp_path: Path) -> None:
    for file, secret in SECRETS.items():
        (tmp_path / file).write_text(secret)
        (tmp_path / file).chmod(0o600)
    ours = program(tmp_path, "tell", "exit 0")
    notify = tomllib.loads(example.replace("/usr/local/lib/casetrail/tell", ours))["notify"]
    assert notify["by"] == name
    assert set(notify) <= {"by", name}
    assert build(name, notify.get(name, {}), wiring(tmp_path)).name == name


def test_the_page_names_every_field_of_a_thin_message() -> None:
    [body] = re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)
    assert re.findall(r'"(\w+)": ', body) == list(thin(MESSAGE))
    shown = json.loads(body.replace("\n", ""))
    assert shown["by_when"] == short_day(date.fromisoformat(shown["due_on"]))
    template = PAGE[PAGE.index("\n## notify") : PAGE.index("\n## chat")]
    assert {*re.findall(r"\(\((\w+)(?:\?\?\.\.\.)?\)\)", template)} == {*thin(MESSAGE)}


def test_the_page_makes_a_secret_that_signs(tmp_path: Path) -> None:
    [line] = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    subprocess.run(["sh", "-c", line], cwd=tmp_path, check=True)
    made = tmp_path / "webhook.secrets"
    assert made.stat().st_mode & 0o777 == 0o600
    assert len(secrets_in(made.read_text())) == 1


def test_the_page_names_every_key_of_every_table() -> None:
    keys = {*_MAIL, *_GATE}
    assert {key for key in keys if key not in PAGE} == {"login_env"}


def test_the_page_says_how_long_the_outbox_goes_on_trying() -> None:
    assert (len(PATIENCE) + 1, sum(PATIENCE) < 2 * 86_400) == (9, True)
    assert "tried nine\ntimes in all within two days" in PAGE
