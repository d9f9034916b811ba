"""A token that is for certain verbs, or for the cases of certain processes, is for nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from engine.errors import DeniedError
from engine.service.workplace import By
from engine.verbs.table import run
from tests.worlds import BESS, World

SHOWING = replace(BESS, verbs=("show",))
INCIDENTS = replace(BESS, processes=("incident",))
OTHERS = replace(BESS, processes=("another",))


def denied(world: World, by: By, verb: str, **raw: Any) -> str:
    """Why it is denied; and that is in the access log, and nothing was changed."""
    with pytest.raises(DeniedError) as refused:
        run(world.place, by, verb, raw)
    with world.place.database.read() as tx:
        assert f'"verb":"{verb}"' in world.place.store.events(tx, "access")[-1]
    return refused.value.unmet[0].what


def test_a_token_for_certain_verbs_is_for_no_other(world: World) -> None:
    ref = world.open()
    before = run(world.place, SHOWING, "show", {"ref": ref})

    for verb, raw in (
        ("take", {"ref": ref, "transition": "start_deciding"}),
        ("show personal", {"ref": ref, "why": "to see"}),
        ("list", {}),
        ("tick", {}),
    ):
        assert denied(world, SHOWING, verb, **raw) == "this token is for other verbs"
    assert run(world.place, SHOWING, "show", {"ref": ref}) == before


def test_a_token_for_certain_processes_is_for_their_cases_and_the_linked_ones(world: World) -> None:
    ref = world.open()

    run(world.place, INCIDENTS, "show", {"ref": ref})
    run(world.place, INCIDENTS, "take", {"ref": ref, "transition": "start_deciding"})
    for verb in ("show", "undo", "history"):
        assert "other processes" in denied(world, OTHERS, verb, ref=ref)


def test_a_token_for_certain_processes_is_for_nothing_that_is_told_of_all(world: World) -> None:
    world.open()
    for verb, raw in (("list", {}), ("today", {}), ("find", {"text": "our"}), ("token list", {})):
        assert "other processes" in denied(world, INCIDENTS, verb, **raw)
    asked = {"workflow": "incident", "answers": {"place": "elsewhere"}}
    assert "other processes" in denied(world, OTHERS, "open", **asked)
    run(world.place, INCIDENTS, "open", asked)


@pytest.mark.parametrize("by", [SHOWING, INCIDENTS])
def test_a_token_for_certain_things_issues_no_other(world: World, by: By) -> None:
    able = replace(by, verbs=("token issue",) if by.verbs else ())
    with pytest.raises(DeniedError):
        run(world.place, able, "token issue", {"holder": "bess", "until": "2026-01-31"})
