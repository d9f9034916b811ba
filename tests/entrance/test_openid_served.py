"""A provider as config.toml names it: read with the settings, and nothing of its secret told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from engine.cli.main import root
from engine.errors import ConfigError
from engine.service.accounts.openid.secret import client_secret
from engine.web.identity import identify
from engine.web.partnership import Partnership
from tests import offices
from tests.offices import Office
from tests.providing import SECRET, AtProvider, Sham
from tests.receiving import Receiver, authority, http_server
from tests.web.servers import problem, served

TABLE = """
[openid]
issuer             = "{issuer}"
client_id          = "casetrail"
client_secret_file = "openid.secret"
server             = "http://127.0.0.1"
inside             = true
ca                 = "ca.pem"
"""


@pytest.fixture
def folder(office_sample: Office, tmp_path: Path) -> Office:
    """A partnership's folder of its own."""
    return offices.copied(office_sample, tmp_path / "office")


def write_secret(folder: Office, text: str, mode: int = 0o600) -> Path:
    file = folder.config.with_name("openid.secret")
    file.write_text(text)
    file.chmod(mode)
    return file


def test_people_sign_in_at_the_provider_of_config_toml_and_at_another_once_it_names_that(
    folder: Office,
) -> None:
    write_secret(folder, f"{SECRET}\n")
    tls, receiver, text = authority(folder.config.parent), Receiver(), folder.config.read_text()
    known = text.replace('id   = "lee"\n', 'id   = "lee"\nopenid = "lee-at-provider"\n')
    with http_server(receiver, tls.server("localhost")) as port:
        sham = Sham(f"https://localhost:{port}", lambda: datetime.now(UTC).timestamp())
        receiver.answer = sham.say
        folder.config.write_text(known + TABLE.format(issuer=sham.issuer))
        partnership = Partnership(folder.config)
        how: dict[str, Any] = {"identify": identify, "provider": partnership.provider}
        try:
            with served(partnership.place(), **how) as door:
                provider = partnership.provider()
                assert provider is not None
                assert partnership.provider() is provider
                at = AtProvider(door, sham, provider, receiver)
                assert at.whole().json()["person"] == "lee"
                assert at.secrets_shown() == [("casetrail", SECRET)]
                folder.config.write_text(known + TABLE.format(issuer="https://localhost:1"))
                problem(door.client().post("/sign-in/openid", json={}), 400)
                assert partnership.provider() is not provider
                folder.config.write_text(known)
                assert door.client().get("/sign-in").json()["ways"] == ["password"]
        finally:
            partnership.close()


BAD: dict[str, tuple[str, int, str]] = {
    "open to others": ("canary", 0o640, "open to others"),
    "empty": ("\n", 0o600, "not one line"),
    "two lines": ("canary\ncanary", 0o600, "not one line"),
    "endless": ("canary" * 200, 0o600, "not one line"),
    "no plain characters": ("canäry", 0o600, "not one line"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_secret_that_is_none_or_open_to_others_is_refused_and_not_repeated(
    folder: Office, name: str
) -> None:
    text, mode, said = BAD[name]
    with pytest.raises(ConfigError, match=said) as error:
        client_secret(write_secret(folder, text, mode))

    assert "canary" not in str(error.value)
    with pytest.raises(ConfigError, match="cannot be read"):
        client_secret(folder.config.with_name("none"))


def test_nothing_is_served_while_the_secret_cannot_be_read(folder: Office) -> None:
    folder.config.write_text(folder.config.read_text() + TABLE.format(issuer="https://id.example"))
    authority(folder.config.parent)
    asked = ["serve", "--port", "0", "--config", str(folder.config)]
    told = CliRunner().invoke(root(), asked)

    assert told.exit_code == 2
    assert "put there what the provider gave" in " ".join(told.stderr.split())
