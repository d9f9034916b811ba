from __future__ import annotations

import base64
import hmac
import json
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from standardwebhooks import Webhook

from engine import signing
from engine.errors import ConfigError, RefusedError
from engine.signing import Signed, is_id, secrets_in, sign, verify

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
KEY, OLD, OTHER = bytes(range(32)), bytes(range(32, 56)), bytes(range(64))
BODY = b'{"reference": "CSPR-2026-0007"}'
REFUSAL = "The call is not signed as it must be; nothing was done."

SECRETS = st.binary(min_size=24, max_size=64)
IDS = st.text("ABCxyz0189._-", min_size=1, max_size=64)
BODIES = st.text(st.characters(exclude_categories=("Cs",)), max_size=200)


def written(secret: bytes) -> str:
    return "whsec_" + base64.b64encode(secret).decode()


def holds(
    headers: dict[str, str] | Sequence[tuple[str, str]],
    body: bytes = BODY,
    secrets: Sequence[bytes] = (KEY,),
    now: datetime = NOW,
) -> bool:
    pairs = list(headers.items()) if isinstance(headers, dict) else headers
    refusals = []
    try:
        verify(secrets, pairs, body, now)
    except RefusedError as refused:
        refusals.append((str(refused), refused.__cause__, refused.__context__))
    assert refusals in ([], [(REFUSAL, None, None)])
    return not refusals


def flips(data: bytes) -> Iterator[bytes]:
    """Every way to change one bit of it."""
    for bit in range(8 * len(data)):
        changed = bytearray(data)
        changed[bit // 8] ^= 1 << bit % 8
        yield bytes(changed)


@given(secret=SECRETS, call=IDS, body=BODIES, at=st.integers(0, 9_999_999_999))
def test_a_signature_is_the_one_of_the_standards_own_library(
    secret: bytes, call: str, body: str, at: int
) -> None:
    moment = datetime.fromtimestamp(at, UTC)
    theirs = Webhook(written(secret)).sign(call, moment, body)
    assert sign([secret], call, moment, body.encode()) == {
        "webhook-id": call,
        "webhook-timestamp": str(at),
        "webhook-signature": theirs,
    }


@given(secret=SECRETS, call=IDS, body=BODIES)
def test_the_library_takes_what_we_sign_and_we_what_it_signs(
    secret: bytes, call: str, body: str
) -> None:
    now = datetime.fromtimestamp(int(time.time()), UTC)
    theirs = Webhook(written(secret))
    ours = sign([OLD, secret], call, now, body.encode())
    theirs.verify(body, ours, json_parse=False)
    foreign = {**ours, "webhook-signature": theirs.sign(call, now, body)}
    assert verify([secret], foreign.items(), body.encode(), now) == Signed(
        call, int(now.timestamp())
    )


def test_the_example_of_the_specification_is_signed_as_it_says() -> None:
    secret = secrets_in("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    headers = sign(
        secret,
        "msg_p5jXN8AQM9LWM0D4loKWxJek",
        datetime.fromtimestamp(1614265330, UTC),
        b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_every_change_of_one_bit_is_refused() -> None:
    headers = sign([KEY], "5f2c9a7e.remind-1", NOW, BODY)
    assert holds(headers)
    tried = 0
    for name, value in headers.items():
        for changed in flips(value.encode()):
            tried += 1
            assert not holds({**headers, name: changed.decode("latin-1")}), (name, changed)
    for changed in flips(BODY):
        tried += 1
        assert not holds(headers, changed)
    assert tried == 8 * (sum(map(len, headers.values())) + len(BODY))


@settings(max_examples=30)
@given(secret=SECRETS, call=IDS, body=st.binary(max_size=60), data=st.data())
def test_a_change_of_one_bit_of_any_call_is_refused(
    secret: bytes, call: str, body: bytes, data: st.DataObject
) -> None:
    headers = sign([secret], call, NOW, body)
    assert holds(headers, body, [secret])
    name = data.draw(st.sampled_from(sorted(headers)))
    for changed in flips(headers[name].encode()):
        assert not holds({**headers, name: changed.decode("latin-1")}, body, [secret])
    assert not any(holds(headers, changed, [secret]) for changed in flips(body))


def test_what_is_added_to_a_body_or_taken_from_it_is_refused() -> None:
    headers = sign([KEY], "1", NOW, BODY)
    assert not any(holds(headers, body) for body in (BODY + b"\n", BODY[:-1], b"", b" " + BODY))


@pytest.mark.parametrize(("seconds", "held"), [(0, True), (300, True), (301, False)])
@pytest.mark.parametrize("side", [-1, 1])
def test_a_call_holds_for_five_minutes_each_way(seconds: int, held: bool, side: int) -> None:
    headers = sign([KEY], "1", NOW, BODY)
    assert holds(headers, now=NOW + side * timedelta(seconds=seconds)) is held


def test_old_and_new_secret_both_hold_while_they_are_changed() -> None:
    both = sign([KEY, OLD], "1", NOW, BODY)
    assert holds(both, secrets=[KEY])
    assert holds(both, secrets=[OLD])
    assert holds(sign([OLD], "1", NOW, BODY), secrets=[KEY, OLD])
    assert not holds(both, secrets=[OTHER])
    assert not holds(both, secrets=[])


def test_signatures_of_other_versions_are_passed_over() -> None:
    headers = sign([KEY], "1", NOW, BODY)
    good = headers["webhook-signature"]
    other = f"v1a,{'A' * 88}"
    assert holds({**headers, "webhook-signature": f"{other} {good}"})
    assert holds({**headers, "webhook-signature": f"{good} {other}"})
    assert not holds({**headers, "webhook-signature": other})
    assert not holds({**headers, "webhook-signature": good.replace("v1,", "v2,")})


@pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
def test_a_header_that_is_not_there_or_twice_there_is_refused(name: str) -> None:
    headers = sign([KEY], "1", NOW, BODY)
    assert not holds({key: value for key, value in headers.items() if key != name})
    assert not holds([*headers.items(), (name.upper(), headers[name])])
    assert not holds({**headers, name: ""})


def test_the_names_of_headers_are_known_in_any_case_and_others_do_not_matter() -> None:
    headers = sign([KEY], "1", NOW, BODY)
    shouted = [(name.upper(), value) for name, value in headers.items()]
    assert holds([("Host", "a.example"), ("host", "b.example"), *shouted])


GOOD = sign([KEY], "1", NOW, BODY)["webhook-signature"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("webhook-id", "x" * 65),
        ("webhook-id", "a b"),
        ("webhook-id", "é"),
        ("webhook-id", "a\n"),
        ("webhook-timestamp", "+1795338000"),
        ("webhook-timestamp", "-1"),
        ("webhook-timestamp", "1795338000.0"),
        ("webhook-timestamp", " 1795338000"),
        ("webhook-timestamp", "١٧٩٥٣٣٨٠٠٠"),
        ("webhook-timestamp", "1e9"),
        ("webhook-timestamp", "nan"),
        ("webhook-timestamp", "9" * 13),
        ("webhook-timestamp", "01795338000"),
        ("webhook-signature", GOOD.removeprefix("v1,")),
        ("webhook-signature", GOOD.removesuffix("=")),
        ("webhook-signature", GOOD + "="),
        ("webhook-signature", GOOD + " "),
        ("webhook-signature", " " + GOOD),
        ("webhook-signature", f"{GOOD}  {GOOD}"),
        ("webhook-signature", f"{GOOD},{GOOD}"),
        ("webhook-signature", f"{GOOD}\n"),
        ("webhook-signature", "v1,"),
        ("webhook-signature", " ".join([GOOD] * 9)),
        ("webhook-signature", f"v1,{'A' * 129} {GOOD}"),
    ],
)
def test_a_header_that_is_not_spelt_as_it_must_be_is_refused(name: str, value: str) -> None:
    assert not holds({**sign([KEY], "1", NOW, BODY), name: value})


def test_as_many_signatures_as_may_be_are_looked_through() -> None:
    headers = sign([KEY], "1", NOW, BODY)
    wrong = sign([OTHER], "1", NOW, BODY)["webhook-signature"]
    assert holds({**headers, "webhook-signature": " ".join([*[wrong] * 7, GOOD])})


def test_every_signature_is_compared_with_every_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[tuple[str, str]] = []

    def compare(ours: str, theirs: str) -> bool:
        compared.append((ours, theirs))
        return hmac.compare_digest(ours, theirs)

    class Watched:
        new = staticmethod(hmac.new)
        compare_digest = staticmethod(compare)

    monkeypatch.setattr(signing, "hmac", Watched)
    headers = sign([KEY, OLD, OTHER], "1", NOW, BODY)
    assert holds(headers, secrets=[KEY, OLD])
    assert len(compared) == 6


@pytest.mark.parametrize("number", [0, 9])
def test_a_call_is_not_signed_by_no_secret_or_too_many(number: int) -> None:
    with pytest.raises(ValueError, match="secrets"):
        sign([KEY] * number, "1", NOW, BODY)


@pytest.mark.parametrize("call", ["", "x" * 65, "a b", "a.b\n", "ü"])
def test_a_call_is_not_signed_with_an_id_that_nobody_would_take(call: str) -> None:
    assert not is_id(call)
    with pytest.raises(ValueError, match="id"):
        sign([KEY], call, NOW, BODY)


def test_secrets_are_read_one_to_a_line_with_or_without_padding() -> None:
    text = f"{written(KEY)}\n{written(OLD).rstrip('=')}\r\n"
    assert secrets_in(text) == (KEY, OLD)


@pytest.mark.parametrize(
    "text",
    [
        "",
        base64.b64encode(KEY).decode(),
        written(KEY[:23]),
        written(bytes(65)),
        "whsec_",
        "whsec_==not?base64!",
        f"{written(KEY)[:-6]}*****=",
        "whsec_é" + "A" * 40,
        "whsec_!!!!" + base64.b64encode(KEY).decode(),
        "whsec_" + base64.urlsafe_b64encode(b"\xff" * 32).decode(),
        "\n".join([written(KEY)] * 9),
    ],
)
def test_a_text_that_holds_no_good_secret_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(ConfigError) as failure:
        secrets_in(text)
    assert not any(word[6:20] in str(failure.value) for word in text.split() if word[6:20])
    assert failure.value.__cause__ is None


def test_a_signed_body_may_be_any_bytes() -> None:
    body = json.dumps({"what": "পরি"}, ensure_ascii=False).encode("utf-16")
    assert holds(sign([KEY], "1", NOW, body), body)
