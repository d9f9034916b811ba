"""Schemathesis at the whole door: requests of every shape that the description allows, and not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks

from engine.web.openapi import description
from tests.worlds import World

LOOKED_AT = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "negative_data_rejection",
    "unsupported_method",
    "ignored_auth",
)
"""The checks that hold of every answer. What the description allows may still be refused: that a
value of an answer is none of its question's is for the definition to say.
"""
MISTAKEN = ("400", "401", "403", "404", "413", "415", "429", "431")
"""What may be said of a request that the description does not allow."""
BARE = (
    *("GET /v1/health", "GET /v1/openapi.json"),
    *("GET /v1/sign-in", "GET /v1/sign-in/openid/done"),
)
Known = Mapping[str, Sequence[str]]
"""Of some path fields the values that there are: with others nothing is ever found."""


def known_in(world: World) -> Known:
    """What there is at the sample partnership, with cases at several places."""
    return {
        "ref": [world.open(), world.notified(), world.publishing(), world.notified()],
        "transition": ["start_deciding", "record_letter", "submit_review", "send_copies"],
        "timescale": ["notification", "review", "progress"],
        "workflow": ["incident"],
        "person": ["p1"],
        "task": ["t1"],
        "document": ["form"],
    }


def operations(url: str) -> list[Any]:
    """Every operation of the description, to be tried at a server."""
    load_all_checks()
    schema = schemathesis.openapi.from_dict(description())
    schema.config.update(base_url=url)
    schema.config.checks.negative_data_rejection.expected_statuses = list(MISTAKEN)
    return [found.ok() for found in schema.get_all_operations()]


def explore(operation: Any, token: str, known: Known, examples: int, start: int = 1) -> int:
    """Try an operation with so many requests of each mode; yields how many were sent.

    Raises what is wrong with an answer.
    """
    checks = [CHECKS.get_one(name) for name in LOOKED_AT]
    headers = {"Authorization": f"Bearer {token}"}
    sent = 0
    with requests.Session() as session:

        def attempt(case: Any, deep: bool, pick: int) -> None:
            nonlocal sent
            sent += 1
            if deep and case.meta.generation.mode is GenerationMode.POSITIVE:
                for name in set(case.path_parameters or {}) & set(known):
                    case.path_parameters[name] = known[name][pick % len(known[name])]
            case.call_and_validate(session=session, headers=headers, checks=checks)

        for mode in GenerationMode:
            if mode is GenerationMode.NEGATIVE and operation.label in BARE:
                # It asks for nothing that could be mistaken.
                continue
            strategy = operation.as_strategy(generation_mode=mode)
            _run(given(strategy, st.booleans(), st.integers(0, 99))(attempt), examples, start)
    return sent


def _run(test: Any, examples: int, start: int) -> None:
    how = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    how(seed(start)(test))()
