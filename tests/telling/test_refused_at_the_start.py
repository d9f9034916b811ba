"""What could never send anything is refused before anything is to be sent."""

from __future__ import annotations

import pytest

from tests.offices import Office
from tests.receiving import SECRET

WEBHOOK = """
[notify.webhook]
url         = "{url}"
secret_file = "hook.secret"
inside      = ["127.0.0.1"]
"""
FILE, WEB = 'by   = "file"', 'by   = "webhook"'
LEE = 'mail = "lee@council.example"\n'
STARTS = (("worker",), ("tick",), ("serve", "--port", "0"))


def told_by_webhook(office: Office, table: str, person: str = "") -> None:
    office.file("hook.secret", SECRET)
    (office.folder / "hook.secret").chmod(0o600)
    text = office.config.read_text(encoding="utf-8").replace(FILE, WEB)
    text = text.replace(LEE, f"{LEE}{person}")
    office.config.write_text(f"{text}\n{table}", encoding="utf-8")


@pytest.mark.parametrize("start", STARTS, ids=[words[0] for words in STARTS])
def test_an_address_that_is_not_allowed_is_refused_in_one_sentence(
    office: Office, start: tuple[str, ...]
) -> None:
    told_by_webhook(office, WEBHOOK.format(url="http://127.0.0.1:8126/casetrail"))
    said = office.refused(2, *start)
    assert "config.toml, [notify.webhook]: 'url' cannot be used: 127.0.0.1 is to be spoken" in said
    assert "allow_insecure" in said


@pytest.mark.parametrize("start", STARTS, ids=[words[0] for words in STARTS])
def test_an_address_of_a_person_that_is_not_allowed_is_refused_and_not_repeated(
    office: Office, start: tuple[str, ...]
) -> None:
    table = WEBHOOK.replace('url         = "{url}"', 'allow       = ["hooks.sample.example"]')
    told_by_webhook(office, table, 'address = { webhook = "https://elsewhere.example/lee" }\n')
    said = office.refused(2, *start)
    assert 'the address of "lee" for webhook cannot be used: its host or port is not' in said
    assert "elsewhere" not in said
