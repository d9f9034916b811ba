"""Which answer is meant: QUESTION, QUESTION/OF or QUESTION/OF/NO, of a linked case
PROCESS.QUESTION.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from engine.errors import UsageError

FORM = "QUESTION, QUESTION/OF or QUESTION/OF/NO"
SHAPE = (
    r"^([a-z][a-z0-9_]*\.)?[a-z][a-z0-9_]*"
    r"(/[A-Za-z0-9_.-]{1,60}|(/[A-Za-z0-9_.-]{0,60}/[0-9]{1,9}))?$"
)
"""The same as a pattern of JSON Schema."""

_NAME = re.compile(r"(?:([a-z][a-z0-9_]*)\.)?([a-z][a-z0-9_]*)")
_OF = re.compile(r"[A-Za-z0-9_.-]{1,60}")
_NO = re.compile(r"[0-9]{1,9}")


@dataclass(frozen=True, slots=True)
class Asked:
    """Which answer is meant: the question, whom it is about or from, which occurrence."""

    question: str
    of: str = ""
    no: int = 0
    process: str = ""
    """A linked process, where it is named: PROCESS.QUESTION."""

    def __str__(self) -> str:
        if self.no:
            return f"{self.question}/{self.of}/{self.no}"
        return f"{self.question}/{self.of}" if self.of else self.question

    @property
    def path(self) -> str:
        """The same with its process, as a request names an answer."""
        return f"{self.process}.{self}" if self.process else str(self)


def path(text: str, where: str, form: str = FORM) -> Asked:
    """Which answer such a name means; `where` is said in errors. Raises UsageError."""
    name, *rest = text.split("/")
    found = _NAME.fullmatch(name)
    numbered = len(rest) == 2 and not rest[0]
    well_formed = len(rest) <= 2 and all(_OF.fullmatch(part) or numbered for part in rest[:1])
    if found is None or not well_formed or (len(rest) == 2 and not _NO.fullmatch(rest[1])):
        raise UsageError(f"{where} does not begin with the name of a question; write {form}.")
    of, no = [*rest, "", ""][:2]
    return Asked(found[2], of, int(no or 0), found[1] or "")
