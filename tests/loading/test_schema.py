"""What an editor is told of the language is what the loader reads, neither more nor less."""

from __future__ import annotations

import json
import tomllib
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from jsonschema.exceptions import ValidationError

from engine.definition import Workflow
from engine.loading import available, find, load
from engine.loading.files.lines import Lines
from engine.loading.findings import Findings, Place
from engine.loading.kinds import Reading, Shape, read_shape
from engine.loading.language import PAGE, SAME, key_of, keys_of, page, tables
from engine.loading.overlay.overlay_shapes import ALSO_HEAD
from engine.loading.schema import definition_schema, overlay_schema, pack_schema, shapes
from engine.loading.shapes import HEAD, PACK_FILE, SECTIONS
from tests.offices import Office
from tests.shared import loaded

NAME = "child_safeguarding_practice_review"
WORKFLOW = loaded(find(NAME))
SHAPES = shapes([HEAD, *SECTIONS.values(), PACK_FILE])
NAMES = ("unit", "authority", "aware_on", "route", "referred", "notify", "any state")
WORDS = ("text", "date", "yes or no", "must", "local", "read", "child", "England and Wales", "x y")
UNREAD_BY_SHAPES = {"only_if", "undecided_if", "sets", "only", "headings"}
"""Their values are judged when the questions are known, and not by the shapes."""


def plain(value: Any) -> Any:
    """A TOML value as a JSON one."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | bool | float) else value.isoformat()


def faults(shape: Shape, table: dict[str, Any]) -> list[str]:
    """What the loader finds wrong with a table, where every name is known that may be."""
    findings = Findings()
    known: defaultdict[str, tuple[str, ...]] = defaultdict(lambda: NAMES)
    read_shape(shape, table, Place("sample.toml", Lines()), Reading(findings, known))
    try:
        findings.raise_any()
    except Exception as error:
        return str(error).split("\n")
    return []


WHOLE = {**pack_schema()["$defs"], **definition_schema()["$defs"]}
VALIDATORS = {
    name: Draft7Validator({"$ref": f"#/$defs/{name}", "$defs": WHOLE})
    for name in SHAPES
    if name != HEAD.id
}


def test_both_schemas_are_schemas() -> None:
    for made in (definition_schema(), definition_schema(WORKFLOW), pack_schema(WORKFLOW)):
        Draft7Validator.check_schema(made)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=lambda shape: shape.id)
def test_a_schema_has_the_keys_that_the_loader_reads_and_needs_those_it_needs(shape) -> None:
    if shape is HEAD:
        keys = set(definition_schema()["properties"]) - set(SECTIONS)
        assert keys == set(shape.keys)
        return
    made = WHOLE[shape.id]

    assert set(made["properties"]) == set(shape.keys)
    assert set(made.get("required", ())) == set(shape.needed)
    assert made["additionalProperties"] is False


@pytest.mark.parametrize("table", tables())
def test_every_key_is_explained_once_with_an_example_that_is_read(table) -> None:
    shape = SHAPES[table]

    assert [key.name for key in keys_of(table) if key.name not in shape.keys] == []
    for key in shape.keys:
        example = tomllib.loads(key_of(table, key).example)
        said = faults(shape, {**example})
        wrong = [
            one for one in said if '" is missing from ' not in one and "There is no" not in one
        ]
        assert wrong == [], (table, key)
    assert set(SHAPES) == set(tables())
    if table not in SAME:
        assert {key.name for key in keys_of(table)} == set(shape.keys)


def test_the_page_on_every_key_is_the_one_that_is_made() -> None:
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m engine.loading.language"


def documents() -> list[tuple[Path, dict[str, Any]]]:
    folders = [find(process.name) for process in available()]
    files = [f for folder in folders for f in (*folder.glob("*.toml"), *folder.glob("children/*"))]
    return [(file, plain(tomllib.loads(file.read_text(encoding="utf-8")))) for file in files]


@pytest.mark.parametrize(
    ("file", "document"), documents(), ids=lambda one: getattr(one, "name", "")
)
def test_an_editor_finds_no_fault_with_what_ships(file, document) -> None:
    folder = file.parent if file.parent.name != "children" else file.parent.parent
    for made in (definition_schema(), definition_schema(load(folder))):
        assert [error.message for error in Draft7Validator(made).iter_errors(document)] == []


def test_an_editor_finds_no_fault_with_the_packs_that_ship() -> None:
    made = pack_schema(WORKFLOW)
    for file in (find(NAME) / "packs").glob("*.toml"):
        document = plain(tomllib.loads(file.read_text(encoding="utf-8")))
        assert [error.message for error in Draft7Validator(made).iter_errors(document)] == []


def test_an_editor_finds_no_fault_with_the_example_of_an_overlay() -> None:
    folder = find(NAME) / "examples" / "one_partnership"
    made = overlay_schema(load(folder))
    Draft7Validator.check_schema(made)
    for file in folder.glob("*.toml"):
        document = plain(tomllib.loads(file.read_text(encoding="utf-8")))
        assert [error.message for error in Draft7Validator(made).iter_errors(document)] == []
    wrong = {"transition": {"decide_to_notify": {"also": {"who": ["executive"]}}}}
    assert list(Draft7Validator(made).iter_errors(wrong)) != []
    assert set(made["properties"]["also"]["properties"]) == set(ALSO_HEAD.keys)


def test_an_editor_shows_an_example_of_everything_that_may_be_added_to_a_base() -> None:
    made = overlay_schema()
    within = [made["properties"], *(table["properties"] for table in made["$defs"].values())]
    adding = [keys["also"] for keys in within if "also" in keys]
    examples = [
        Draft7Validator({**key, "$defs": made["$defs"]}).iter_errors(one)
        for table in adding
        for key in table["properties"].values()
        for one in key["examples"]
    ]
    assert len(examples) > 20
    assert [fault.message for faults in examples for fault in faults] == []


def test_a_misspelt_name_is_seen_as_it_is_typed() -> None:
    step = {"from": "refered", "who": "local_authority"}
    found = list(Draft7Validator(definition_schema(WORKFLOW)).iter_errors(_with(step)))

    assert [list(error.path) for error in found] == [["transition", "go", "from"]]
    right = {**step, "from": "referred", "only_if": {"outcome": "died"}}
    assert list(Draft7Validator(definition_schema(WORKFLOW)).iter_errors(_with(right))) == []
    wrong = {**right, "only_if": {"outcom": "died"}}
    assert list(Draft7Validator(definition_schema(WORKFLOW)).iter_errors(_with(wrong))) != []


def _with(step: dict[str, Any]) -> dict[str, Any]:
    return {"transition": {"go": step}}


VALUES = st.recursive(
    st.sampled_from([*NAMES, *WORDS]) | st.booleans() | st.integers(-2, 9) | st.just(""),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["of", "by", "at", "tell", "kind"]), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def tables_of(draw: st.DrawFn) -> tuple[Shape, dict[str, Any]]:
    shape = draw(st.sampled_from([one for one in SHAPES.values() if one is not HEAD]))
    keys = [key for key in shape.keys if key not in UNREAD_BY_SHAPES]
    chosen = draw(st.lists(st.sampled_from([*keys, "unknown_key"]), max_size=4, unique=True))
    table = {key: draw(_value(shape, key)) for key in chosen}
    for key in shape.needed:
        if draw(st.integers(0, 5)):
            table.setdefault(key, key_of(shape.id, key).value)
    return shape, table


def _value(shape: Shape, key: str) -> st.SearchStrategy[Any]:
    if key not in shape.keys:
        return VALUES
    return st.just(key_of(shape.id, key).value) | VALUES


@settings(max_examples=800, deadline=None)
@given(tables_of())
def test_the_schema_and_the_loader_agree_on_every_table(made) -> None:
    shape, table = made
    said = [one for one in faults(shape, _dated(shape, table)) if "There is no " not in one]
    errors: list[ValidationError] = list(VALIDATORS[shape.id].iter_errors(table))

    assert bool(said) == bool(errors), (said, [error.message for error in errors])


def _dated(shape: Shape, table: dict[str, Any]) -> dict[str, Any]:
    """With days as TOML has them, without quotes; nested ones are those of the examples."""
    return {
        key: tomllib.loads(key_of(shape.id, key).example)[key]
        if key in shape.keys and value == key_of(shape.id, key).value
        else value
        for key, value in table.items()
    }


@pytest.fixture
def begun(office: Office, tmp_path: Path) -> tuple[Office, Path]:
    folder = tmp_path / "local_review"
    office.ok("workflow", "new", str(folder), "--title", 'The "local" review')
    return office, folder


def test_a_process_that_was_begun_is_sound_and_is_called_as_it_was_said(begun) -> None:
    office, folder = begun
    made: Workflow = load(folder)

    assert (made.name, made.title) == ("local_review", 'The "local" review')
    assert "no mistake" in office.ok("workflow", "check", str(folder))
    told = json.loads((folder / "definition.schema.json").read_text(encoding="utf-8"))
    assert told == definition_schema()
    first = (folder / "process.toml").read_text(encoding="utf-8").splitlines()[0]
    assert first == "#:schema definition.schema.json"


def test_nothing_is_begun_where_something_is_or_under_a_name_that_is_none(begun, tmp_path) -> None:
    office, folder = begun
    before = {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}

    assert "is there already" in office.refused(2, "workflow", "new", str(folder))
    assert before == {file: file.read_bytes() for file in folder.rglob("*") if file.is_file()}
    said = office.refused(2, "workflow", "new", str(tmp_path / "Local Review"))
    assert "Name the folder so: local_review." in " ".join(said.split())
    said = office.refused(2, "workflow", "new", str(tmp_path / "2026"))
    assert "Name the folder so: local_learning_review." in " ".join(said.split())
    assert not (tmp_path / "Local Review").exists()


def test_the_schema_of_a_process_is_written_where_it_is_wanted(office: Office, tmp_path) -> None:
    file = tmp_path / "schema.json"
    office.ok("workflow", "schema", NAME, "--out", str(file))

    assert json.loads(file.read_text(encoding="utf-8")) == definition_schema(WORKFLOW)
    assert json.loads(office.ok("workflow", "schema", "--for", "pack")) == pack_schema()
    assert "cannot be written" in office.refused(2, "workflow", "schema", "--out", str(tmp_path))
