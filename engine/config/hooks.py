"""What config.toml says of hooks: which calls of other systems record what, on whose behalf.

A body is mapped by pointers and constants alone; there is no code in it, and no template.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

from engine.config import kinds
from engine.config.kinds import Kind, WrongValueError
from engine.config.pointers import is_pointer
from engine.config.sheet import Shape, Sheet, Where
from engine.errors import UsageError
from engine.verbs.paths import path

OPEN, RECORD, TAKE = "open", "record", "take"
VERBS: Final = (OPEN, RECORD, TAKE)
"""What a call may do."""
PERSON: Final = "person"
"""Besides: add somebody whom the case is about to the case that a call opens."""
MOST_SECRETS: Final = 2
"""Two while one takes the place of the other."""
MOST_ANSWERS: Final = 200

POINTER, CONSTANT, ATTACHMENT = "pointer", "constant", "attachment"

_NAME = re.compile(r"[a-z][a-z0-9_]{0,79}")
_MAY = re.compile(r"open|record|person|take:[a-z][a-z0-9_]{0,79}")


@dataclass(frozen=True, slots=True)
class Mapped:
    """Where an answer comes from."""

    name: str
    """QUESTION, QUESTION/OF or QUESTION/OF/NO."""
    kind: str
    """POINTER into the body, CONSTANT, or ATTACHMENT of a mail, by the pattern of its name."""
    text: str


@dataclass(frozen=True, slots=True)
class Somebody:
    """A person who is added to the case that a call opens, if anything is said of them."""

    kind: str
    answers: tuple[Mapped, ...]


@dataclass(frozen=True, slots=True)
class Hook:
    """One endpoint: who may call it, and what a call does."""

    id: str
    person: str
    """On whose behalf it is recorded."""
    process: str
    may: tuple[str, ...]
    verb: str
    transition: str = ""
    case: str = ""
    """The pointer to the reference of the case; empty where a case is opened."""
    key: str = ""
    """The pointer to what is never done twice; empty where that is the id of the call."""
    on: str = ""
    reason: str = ""
    source: str = ""
    """The agency that the answers come from."""
    not_the_same: bool = False
    """Whether a case is opened although another looks like it."""
    secrets: tuple[str, ...] = ()
    """The files of the secrets, from the folder of config.toml; none where no call comes in."""
    answers: tuple[Mapped, ...] = ()
    people: tuple[Somebody, ...] = ()
    words: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By answer, the words of the other system and what they mean here."""

    @property
    def deed(self) -> str:
        """What a call does, as `may` says it."""
        return f"{TAKE}:{self.transition}" if self.verb == TAKE else self.verb


def _name(value: Any) -> str:
    text = kinds.line(value)
    if not _NAME.fullmatch(text):
        raise WrongValueError("must be a name of the definition: small letters, digits and _.")
    return text


def _verb(value: Any) -> str:
    if value not in VERBS:
        raise WrongValueError(f'must be one of "{OPEN}", "{RECORD}" and "{TAKE}".')
    return str(value)


def _pointer(value: Any) -> str:
    text = kinds.line(value)
    if not is_pointer(text):
        raise WrongValueError('must be a pointer into the body, such as "/form/reference".')
    return text


def _each(read: Kind, most: int, wanted: str) -> Kind:
    def every(value: Any) -> tuple[str, ...]:
        if not isinstance(value, list) or not 1 <= len(value) <= most:
            raise WrongValueError(f"must be a list of {wanted}.")
        return tuple(dict.fromkeys(read(one) for one in value))

    return every


def _may(value: Any) -> str:
    text = kinds.line(value)
    if not _MAY.fullmatch(text):
        raise WrongValueError(
            f'must list "{OPEN}", "{RECORD}", "{PERSON}" and "{TAKE}:STEP" with the name of a step.'
        )
    return text


SHAPE = Shape(
    "[[hook]]",
    {
        "id": kinds.identity,
        "secrets": _each(kinds.file_name, MOST_SECRETS, "one file or two, for old and new"),
        "person": kinds.identity,
        "process": _name,
        "may": _each(_may, 50, f'what a call may do, such as ["{OPEN}"]'),
        "verb": _verb,
        "transition": lambda value: "" if value == "" else _name(value),
        **dict.fromkeys(("case", "key", "on", "reason"), _pointer),
        "source": kinds.identity,
        "not_the_same": kinds.yes_or_no,
        **dict.fromkeys(("answers", "people", "values"), kinds.anything),
    },
    needed={
        "id": 'Write id = "..."; it is the end of the address that is called.',
        "person": 'Write person = "..." with the id of the [[person]] who records it.',
        "process": 'Write process = "..." with the name of a process.',
        "may": f'Write may = ["{OPEN}"], or what else it may do.',
        "verb": f'Write verb = "{OPEN}", "{RECORD}" or "{TAKE}".',
    },
)
"""What a [[hook]] may say."""

_PEOPLE = Shape(
    "[[hook.people]]",
    {"kind": _name, "answers": kinds.anything},
    needed={"kind": 'Write kind = "child", or what the process calls them.'},
)


def read_hooks(sheet: Sheet, tables: list[dict[str, Any]]) -> None:
    """Read what stands below each [[hook]], in its place, and note every mistake of it."""
    for number, table in enumerate(tables):
        where: Where = ("hook", number)
        answers = _answers(sheet, table.get("answers", {}), (*where, "answers"))
        people = _people(sheet, table.get("people", []), (*where, "people"))
        mapped = {one.name for one in (*answers, *(a for p in people for a in p.answers))}
        words = _words(sheet, table.get("values", {}), (*where, "values"), mapped)
        table.update(answers=answers, people=people, values=words)
        _judge(sheet, table, where)


def hooks(tables: list[dict[str, Any]]) -> Mapping[str, Hook]:
    """The hooks of a file without mistakes, by their ids."""
    made = [
        Hook(**{**{k: v for k, v in one.items() if k != "values"}, "words": one["values"]})
        for one in tables
    ]
    return MappingProxyType({hook.id: hook for hook in made})


def _people(sheet: Sheet, written: Any, where: Where) -> tuple[Somebody, ...]:
    if not isinstance(written, list):
        sheet.wrong(where, "Write [[hook.people]] with two brackets, anew for each of them.")
        return ()
    found = []
    for number, one in enumerate(written):
        here = (*where, number)
        said = sheet.table(_PEOPLE, one, here)
        answers = _answers(sheet, said.get("answers", {}), (*here, "answers"))
        found.append(Somebody(said.get("kind", ""), answers))
    return tuple(found)


def _answers(sheet: Sheet, written: Any, where: Where) -> tuple[Mapped, ...]:
    if not isinstance(written, dict) or len(written) > MOST_ANSWERS:
        sheet.wrong(where, f'"answers" must be a table of at most {MOST_ANSWERS} answers.')
        return ()
    found = []
    for name, value in written.items():
        try:
            path(name, f'"{kinds.shown(name)}"')
            found.append(_mapped(name, value))
        except (UsageError, WrongValueError) as error:
            said = str(error) if isinstance(error, UsageError) else f'"{name}" {error}'
            sheet.wrong((*where, name), said)
    return tuple(found)


def _mapped(name: str, value: Any) -> Mapped:
    if isinstance(value, str) and is_pointer(value):
        return Mapped(name, POINTER, value)
    if isinstance(value, dict) and len(value) == 1:
        [(kind, text)] = value.items()
        if kind in (CONSTANT, ATTACHMENT):
            return Mapped(name, kind, kinds.line(text))
    raise WrongValueError(
        'must be a pointer into the body, such as "/form/place", or { constant = "..." }, or '
        '{ attachment = "*.pdf" }.'
    )


def _words(
    sheet: Sheet, written: Any, where: Where, mapped: set[str]
) -> Mapping[str, Mapping[str, str]]:
    if not isinstance(written, dict):
        sheet.wrong(where, 'Write [hook.values.QUESTION] with lines such as "A" = "in our area".')
        return MappingProxyType({})
    found = {}
    for name, table in written.items():
        if name not in mapped:
            problem = f'"{kinds.shown(name)}" is no answer that this hook maps.'
            sheet.wrong((*where, name), problem, word=name, known=mapped)
        try:
            found[name] = kinds.words(table)
        except WrongValueError as error:
            sheet.wrong((*where, name), f'"{kinds.shown(name)}" {error}')
    return MappingProxyType(found)


def _judge(sheet: Sheet, table: dict[str, Any], where: Where) -> None:
    """What the keys of one hook say of one another."""
    verb, transition = table.get("verb"), table.get("transition", "")
    if verb is None or "may" not in table:
        return
    deed = f"{TAKE}:{transition}" if verb == TAKE else verb
    if verb == TAKE and not transition:
        sheet.wrong(where, f'A hook of which verb = "{TAKE}" has no "transition".', _STEP)
    elif deed not in table["may"]:
        problem = f'"may" does not list "{deed}", which is what a call does.'
        sheet.wrong((*where, "may"), problem, "Add it, or leave the hook out.")
    if table["people"] and PERSON not in table["may"]:
        sheet.wrong((*where, "may"), f'"may" does not list "{PERSON}", and there are people.')
    if (verb != OPEN) != bool(table.get("case")):
        said = "needs" if verb != OPEN else "opens one and has no"
        sheet.wrong((*where, "case"), f'A hook of which verb = "{verb}" {said} "case".', _CASE)
    for key, of in (("transition", TAKE), ("people", OPEN), ("not_the_same", OPEN)):
        if table.get(key) and verb != of:
            sheet.wrong((*where, key), f'"{key}" is only for a hook of which verb = "{of}".')
    _judge_papers(sheet, table, where)


def _judge_papers(sheet: Sheet, table: dict[str, Any], where: Where) -> None:
    every: list[tuple[Where, tuple[Mapped, ...]]] = [(("answers",), table["answers"])]
    every += [(("people", n, "answers"), one.answers) for n, one in enumerate(table["people"])]
    for place, answers in every:
        for one in answers:
            if one.kind == ATTACHMENT and (table["verb"] != TAKE or place != ("answers",)):
                problem = f'A document is given with a step: with verb = "{TAKE}" alone.'
                sheet.wrong((*where, *place, one.name), problem)


_STEP = 'Write transition = "..." with the name of the step.'
_CASE = 'Write case = "/reference", where the body says which case it is.'
