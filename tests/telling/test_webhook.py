from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any

import pytest
from standardwebhooks import Webhook

from engine.errors import ConfigError
from engine.signing import Signed, secrets_in, verify
from notifiers.making import build
from notifiers.message import Receipt
from tests.channels import webhook_notifier
from tests.faulty import Caller, Fault, faulty
from tests.mailing import MESSAGE, NOW, refused, wiring
from tests.receiving import API_KEY, SECRET, TEMPLATE, Got, Receiver, Said, authority, http_server

NOTIFY = {"key_env": "KEY", "template": TEMPLATE}
NEW = "whsec_" + "VGhlIG5ldyBzZWNyZXQgb2Ygb3VyIHJlY2VpdmVyLiA="


def received(folder: Path, **table: object) -> tuple[Receipt, Got]:
    receiver = Receiver()
    with http_server(receiver, authority(folder).server()) as port:
        receipt = webhook_notifier(folder, port, **table).send(MESSAGE)
    [got] = receiver.got
    return receipt, got


def test_a_call_is_posted_to_the_one_address_and_signed(tmp_path: Path) -> None:
    receipt, got = received(tmp_path)
    assert receipt == Receipt("webhook", "HTTP 204")
    assert (got.method, got.path) == ("POST", "/hooks/casetrail?token=url-token-canary")
    assert got.headers["Content-Type"] == "application/json"
    found = verify(secrets_in(SECRET), got.headers.items(), got.body, NOW)
    assert found == Signed(MESSAGE.id, int(NOW.timestamp()))


def test_what_is_posted_is_thin(tmp_path: Path) -> None:
    _, got = received(tmp_path)
    assert json.loads(got.body) == {
        "id": "5f2c9a7e.remind-1",
        "reference": "CSPR-2026-0007",
        "what": "The report to the Panel is due soon.",
        "to_role": "Business unit of the partnership",
        "by_when": "Friday 27 November 2026",
        "due_on": "",
        "link": "https://casetrail.partnership.example/cases/CSPR-2026-0007",
        "items": "",
        "urgent": False,
        "demo": False,
        "partnership": "Ourtown Safeguarding Children Partnership",
    }
    assert MESSAGE.to.encode() not in got.body
    assert MESSAGE.to not in str(got.headers)


def test_a_receiver_checks_it_with_the_standards_own_library(tmp_path: Path) -> None:
    receiver = Receiver()
    now = datetime.now(UTC)
    with http_server(receiver, authority(tmp_path).server()) as port:
        table = {
            "url": f"https://localhost:{port}/",
            "secret_env": "SECRETS",
            "inside": ["localhost"],
            "ca_file": "ca.pem",
        }
        both = {"SECRETS": f"{SECRET}\n{NEW}"}
        wired = wiring(tmp_path, now=lambda: now, environment=both)
        build("webhook", table, wired).send(MESSAGE)
    [got] = receiver.got
    for secret in (SECRET, NEW):
        told = Webhook(secret).verify(got.body, dict(got.headers))
        assert told["reference"] == MESSAGE.reference


def test_secrets_are_read_from_a_file_of_our_own(tmp_path: Path) -> None:
    (tmp_path / "hook.secret").write_text(f"{NEW}\n{SECRET}\n")
    (tmp_path / "hook.secret").chmod(0o600)
    receiver = Receiver()
    with http_server(receiver, authority(tmp_path).server()) as port:
        table = {"url": f"https://localhost:{port}/", "secret_file": "hook.secret"}
        more = {"inside": ["localhost"], "ca_file": "ca.pem"}
        build("webhook", {**table, **more}, wiring(tmp_path)).send(MESSAGE)
    [got] = receiver.got
    assert len(got.headers["webhook-signature"].split(" ")) == 2


def open_to(folder: Path, *allow: str, **more: object) -> Any:
    table = {"allow": list(allow), "secret_env": "SECRET", "timeout": 1, **more}
    return build("webhook", table, wiring(folder, environment={"SECRET": SECRET}))


def test_without_one_address_each_recipient_is_one(tmp_path: Path) -> None:
    receiver = Receiver()
    with http_server(receiver, authority(tmp_path).server()) as port:
        notifier = open_to(tmp_path, f"localhost:{port}", inside=["localhost"], ca_file="ca.pem")
        notifier.send(replace(MESSAGE, to=f"https://localhost:{port}/a/b?c=d"))
        notifier.send(replace(MESSAGE, to=f"https://localhost:{port}"))
    assert [got.path for got in receiver.got] == ["/a/b?c=d", "/"]


def test_a_recipient_that_is_no_web_address_or_not_allowed_waits_until_it_is(
    tmp_path: Path,
) -> None:
    notifier = open_to(tmp_path, "hooks.partnership.example")
    for to in (MESSAGE.to, "https://other.example/", "http://hooks.partnership.example/"):
        assert refused(notifier, replace(MESSAGE, to=to)).again
        assert notifier.cannot_reach(to)
    assert notifier.cannot_reach("https://hooks.partnership.example/") == ""


def test_a_place_inside_is_refused_unless_it_is_one_of_our_own(tmp_path: Path) -> None:
    receiver = Receiver()
    with http_server(receiver, authority(tmp_path).server()) as port:
        error = refused(webhook_notifier(tmp_path, port, inside=[]))
    assert error.again
    assert "'inside'" in str(error)
    assert receiver.got == []


def test_it_speaks_in_clear_only_where_that_is_allowed(tmp_path: Path) -> None:
    receiver = Receiver()
    with http_server(receiver) as port:
        url = f"http://localhost:{port}/"
        with pytest.raises(ConfigError, match="TLS"):
            webhook_notifier(tmp_path, port, url=url)
        webhook_notifier(tmp_path, port, url=url, allow_insecure=["localhost"]).send(MESSAGE)
    assert len(receiver.got) == 1


@pytest.mark.parametrize(
    ("url", "more", "said"),
    [
        ("http://127.0.0.1:8126/x", {"inside": ["127.0.0.1"]}, "allow_insecure"),
        ("https://127.0.0.1:8126/x", {"allow_insecure": ["127.0.0.1"]}, "'inside'"),
        ("http://169.254.169.254/latest", {}, "TLS"),
        ("https://169.254.169.254/latest", {"inside": ["169.254.169.254"]}, "never allowed"),
        ("https://[::1]/", {}, "'inside'"),
    ],
)
def test_an_address_that_is_not_allowed_is_refused_when_settings_are_read(
    url: str, more: dict[str, object], said: str, tmp_path: Path
) -> None:
    for name, key in (("webhook", "url"), ("notify", "base_url")):
        known = {"webhook": {"secret_env": "SECRET"}, "notify": NOTIFY}[name]
        table = {key: url.replace("/x", "/").replace("/latest", "/"), **known, **more}
        found = {"SECRET": SECRET, "KEY": API_KEY}
        with pytest.raises(ConfigError) as refusal:
            build(name, table, wiring(tmp_path, environment=found))
        assert f"[notify.{name}]: '{key}' cannot be used" in str(refusal.value)
        assert said in str(refusal.value)


def test_a_number_may_be_spoken_to_where_it_is_allowed(tmp_path: Path) -> None:
    receiver = Receiver()
    with http_server(receiver, authority(tmp_path).server("127.0.0.1")) as port:
        url = f"https://127.0.0.1:{port}/"
        webhook_notifier(tmp_path, port, url=url, inside=["127.0.0.1"]).send(MESSAGE)
    assert receiver.got[0].headers["Host"] == f"127.0.0.1:{port}"


def test_an_id_that_is_too_long_to_be_signed_ends_it(tmp_path: Path) -> None:
    notifier = open_to(tmp_path, "hooks.partnership.example")
    error = refused(notifier, replace(MESSAGE, id="x" * 65, to="https://hooks.partnership.example"))
    assert not error.again
    assert "id" in str(error)


def test_what_is_said_after_a_yes_is_not_waited_for(tmp_path: Path) -> None:
    def script(caller: Caller) -> None:
        caller.hear(b"\r\n\r\n")
        caller.say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n")
        caller.hang()

    here = authority(tmp_path)
    with faulty(Fault(script), here, here) as port:
        begun = monotonic()
        assert webhook_notifier(tmp_path, port, timeout=60).send(MESSAGE).detail == "HTTP 200"
        assert monotonic() - begun < 30


def test_a_refusal_names_the_host_alone(tmp_path: Path) -> None:
    with http_server(Receiver(), authority(tmp_path).server("elsewhere.example")) as port:
        error = refused(webhook_notifier(tmp_path, port))
    assert str(error) == (
        f"localhost, port {port}, could not be reached or gave no answer that can be read "
        "(its certificate is not good); check that it runs, its address and its certificate."
    )


@pytest.mark.parametrize(
    ("status", "says"),
    [
        (302, "localhost sends messages on elsewhere (302), which is not followed"),
        (404, "localhost refused a message (404)"),
        (503, "localhost did not take a message (503); it may take it later."),
    ],
)
def test_an_answer_that_is_no_yes_is_said_with_what_to_do(
    status: int, says: str, tmp_path: Path
) -> None:
    moved = Said(status, b"", (("Location", "https://elsewhere.example/"),))
    with http_server(Receiver(lambda _: moved), authority(tmp_path).server()) as port:
        assert str(refused(webhook_notifier(tmp_path, port))).startswith(says)


HOOK = {"url": "https://hooks.partnership.example/x", "secret_env": "SECRET"}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"secret_env": "SECRET"}, "'url' is missing"),
        ({"url": HOOK["url"]}, "'secret_file' is missing"),
        ({**HOOK, "secret_file": "x"}, "keep one of them"),
        ({**HOOK, "secret_env": "NOT_SET"}, "NOT_SET: From 1 to 8 secrets are wanted"),
        ({**HOOK, "secret_env": "BAD"}, "BAD: A secret is not whsec_"),
        ({**HOOK, "secret": SECRET}, "there is no key 'secret'"),
        ({**HOOK, "url": "hooks.partnership.example"}, "'url' is to be a web address"),
        ({**HOOK, "url": "https://u:p@hooks.partnership.example/"}, "without a user name"),
        ({**HOOK, "url": "https://HOOKS.partnership.example/"}, "small plain letters"),
        ({**HOOK, "url": "https://0x7f.1/"}, "'url' is to be a web address"),
        ({**HOOK, "allow": ["other.example"]}, "not in 'allow'"),
        ({**HOOK, "allow": "hooks.partnership.example"}, "list of texts"),
        ({**HOOK, "allow": [1]}, "list of texts"),
        ({"secret_env": "SECRET", "allow": ["https://a.example"]}, "names of hosts alone"),
        ({"secret_env": "SECRET", "allow": ["*.example"]}, "names of hosts alone"),
        ({"secret_env": "SECRET", "allow": ["a.example:0"]}, "names of hosts alone"),
        ({**HOOK, "inside": ["10.0.0.0/8"]}, "'inside' is to hold names"),
        ({**HOOK, "inside": ["a.example:443"]}, "'inside' is to hold names"),
        ({**HOOK, "allow_insecure": [""]}, "'allow_insecure' is to hold names"),
        ({**HOOK, "timeout": 61}, "from 1 to 60"),
        ({**HOOK, "ca_file": "nowhere"}, "PEM"),
    ],
)
def test_a_wrong_setting_of_a_webhook_is_named(
    table: Mapping[str, object], says: str, tmp_path: Path
) -> None:
    environment = {"SECRET": SECRET, "BAD": "whsec_c2VjcmV0d29yZA"}
    with pytest.raises(ConfigError) as failure:
        build("webhook", table, wiring(tmp_path, environment=environment))
    assert says in str(failure.value)
    assert str(failure.value).startswith("config.toml, [notify.webhook]: ")
    assert "c2VjcmV0d29yZA" not in str(failure.value)
    assert SECRET[8:] not in str(failure.value)
