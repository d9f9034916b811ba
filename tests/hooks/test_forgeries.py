from __future__ import annotations

import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from engine.hooks import answer, flooding
from tests.hooking import REFERRAL, Doors, Sender, doors, entries, everything
from tests.worlds import World


@pytest.fixture
def form(world: World, tmp_path: Path) -> Doors:
    return doors(world, tmp_path)


def refused(found: answer.Answer) -> None:
    assert found == answer.REFUSED
    assert answer.response(found) == answer.response(answer.REFUSED)


@pytest.mark.parametrize("secrets", [("form",), ("nobody",), ("step",)])
def test_as_much_is_computed_for_an_unknown_endpoint_as_for_a_known_one(
    world: World, form: Doors, secrets: tuple[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps(REFERRAL).encode()
    headers = Sender("whsec_" + "A" * 44).signed(body, world.clock())
    done, real = [], hmac.new

    def counted(*words: Any) -> Any:
        done.append(len(words[0]))
        return real(*words)

    monkeypatch.setattr(hmac, "new", counted)
    form.receive(secrets[0], headers, body)

    assert len(done) == 4


def flipped(text: bytes) -> Iterator[bytes]:
    """A text with each of its bits turned over, one at a time."""
    for place in range(len(text) * 8):
        changed = bytearray(text)
        changed[place // 8] ^= 1 << place % 8
        yield bytes(changed)


def forgeries(headers: Any, body: bytes) -> Iterator[tuple[Any, bytes]]:
    """A call with each bit of its body, and of each header that is signed or signs, turned over."""
    for other in flipped(body):
        yield headers, other
    for number, (name, value) in enumerate(headers[1:], 1):
        for other in flipped(value.encode()):
            changed = list(headers)
            changed[number] = (name, other.decode("latin-1"))
            yield changed, body
        for other in flipped(name.encode()):
            # A name in other letters is the same name.
            if other.lower() != name.encode():
                changed = list(headers)
                changed[number] = (other.decode("latin-1"), value)
                yield changed, body


def test_a_call_with_any_bit_turned_over_is_refused_alike_and_changes_nothing(
    world: World, form: Doors
) -> None:
    ref = world.open()
    calls = (
        ("form", REFERRAL),
        ("opinion", {"case": ref, "opinion": "notify"}),
        ("step", {"case": ref, "letter": "agrees"}),
    )
    before, tried = everything(world.place), 0
    for endpoint, document in calls:
        body = json.dumps(document, separators=(",", ":")).encode()
        headers = form.signed(endpoint, body)
        for changed, other in forgeries(headers, body):
            tried += 1
            refused(form.receive(endpoint, changed, other))

    assert tried > 4000
    assert everything(world.place) == before
    form.reception.settle()
    logged = entries(world.place)
    assert sum(one["times"] for one in logged) == tried
    assert {one["why"] for one in logged} <= {"not signed", "late"}
    assert len(logged) < 40


def test_a_flood_of_forgeries_fills_no_log_and_none_is_uncounted(world: World, form: Doors) -> None:
    for _ in range(1000):
        form.receive("form", [], b"{}")
    assert len(entries(world.place)) == flooding.MOST_ENTRIES
    world.clock.instant += timedelta(minutes=1)
    form.receive("form", [], b"{}")

    logged = entries(world.place)
    assert len(logged) == flooding.MOST_ENTRIES + 2
    assert sum(one["times"] for one in logged) == 1001
