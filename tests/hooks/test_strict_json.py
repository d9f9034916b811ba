from __future__ import annotations

import pytest

from engine.errors import UsageError
from engine.hooks.strict_json import DEEPEST, is_fraction, read

SECRET = b"Canary"
BAD = {
    "nothing": (b"", "not JSON"),
    "half": (b'{"a": ', "not JSON"),
    "two": (b"{} {}", "not JSON"),
    "a comma too many": (b'{"a": 1,}', "not JSON"),
    "single quotes": (b"{'a': 1}", "not JSON"),
    "a mark before it": (b"\xef\xbb\xbf{}", "not JSON"),
    "not UTF-8": (b'{"a": "\xff"}', "not UTF-8"),
    "UTF-16": ('{"a": 1}'.encode("utf-16"), "not UTF-8"),
    "a name twice": (b'{"Canary": 1, "Canary": 1}', "stands twice"),
    "a name twice further down": (b'{"a": [{"b": 1, "b": 2}]}', "stands twice"),
    "a name twice, once escaped": (rb'{"a": 1, "\u0061": 2}', "stands twice"),
    "no number": (b'{"a": NaN}', "none that JSON has"),
    "without end": (b'{"a": -Infinity}', "none that JSON has"),
    "too many digits": (b"[" + b"9" * 5000 + b"]", "digits"),
    "too deep": (b"[" * 21 + b"]" * 21, "levels"),
    "far too deep": (b'{"a":' * 40_000 + b"1" + b"}" * 40_000, "levels"),
    "never closed": (b"[" * 200_000, "levels"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_has_no_one_meaning_is_refused_and_not_repeated(name: str) -> None:
    body, said = BAD[name]
    with pytest.raises(UsageError, match=said) as refused:
        read(body)
    assert SECRET.decode() not in str(refused.value)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'{"a": [1, "[[[[", true, null]}', {"a": [1, "[[[[", True, None]}),
        (rb'["\"[{", "\\", "]"]', ['"[{', "\\", "]"]),
        (b"[" * DEEPEST + b"]" * DEEPEST, None),
        (b" 7 ", 7),
        (b"[-123456789012]", [-123456789012]),
    ],
)
def test_what_has_one_meaning_is_read(body: bytes, value: object) -> None:
    assert value is None or read(body) == value
    assert read(body) is not None


def test_a_number_that_is_not_whole_is_known_as_one() -> None:
    [half, text] = read(b'[0.5, "0.5"]')
    assert (is_fraction(half), is_fraction(text)) == (True, False)
