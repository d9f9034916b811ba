from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from engine.cli.main import root
from engine.service.accounts.openid.provider import Provider
from engine.verbs import table
from engine.verbs.table import VERBS
from engine.vouching import OpenId
from engine.web.openapi import description
from engine.web.ways import WAYS
from tests.web.exploring import Known, explore, known_in, operations
from tests.web.servers import Served, served
from tests.worlds import World

COMMITTED = Path(__file__).parents[2] / "docs" / "openapi.json"
ISSUER = "https://id.example"
METADATA = {
    "issuer": ISSUER,
    "authorization_endpoint": f"{ISSUER}/authorize",
    "token_endpoint": f"{ISSUER}/token",
    "jwks_uri": f"{ISSUER}/keys",
}
PROVIDER = Provider(
    OpenId(ISSUER, "casetrail", Path("none"), "https://reviews.example"),
    lambda: "",
    lambda method, url, headers, body: (200, json.dumps(METADATA).encode()),
)
EXAMPLES = 4
"""Of each mode; a documented command tries a thousand."""


@pytest.fixture(scope="module")
def explored(office: World) -> Iterator[tuple[Served, Known]]:
    # Each look at the clock is a minute later: from one address may fail what will.
    how: Any = {"clock": itertools.count(0, 61).__next__, "provider": lambda: PROVIDER}
    with served(office.place, **how) as made:
        yield made, known_in(office)


@pytest.mark.parametrize("name", [*VERBS, *(way.name for way in WAYS), "health", "openapi"])
def test_nothing_that_can_be_asked_has_an_answer_that_is_not_described(
    explored: tuple[Served, Known], name: str
) -> None:
    web, known = explored
    wanted = re.sub("[ -]", "_", name)
    [operation] = [
        one
        for one in operations(web.url.removesuffix("/v1"))
        if one.definition.raw["operationId"] == wanted
    ]
    assert explore(operation, "token-bess", known, EXAMPLES)


def test_after_all_that_the_trail_verifies(office: World) -> None:
    assert office.verdict().problems == []


def test_the_committed_description_is_the_one_that_the_table_yields(bess: httpx2.Client) -> None:
    committed = json.loads(COMMITTED.read_text(encoding="utf-8"))
    printed = CliRunner().invoke(root(), ["serve", "--openapi"])
    assert committed == description() == json.loads(printed.stdout)
    assert printed.stdout == COMMITTED.read_text(encoding="utf-8")
    assert bess.get("/openapi.json", headers={"Authorization": ""}).json() == committed


def test_the_description_has_every_field_of_every_verb_and_each_at_its_place() -> None:
    paths = description()["paths"]
    for verb in VERBS.values():
        told = paths[f"/v1{verb.path}"][verb.method.lower()]
        parameters = {(one["in"], one["name"]) for one in told["parameters"]}
        for one in table.fields(verb):
            if one.where != "body":
                assert (one.where, one.name) in parameters
                continue
            listed = json.dumps(told["requestBody"]["content"])
            assert f'"{one.name}"' in listed or f"^{one.name}/" in listed


def test_every_schema_in_the_description_is_one() -> None:
    found = list(schemas(description()))
    assert len(found) > 100
    for schema in found:
        Draft202012Validator.check_schema(schema)


def schemas(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        for name, one in value.items():
            if name == "schema":
                yield one
            yield from schemas(one)
    elif isinstance(value, list):
        for one in value:
            yield from schemas(one)
