"""GOV.UK Notify, spoken to through its own client, against a fake that holds to its contract."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from engine.errors import ConfigError, DeliveryError
from notifiers import settings as reading
from notifiers.making import build
from notifiers.message import Tracker
from tests.channels import notify_notifier
from tests.mailing import MESSAGE, refused, wiring
from tests.receiving import (
    API_KEY,
    SERVICE,
    TEMPLATE,
    FakeNotify,
    Receiver,
    Said,
    authority,
    failed,
    http_server,
    said,
    token_fault,
)

UNKNOWN = "740e5834-3a29-46b4-9a6f-16142fde533a"


@pytest.fixture
def fake(tmp_path: Path) -> Iterator[FakeNotify]:
    found = FakeNotify()
    with http_server(found, authority(tmp_path).server()):
        yield found


def tracker(notifier: Any) -> Tracker:
    found: Tracker = notifier
    return found


def test_a_mail_is_asked_for_as_the_contract_says(fake: FakeNotify, tmp_path: Path) -> None:
    receipt = notify_notifier(tmp_path, fake.port).send(MESSAGE)
    [got] = fake.got
    assert (got.method, got.path) == ("POST", "/v2/notifications/email")
    assert token_fault(got.headers["Authorization"]) == ""
    assert fake.mails == [
        {
            "email_address": MESSAGE.to,
            "template_id": TEMPLATE,
            "reference": MESSAGE.id,
            "personalisation": {
                "id": MESSAGE.id,
                "reference": MESSAGE.reference,
                "what": MESSAGE.what,
                "to_role": MESSAGE.to_role,
                "by_when": MESSAGE.by_when,
                "due_on": "",
                "link": MESSAGE.link,
                "items": "",
                "urgent": "no",
                "demo": "no",
                "partnership": MESSAGE.partnership,
            },
        }
    ]
    assert receipt.channel == "notify"
    assert str(UUID(receipt.detail)) in fake.states


def test_the_fake_itself_refuses_what_the_contract_does_not_allow(
    fake: FakeNotify, tmp_path: Path
) -> None:
    elsewhere = API_KEY.replace(SERVICE, UNKNOWN)
    other_secret = API_KEY[:-36] + UNKNOWN
    for key in (elsewhere, other_secret):
        (tmp_path / "key").write_text(key)
        (tmp_path / "key").chmod(0o600)
        table = {
            "base_url": f"https://localhost:{fake.port}",
            "key_file": "key",
            "template": TEMPLATE,
            "inside": ["localhost"],
            "ca_file": "ca.pem",
        }
        error = refused(build("notify", table, wiring(tmp_path)))
        assert "(403)" in str(error)
        assert error.again
    error = refused(notify_notifier(tmp_path, fake.port, template=UNKNOWN))
    assert "(400)" in str(error)
    assert fake.mails == []


def test_a_reference_of_the_partnerships_own_goes_before_the_id(
    fake: FakeNotify, tmp_path: Path
) -> None:
    notify_notifier(tmp_path, fake.port, reference="ourtown-").send(MESSAGE)
    assert fake.mails[0]["reference"] == f"ourtown-{MESSAGE.id}"


def test_what_is_urgent_is_yes_in_a_template(fake: FakeNotify, tmp_path: Path) -> None:
    notify_notifier(tmp_path, fake.port).send(replace(MESSAGE, urgent=True, demo=True))
    fields = fake.mails[0]["personalisation"]
    assert (fields["urgent"], fields["demo"]) == ("yes", "yes")


@pytest.mark.parametrize(
    ("status", "error", "again"),
    [
        (400, "BadRequestError", False),
        (400, "ValidationError", False),
        (403, "AuthError", True),
        (404, "NoResultFound", False),
        (429, "RateLimitError", True),
        (429, "TooManyRequestsError", True),
        (500, "Exception", True),
        (502, "Exception", True),
        (503, "Exception", True),
    ],
)
def test_each_documented_refusal_is_told_from_the_others(
    status: int, error: str, again: bool, tmp_path: Path
) -> None:
    words = f"{error} {MESSAGE.to} Robin Sample"
    receiver = Receiver(lambda _: failed(status, error, words))
    with http_server(receiver, authority(tmp_path).server()) as port:
        found = refused(notify_notifier(tmp_path, port))
    assert found.again is again
    assert f"({status})" in str(found)
    assert "Robin" not in f"{found} {found.__context__}"


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'"x"', b'{"id": 7}', b'{"id": "../x"}'])
def test_what_was_taken_stays_taken_though_its_id_cannot_be_read(
    body: bytes, tmp_path: Path
) -> None:
    with http_server(Receiver(lambda _: Said(201, body)), authority(tmp_path).server()) as port:
        assert notify_notifier(tmp_path, port).send(MESSAGE).detail == "taken"


@pytest.mark.parametrize(
    ("state", "told"),
    [
        ("created", "sending"),
        ("sending", "sending"),
        ("delivered", "delivered"),
        ("permanent-failure", "permanent-failure"),
        ("temporary-failure", "temporary-failure"),
        ("technical-failure", "technical-failure"),
    ],
)
def test_what_became_of_a_mail_is_asked_by_its_receipt(
    state: str, told: str, fake: FakeNotify, tmp_path: Path
) -> None:
    notifier = notify_notifier(tmp_path, fake.port)
    receipt = notifier.send(MESSAGE)
    fake.states[receipt.detail] = state
    assert tracker(notifier).delivery(receipt.detail) == told
    assert (fake.got[-1].method, fake.got[-1].path) == (
        "GET",
        f"/v2/notifications/{receipt.detail}",
    )


def test_a_state_that_is_not_documented_is_not_guessed(fake: FakeNotify, tmp_path: Path) -> None:
    notifier = notify_notifier(tmp_path, fake.port)
    receipt = notifier.send(MESSAGE)
    fake.states[receipt.detail] = "Robin Sample"
    with pytest.raises(DeliveryError) as failure:
        tracker(notifier).delivery(receipt.detail)
    assert failure.value.again
    assert "Robin" not in str(failure.value)


def test_a_mail_that_notify_does_not_know_has_no_state(fake: FakeNotify, tmp_path: Path) -> None:
    with pytest.raises(DeliveryError) as failure:
        tracker(notify_notifier(tmp_path, fake.port)).delivery(UNKNOWN)
    assert not failure.value.again


@pytest.mark.parametrize("receipt", ["taken", "", "../../v2/templates", f"{UNKNOWN}/../x", "é"])
def test_a_receipt_that_is_no_id_is_not_asked_for(
    receipt: str, fake: FakeNotify, tmp_path: Path
) -> None:
    with pytest.raises(DeliveryError) as failure:
        tracker(notify_notifier(tmp_path, fake.port)).delivery(receipt)
    assert not failure.value.again
    assert fake.got == []


def test_a_state_that_is_too_long_to_read_is_not_read_to_its_end(tmp_path: Path) -> None:
    long = said(200, {"x": "x" * 200_000, "status": "delivered"})
    with http_server(Receiver(lambda _: long), authority(tmp_path).server()) as port:
        notifier = tracker(notify_notifier(tmp_path, port))
        with pytest.raises(DeliveryError, match="did not say"):
            notifier.delivery(UNKNOWN)


def test_a_mail_needs_a_plain_address(fake: FakeNotify, tmp_path: Path) -> None:
    for to in ("https://hooks.example/", "nobody", "a@b@c.example"):
        assert not refused(notify_notifier(tmp_path, fake.port), replace(MESSAGE, to=to)).again
    assert fake.got == []


NOTIFY = {"key_env": "KEY", "template": TEMPLATE}


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({"template": TEMPLATE}, "'key_file' is missing"),
        ({"key_env": "KEY"}, "'template' is missing"),
        ({**NOTIFY, "template": "reminder"}, "the id of a template"),
        ({**NOTIFY, "key_env": "NOT_SET"}, "NOT_SET is to hold the key"),
        ({**NOTIFY, "key_env": "SHORT"}, "SHORT is to hold the key"),
        ({**NOTIFY, "key": API_KEY}, "there is no key 'key'"),
        ({**NOTIFY, "base_url": "https://notify.example/v2"}, "a host alone"),
        ({**NOTIFY, "base_url": "notify.example"}, "'base_url' is to be a web address"),
        ({**NOTIFY, "timeout": "15"}, "whole number"),
    ],
)
def test_a_wrong_setting_of_notify_is_named(
    table: Mapping[str, object], says: str, tmp_path: Path
) -> None:
    environment = {"KEY": API_KEY, "SHORT": "secretword-" + UNKNOWN}
    with pytest.raises(ConfigError) as failure:
        build("notify", table, wiring(tmp_path, environment=environment))
    assert says in str(failure.value)
    assert str(failure.value).startswith("config.toml, [notify.notify]: ")
    assert "secretword" not in str(failure.value)
    assert API_KEY not in str(failure.value)


@pytest.mark.parametrize("name", ["notify", "chat"])
def test_a_package_that_is_not_there_is_named_with_what_installs_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "find_spec", lambda _: None)
    with pytest.raises(ConfigError, match=r"is not installed; install casetrail\[notify\]\.$"):
        build(name, {}, wiring(tmp_path))
