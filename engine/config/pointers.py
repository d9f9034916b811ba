"""JSON Pointers (RFC 6901): where in a document something stands. Nothing is computed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

LONGEST: Final = 200
"""Characters of a pointer."""

_FORM = re.compile(r"(/([^~/]|~[01])*)+")
_INDEX = re.compile(r"0|[1-9][0-9]{0,5}")


def is_pointer(text: str) -> bool:
    """Whether a text is a pointer to some part of a document; the whole of it is none."""
    return len(text) <= LONGEST and text.isprintable() and _FORM.fullmatch(text) is not None


def find(document: Any, pointer: str) -> Any:
    """What stands there; None where nothing does, or null."""
    for part in pointer.split("/")[1:]:
        key = part.replace("~1", "/").replace("~0", "~")
        if isinstance(document, Mapping):
            document = document.get(key)
        elif isinstance(document, Sequence) and not isinstance(document, str):
            number = int(key) if _INDEX.fullmatch(key) else len(document)
            document = document[number] if number < len(document) else None
        else:
            return None
    return document
