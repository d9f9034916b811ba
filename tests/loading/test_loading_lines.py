from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.loading.files.lines import DEEPEST, Lines, line_index

TEXT = '''\
# [not.a.table]
title = "a # [b] = {" # "
"quoted key" = 1
'literal.key' = 2
dotted.one.two = 3

[role.unit]   # ["x"]
says = """
[role.fake]
who = 1 \\""" still
"""
raw = \'\'\'
[role.raw]\'\'\'
who = [
  "a",  # ] }
  "]",

  'b',
]
rest = { at = "1", tell = ["x", { deep = 1 }], a.b = 2 }

[[timescale.review.variant]]
since = 2022-09-01
[timescale.review.variant.time_from]
kind = "x"
[[timescale.review.variant]]
until = 10:00:00
  [ role . "two words" ]
last = """one "" two"""""
'''

EXPECTED = {
    ("title",): 2,
    ("quoted key",): 3,
    ("literal.key",): 4,
    ("dotted",): 5,
    ("dotted", "one", "two"): 5,
    ("role",): 7,
    ("role", "unit"): 7,
    ("role", "unit", "says"): 8,
    ("role", "unit", "raw"): 12,
    ("role", "unit", "who"): 14,
    ("role", "unit", "who", 0): 15,
    ("role", "unit", "who", 1): 16,
    ("role", "unit", "who", 2): 18,
    ("role", "unit", "rest"): 20,
    ("role", "unit", "rest", "tell", 1, "deep"): 20,
    ("role", "unit", "rest", "a", "b"): 20,
    ("timescale", "review", "variant"): 22,
    ("timescale", "review", "variant", 0): 22,
    ("timescale", "review", "variant", 0, "since"): 23,
    ("timescale", "review", "variant", 0, "time_from"): 24,
    ("timescale", "review", "variant", 0, "time_from", "kind"): 25,
    ("timescale", "review", "variant", 1): 26,
    ("timescale", "review", "variant", 1, "until"): 27,
    ("role", "two words"): 28,
    ("role", "two words", "last"): 29,
}


@pytest.mark.parametrize(("path", "line"), EXPECTED.items())
def test_each_place_is_found_on_its_line(path, line):
    assert line_index(TEXT)[path] == line


def test_nothing_inside_a_text_or_a_comment_is_taken_for_a_place():
    places = {
        path for path in line_index(TEXT) if "fake" in path or "raw]" in path or "not" in path
    }
    assert places == set()


def test_a_place_that_is_not_written_has_the_line_of_its_table():
    lines = Lines(TEXT)
    assert lines.of(("role", "unit", "title")) == 7
    assert lines.of(("timescale", "review", "variant", 1, "due")) == 26
    assert lines.of(("timescale", "other")) == 22
    assert lines.of(("pack",)) == 1
    assert Lines(first=3).of(("pack",)) == 3


def test_a_text_too_deep_to_walk_has_one_line_for_all():
    assert Lines("\na = " + "[" * 5000 + "]" * 5000).of(("a", 0)) == 1


def test_a_table_has_the_line_of_its_own_header_wherever_its_parts_are():
    assert line_index("[a.b]\nx = 1\n[a]\ny = 2\n")[("a",)] == 3


def test_windows_line_ends_count_once():
    assert line_index('a = 1\r\n[b]\r\nc = """\r\n"""\r\nd = 2\r\n')[("b", "d")] == 5


_KEYS = st.sampled_from(["a", "b", "c", '"d e"', "'f.g'"])
_SCALARS = st.one_of(
    st.integers(-9, 9).map(str),
    st.booleans().map(lambda value: str(value).lower()),
    st.text(st.sampled_from("ab[]{}=,.#'\n "), max_size=8).map(lambda text: '"""' + text + '"""'),
    st.text(st.sampled_from("ab[]{}=,.#' "), max_size=8).map(lambda text: f'"{text}"'),
    st.text(st.sampled_from('ab[]{}=,.#" '), max_size=8).map(lambda text: f"'{text}'"),
    st.sampled_from(["2025-06-01", "2025-06-01 10:00:00", "1.5", "1e3", "+inf", '"\\""', '"\\\\"']),
)
_VALUES = st.recursive(
    _SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda items: "[ # [\n" + ",\n".join(items) + "]")
        | st.dictionaries(_KEYS, inner.filter(lambda text: "\n" not in text), max_size=3).map(
            lambda table: "{" + ", ".join(f"{key} = {value}" for key, value in table.items()) + "}"
        )
    ),
    max_leaves=6,
)
_TABLES = st.dictionaries(_KEYS, _VALUES, max_size=3).map(
    lambda table: "\n".join(f"{key} = {value} # {{" for key, value in table.items())
)
_DOCUMENTS = st.lists(
    st.tuples(st.sampled_from(["[x.{}]", "[[y.{}]]"]), _KEYS, _TABLES), max_size=4
)


def _paths(value, path=()):
    yield path[:DEEPEST]
    inner = (
        value.items()
        if isinstance(value, dict)
        else enumerate(value if isinstance(value, list) else [])
    )
    for key, item in inner:
        yield from _paths(item, (*path, key))


@given(_DOCUMENTS)
def test_every_place_of_any_document_is_found_in_order(tables):
    text = "\n".join(f"{header.format(key)}\n{body}" for header, key, body in tables)
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    index = line_index(text)
    assert set(_paths(document)) - {()} == set(index)
    assert all(1 <= line <= text.count("\n") + 1 for line in index.values())


@given(_VALUES)
def test_what_follows_a_value_is_found_on_its_own_line(value):
    text = f"[t]\nfirst = {value}\nsecond = 1\n"
    assert tomllib.loads(text)["t"]["second"] == 1
    assert line_index(text)[("t", "second")] == text.count("\n")


@given(st.text(st.sampled_from("ab=[]{}\"'#.,\\\n \t1"), max_size=60))
def test_whatever_the_parser_accepts_is_walked_to_its_end(text):
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return
    assert set(_paths(document)) - {()} == set(line_index(text))
