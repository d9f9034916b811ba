from __future__ import annotations

import re
from pathlib import Path

from engine.cli.commands import COMMANDS
from engine.service.accounts.signing_in import WHY
from tests.partnership import BASE, settings

PAGE = (Path(__file__).parents[2] / "docs" / "accounts.md").read_text(encoding="utf-8")


def test_the_page_on_accounts_names_every_reason_why_somebody_is_not_let_in() -> None:
    _, _, table = PAGE.partition("| why | what it was |")
    named = re.findall(r"^\| `([a-z ]+)` \|", table, re.MULTILINE)

    assert named == list(WHY)


def test_the_page_on_accounts_names_every_command_of_theirs_and_no_other() -> None:
    named = set(re.findall(r"casetrail ((?:account|token) [a-z]+)", PAGE))

    assert named == {name for name in COMMANDS if re.match(r"(account|token) ", name)}


def test_the_service_account_of_the_page_can_be_read(tmp_path: Path) -> None:
    block = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert block is not None
    read = settings(tmp_path, BASE.replace("[[absence]]", f"{block[1]}\n[[absence]]"))

    assert read.directory.is_service("referral_form")
    assert read.directory.has_part("referral_form", "2026-12-01")
