from __future__ import annotations

import json
import tempfile
import tomllib
from contextlib import suppress
from copy import deepcopy
from datetime import date
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from engine.canonical import canonical
from engine.definition import plain, workflow_from
from engine.errors import DefinitionError
from engine.loading import load
from tests.definitions import SOUND, write

TREES = {name: tomllib.loads(text) for name, text in SOUND.items()}
NAMES = sorted(SOUND)


def inline(value):
    """A value as TOML writes it in one line."""
    if isinstance(value, dict):
        return (
            "{" + ", ".join(f"{inline(key)} = {inline(item)}" for key, item in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ", ".join(map(inline, value)) + "]"
    if isinstance(value, date):
        return value.isoformat()
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def paths(value, path=()):
    yield path
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else ())
    )
    for key, item in inner:
        yield from paths(item, (*path, key))


def tried(files):
    """Load these files; whatever they are, they give a workflow or mistakes that can be found."""
    workflow, found = None, ()
    with tempfile.TemporaryDirectory() as folder:
        try:
            workflow = load(write(Path(folder) / "sample", files))
        except DefinitionError as error:
            found = error.mistakes
    assert workflow or found
    for mistake in found:
        lines = files[mistake.file].count("\n") + 1
        assert 1 <= mistake.line <= lines
        assert mistake.problem.endswith((".", "..."))
        assert str(mistake).isprintable()
    if workflow:
        stored = json.loads(canonical(plain(workflow)))
        assert workflow_from(stored, workflow.hash) == workflow
    return workflow


_WORDS = sorted({word for text in SOUND.values() for word in text.replace('"', " ").split()})
_PIECES = st.one_of(
    st.sampled_from(_WORDS),
    st.sampled_from(
        ['"', "'", '"""', "[", "]", "[[", "{", "}", "=", ",", "\n", "#", ".", "\\", "\x00", "é"]
    ),
    st.text(max_size=4),
)
_EDITS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.floats(0, 1), st.integers(0, 30), _PIECES),
    min_size=1,
    max_size=4,
)


@given(_EDITS)
def test_files_edited_in_any_way_give_mistakes_or_a_workflow(edits):
    files = dict(SOUND)
    for name, where, length, piece in edits:
        at = int(where * len(files[name]))
        edited = files[name][:at] + piece + files[name][at + length :]
        files[name] = edited.encode("utf-8", "replace").decode()
    tried(files)


@given(st.sampled_from(NAMES), st.data())
def test_lines_left_out_doubled_or_moved_give_mistakes_or_a_workflow(name, data):
    lines = SOUND[name].split("\n")
    number = st.integers(0, len(lines) - 1)
    for _ in range(data.draw(st.integers(1, 3))):
        taken = lines[data.draw(number) % len(lines)]
        at = data.draw(number) % len(lines)
        lines[at : at + data.draw(st.integers(0, 2))] = [taken] * data.draw(st.integers(0, 1))
        lines = lines or [""]
    tried({**SOUND, name: "\n".join(lines)})


_NAMES_OF_THINGS = sorted(
    {str(path[-1]) for tree in TREES.values() for path in paths(tree) if path}
    | {"any state", "any open state", "yes", "passed", "answered", "all ended", "every 1 month"}
    | {"within 1 week of sent_on", "as soon as practicable after aware_on", "1 year after sent_on"}
)
_VALUES = st.recursive(
    st.one_of(
        st.sampled_from(_NAMES_OF_THINGS),
        st.booleans(),
        st.integers(-1, 3),
        st.integers(),
        st.floats(allow_nan=False, allow_infinity=False).filter(lambda x: "e" not in repr(x)),
        st.text(max_size=5),
        st.dates(date(2000, 1, 1)),
    ),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(_NAMES_OF_THINGS), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=400)
@given(st.sampled_from(NAMES), st.data())
def test_values_of_any_kind_anywhere_give_mistakes_or_a_workflow(name, data):
    tree = deepcopy(TREES[name])
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from([path for path in paths(tree) if path]))
        owner = tree
        for key in path[:-1]:
            owner = owner[key]
        match data.draw(st.sampled_from(["replace", "replace", "remove", "add"])):
            case "remove":
                del owner[path[-1]]
            case "add" if isinstance(owner, dict):
                owner[data.draw(st.sampled_from(_NAMES_OF_THINGS))] = data.draw(_VALUES)
            case _:
                owner[path[-1]] = data.draw(_VALUES)
    text = "".join(f"{inline(key)} = {inline(value)}\n" for key, value in tree.items())
    tried({**SOUND, name: text})


@given(st.dictionaries(st.sampled_from(_NAMES_OF_THINGS), _VALUES, max_size=4))
def test_a_definition_of_anything_gives_mistakes(tree):
    text = "".join(f"{inline(key)} = {inline(value)}\n" for key, value in tree.items())
    assert tried({"process.toml": text}) is None


@given(st.binary(max_size=60))
def test_bytes_of_any_kind_give_mistakes(content):
    with tempfile.TemporaryDirectory() as folder, suppress(DefinitionError):
        load(write(Path(folder), {**SOUND, "more.toml": content}))
