"""An endpoint goes by config.toml as it is now: who has left is out at the next call."""

from __future__ import annotations

import json
from copy import copy
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest

from engine.config import Settings
from engine.errors import ConfigError
from engine.hooks.answer import REFUSED
from engine.hooks.inbox import rounds
from engine.hooks.receiving import Reception
from engine.service.workplace import Workplace
from tests.dropping import box_in, drop
from tests.entering import without
from tests.hooking import FORM, OPINION, REFERRAL, doors, entries, everything
from tests.hooks.test_asgi import BODY, serving
from tests.worlds import World


class Renewing:
    """What the partnership is, as a test changes it."""

    def __init__(self, world: World, folder: Path) -> None:
        self.form = doors(world, folder)
        self.now = (world.place, self.form.settings)
        self.form.reception = Reception(*self.now, lambda: self.now)

    def renew(self, world: World, **changed: object) -> None:
        """Another directory or other hooks are read."""
        place = copy(world.place)
        self.now = (place, replace(self.now[1], **changed))  # type: ignore[arg-type]


@pytest.fixture
def renewing(world: World, tmp_path: Path) -> Renewing:
    return Renewing(world, tmp_path)


def test_a_call_on_behalf_of_somebody_who_has_left_does_nothing_from_then_on(
    world: World, renewing: Renewing
) -> None:
    form = renewing.form
    assert form.call("form", REFERRAL, "msg_before").status == 200
    place = copy(world.place)
    without(place, "bess", until="2025-12-14")
    renewing.now = (place, replace(form.settings))
    before = everything(world.place)

    told = form.call("form", REFERRAL, "msg_after")

    assert told is REFUSED
    assert entries(world.place)[-1]["why"] == "closed"
    assert [row for row in everything(world.place) if row not in before and len(row) == 3] == []


def test_an_endpoint_that_has_gone_is_as_unknown_as_any(world: World, renewing: Renewing) -> None:
    form = renewing.form
    hooks = {id_: hook for id_, hook in form.settings.hooks.items() if id_ != "form"}
    renewing.renew(world, hooks=hooks)

    assert form.call("form", REFERRAL) is REFUSED


def test_an_endpoint_that_was_added_is_called_without_a_new_start(
    world: World, tmp_path: Path
) -> None:
    renewing = Renewing(world, tmp_path)
    form, every = renewing.form, renewing.form.settings
    others = {name: hook for name, hook in every.hooks.items() if name != "form"}
    renewing.now = (world.place, replace(every, hooks=others))
    assert form.call("form", REFERRAL) is REFUSED
    renewing.now = (world.place, every)

    assert form.call("form", REFERRAL).status == 200


def test_what_fits_no_process_any_more_is_not_done(
    world: World, renewing: Renewing, capfd: pytest.CaptureFixture[str]
) -> None:
    form = renewing.form
    hook = form.settings.hooks["form"]
    renewing.renew(world, hooks={"form": replace(hook, process="another")})
    before = everything(world.place)

    with serving(form) as address:
        headers = dict(form.signed("form", BODY))
        told = httpx2.post(f"{address}/hooks/form", content=BODY, headers=headers)
    assert told.status_code >= 400
    assert "hooks do not fit" in capfd.readouterr().err
    assert [row for row in everything(world.place) if row not in before and len(row) == 3] == []


def test_while_config_toml_cannot_be_used_nothing_is_done(world: World, renewing: Renewing) -> None:
    def broken() -> tuple[Workplace, Settings]:
        raise ConfigError("config.toml has gone.")

    form = renewing.form
    form.reception, before = Reception(*renewing.now, broken), everything(world.place)
    with serving(form) as address:
        headers = dict(form.signed("form", BODY))
        told = httpx2.post(f"{address}/hooks/form", content=BODY, headers=headers)

    assert told.status_code == 503
    assert everything(world.place) == before


def test_an_endpoint_whose_person_has_no_role_is_closed_and_the_others_are_open(
    world: World, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    made = doors(world, tmp_path, OPINION + FORM.replace('"bess"', '"lee"'))
    ref = world.open()

    assert made.call("form", REFERRAL) is REFUSED
    assert made.call("opinion", {"case": ref, "opinion": "notify"}).status == 200
    assert '"hook": "form"' in capfd.readouterr().err


def test_an_appointment_that_ends_at_midnight_closes_the_endpoint_then(
    world: World, renewing: Renewing
) -> None:
    without(world.place, "bess", until="2025-12-15")
    form = renewing.form
    assert form.call("form", REFERRAL).status == 200
    world.clock.go_to("2025-12-16")

    assert form.call("form", {"form": {"where": "B"}}) is REFUSED


def test_an_inbox_takes_nothing_for_a_hook_that_is_closed_and_goes_on_with_the_others(
    world: World, tmp_path: Path
) -> None:
    settings = box_in(tmp_path)
    hooks = settings.hooks
    closed = replace(settings, hooks={**hooks, "mailbox": replace(hooks["mailbox"], person="lee")})
    drop(settings, "form", "a.json", json.dumps(REFERRAL))
    file = drop(settings, "mailbox", "a.eml", "x")

    every = {one.hook: one for one in rounds(world.place, closed)}

    assert every["form"].taken == 1
    assert "`casetrail hook check` says why" in str(every["mailbox"].wrong)
    assert file.exists()
