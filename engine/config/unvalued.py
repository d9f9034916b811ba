"""A sentence about config.toml as a log may hold it: its lines and keys, and no value."""

from __future__ import annotations

import re
from typing import Final

from engine.config.shapes import LISTS, ROOT, TABLES

LEFT_OUT: Final = "..."
"""What stands in place of whatever was quoted."""

_QUOTED = re.compile(r"(?<!\w)(?P<mark>[\"'])(?P<held>.*?)(?P=mark)(?!\w)")
_NOTIFYING: Final = (
    *("allow", "allow_insecure", "base_url", "ca_file", "folder", "from", "host", "inside"),
    *("key_env", "key_file", "login_env", "login_file", "port", "program", "reference"),
    *("secret_env", "secret_file", "template", "timeout", "tls", "url", "url_env", "url_file"),
)
_SHAPES = (ROOT, *TABLES.values(), *LISTS.values())
_OURS: Final = frozenset((*_NOTIFYING, *(key for shape in _SHAPES for key in shape.keys)))
"""What is quoted in a sentence and is nobody's value."""


def without_values(sentence: str) -> str:
    """The sentence with everything that it quotes left out, but for keys of our own."""
    return "\n".join(map(_line, sentence.split("\n")))


def _line(text: str) -> str:
    for found in _QUOTED.finditer(text):
        mark = found["mark"]
        if found["held"] not in _OURS:
            # A value may hold such a mark itself: nothing up to the last one is certain.
            return f"{text[: found.start()]}{mark}{LEFT_OUT}{text[text.rindex(mark) :]}"
    return text
