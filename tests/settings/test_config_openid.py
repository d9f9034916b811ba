from __future__ import annotations

from pathlib import Path

import pytest

from engine.config import directory_digest
from engine.vouching import OpenId
from tests.partnership import BASE, refusal, settings

OPENID = """\
[openid]
issuer             = "https://id.example/realm"
client_id          = "casetrail"
client_secret_file = "openid.secret"
server             = "https://reviews.example"
"""


def test_a_provider_is_a_table_of_config_toml(tmp_path: Path) -> None:
    said = settings(tmp_path, BASE + OPENID).openid

    assert said == OpenId(
        "https://id.example/realm",
        "casetrail",
        tmp_path / "openid.secret",
        "https://reviews.example",
    )
    assert (said.claim, said.scopes) == ("sub", ("openid",))
    mail = settings(tmp_path, BASE + OPENID + 'claim = "email"\n').openid
    assert mail is not None
    assert mail.scopes == ("openid", "email")
    assert settings(tmp_path, BASE).openid is None


def test_a_directory_without_providers_has_the_digest_it_had_before_there_were_any(
    tmp_path: Path,
) -> None:
    before = settings(tmp_path, BASE).directory
    known = BASE.replace('name = "Robin Example"\n', 'name = "Robin Example"\nopenid = "robin-7"\n')
    after = settings(tmp_path, known).directory

    assert directory_digest(before) == DIGEST
    assert directory_digest(after) != DIGEST


DIGEST = "08a5b55ab4e87f052cc5486230c3f53c4bd218ac297f36e685b64cec629105bf"
MISTAKES = {
    "an issuer in clear": (
        ("https://id.example/realm", "http://id.example/realm"),
        '45: "issuer" must be the address as the provider has it, "https://...".',
    ),
    "an issuer with a question": (
        ("https://id.example/realm", "https://id.example/?x"),
        '45: "issuer" must be the address as the provider has it, "https://...".',
    ),
    "a server with a path": (
        ("https://reviews.example", "https://reviews.example/v1"),
        '48: "server" must be the address of this server, "https://..." without a path.',
    ),
    "a server in clear": (
        ("https://reviews.example", "http://reviews.example"),
        '48: "server" must be the address of this server, "https://..." without a path.',
    ),
    "no client": (
        ('client_id          = "casetrail"\n', ""),
        '44: [openid] has no "client_id". Write client_id = "..." as the provider gave it.',
    ),
    "scopes without the one": (
        ("[openid]\n", '[openid]\nscopes = ["email"]\n'),
        '45: The scopes lack "openid". Write scopes = ["openid", ...].',
    ),
    "an emergency that is none": (
        ("[openid]\n", '[openid]\nemergency = "avery"\n'),
        '45: "emergency" is for only = true, where passwords open nothing else. Leave it out.',
    ),
    "an emergency that is nobody": (
        ("[openid]\n", '[openid]\nonly = true\nemergency = "nobody"\n'),
        '46: "emergency" is "nobody", but no [[person]] has that id. There are '
        '"avery" and "robin".',
    ),
    "two with the same": (
        ('name    = "Avery Example"\n', 'name    = "Avery Example"\nopenid = "x@y"\n'),
        "28: Another [[person]] has the same openid; give each their own.",
    ),
    "a service account": (
        ('name = "Robin Example"\nopenid = "X@Y"\n', 'name = "R"\nopenid = "x"\nservice = true\n'),
        "27: A service account comes in by a token alone. Leave openid out.",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_what_makes_no_sense_of_a_provider_is_told(tmp_path: Path, name: str) -> None:
    (old, new), said = MISTAKES[name]
    robin = 'name = "Robin Example"\n'
    whole = BASE.replace(robin, f'{robin}openid = "X@Y"\n') + OPENID
    assert whole.count(old) == 1, old

    told = refusal(tmp_path, whole.replace(old, new))
    assert f"config.toml:{said}" in told
