"""From what another system sent to what a verb is asked with, by pointers and constants alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from types import MappingProxyType
from typing import Any, Final

from engine.canonical import clean_text
from engine.config.hooks import ATTACHMENT, CONSTANT, OPEN, Hook, Mapped
from engine.config.pointers import find
from engine.errors import EngineError, UsageError
from engine.hooks.answer import Wrong
from engine.hooks.strict_json import is_fraction
from engine.service.workplace import File
from engine.verbs.fields import KINDS, MOST_TEXT

Files = Mapping[str, File]
"""The attachments of a mail by their names."""
NONE: Final[Files] = MappingProxyType({})

NO_VALUE = "is neither text, nor a whole number, nor true or false, nor a list of words"
NO_WORD = "is none of the words that this endpoint knows"
NO_TEXT = "holds a character that cannot be kept"
TOO_LONG = f"is longer than {MOST_TEXT} characters"
NO_DAY = "is no day, such as 2025-12-23"
NO_CASE = "is no case that this endpoint can change"
NOT_THERE = "is missing"
MORE = "fits more attachments than can be kept; send each in a mail of its own"
TWICE = "stands there more than once, and not the same each time"
SAID_TWICE: Final = object()
"""What stands in the place of an answer that is given twice, and otherwise."""


@dataclass(slots=True)
class Call:
    """What is asked, as far as it can be told."""

    raw: dict[str, Any]
    """What the verb is asked with."""
    people: list[dict[str, Any]] = field(default_factory=list)
    """What each person is added with."""
    key: str = ""
    """What stands where the hook finds its key."""
    wrong: list[Wrong] = field(default_factory=list)
    pointers: dict[str, str] = field(default_factory=dict)
    """By answer, where in the body it stands."""


def call(hook: Hook, document: Any, files: Files) -> Call:
    """What a body asks of an endpoint; what is wrong with it is noted, all at once."""
    made = Call(_fixed(hook))
    reader = _Reader(hook, document, files, made)
    for name, kind, pointer, otherwise in (
        ("ref", "ref", hook.case, NO_CASE),
        ("on", "when", hook.on, NO_DAY),
        ("reason", "text", hook.reason, NO_VALUE),
    ):
        if pointer:
            reader.into(name, kind, pointer, otherwise)
    if hook.key:
        made.key = reader.key()
    made.raw |= reader.answers(hook.answers)
    if papers := reader.papers():
        made.raw["papers"] = papers
    every = ({"kind": one.kind, **reader.answers(one.answers)} for one in hook.people)
    made.people = [one for one in every if "answers" in one]
    return made


def _fixed(hook: Hook) -> dict[str, Any]:
    """What every call of an endpoint asks with, whatever it says."""
    always = {
        "workflow": hook.process if hook.verb == OPEN else "",
        "transition": hook.transition,
        "source": hook.source,
        "not_the_same": hook.not_the_same,
    }
    return {name: value for name, value in always.items() if value}


class _Reader:
    """Reads one body for one hook."""

    def __init__(self, hook: Hook, document: Any, files: Files, made: Call) -> None:
        self.hook, self.document, self.files, self.made = hook, document, files, made

    def wrong(self, name: str, pointer: str, what: str) -> None:
        self.made.wrong.append(Wrong(name, pointer, what))

    def into(self, name: str, kind: str, pointer: str, otherwise: str) -> None:
        """Read one field of the verb; only `reason` may be left out: without its day something
        would have happened today.
        """
        called = "case" if name == "ref" else name
        said = self.text(called, pointer)
        if said is None:
            if name != "reason":
                self._missing(called, pointer)
            return
        try:
            KINDS[kind].read(said, name)
        except EngineError:
            self.wrong(called, pointer, otherwise)
        self.made.raw[name] = said

    def _missing(self, name: str, pointer: str) -> None:
        """Note that something is not there, unless it is there and wrong."""
        if all((one.name, one.pointer) != (name, pointer) for one in self.made.wrong):
            self.wrong(name, pointer, NOT_THERE)

    def key(self) -> str:
        """What is never done twice."""
        said = self.text("key", self.hook.key)
        if said is None:
            self._missing("key", self.hook.key)
        return said or ""

    def answers(self, mapped: tuple[Mapped, ...]) -> dict[str, Any]:
        """The answers that are given; nothing where none is."""
        found: dict[str, str] = {}
        for one in mapped:
            if one.kind == CONSTANT:
                found[one.name] = one.text
            elif one.kind != ATTACHMENT:
                self.made.pointers[one.name] = one.text
                said = self.text(one.name, one.text, self.hook.words.get(one.name))
                if said is not None:
                    found[one.name] = said
        # A constant alone says nothing of somebody.
        own = mapped is self.hook.answers or any(n in self.made.pointers for n in found)
        return {"answers": found} if found and own else {}

    def papers(self) -> dict[str, File]:
        """The documents that are given: of each pattern the first that no other took. One that is
        left of a pattern is no document that may be lost.
        """
        left, found = dict(self.files), {}
        wanted = [one for one in self.hook.answers if one.kind == ATTACHMENT]
        for one in wanted:
            name = next((n for n in left if _is_of(n, one.text)), None)
            if name is not None:
                found[one.name] = left.pop(name)
        for one in wanted:
            if any(_is_of(n, one.text) for n in left):
                self.wrong(one.name, one.text, MORE)
        return found

    def text(self, name: str, pointer: str, words: Mapping[str, str] | None = None) -> str | None:
        """What stands somewhere, as text; None where nothing does, or it is noted as wrong."""
        said, what = _said(find(self.document, pointer))
        if said and words is not None:
            what = "" if said in words else NO_WORD
            said = words.get(said)
        if what:
            self.wrong(name, pointer, what)
            return None
        return said or None


def _is_of(name: str, pattern: str) -> bool:
    return fnmatchcase(name.casefold(), pattern.casefold())


def _said(value: Any) -> tuple[str | None, str]:
    """A value as text, or what is wrong with it."""
    if value is None or value is SAID_TWICE:
        return None, TWICE if value else ""
    if isinstance(value, bool):
        return "yes" if value else "no", ""
    if isinstance(value, list) and all(type(one) is str for one in value):
        value = ",".join(value)
    if type(value) is int:
        value = str(value)
    if not isinstance(value, str) or is_fraction(value):
        return None, NO_VALUE
    if len(value) > MOST_TEXT:
        return None, TOO_LONG
    try:
        return clean_text(value).strip(), ""
    except UsageError:
        return None, NO_TEXT
