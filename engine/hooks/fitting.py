"""Whether the hooks of config.toml fit the processes in use: found before the first call comes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from engine.config import Settings, located
from engine.config.hooks import ATTACHMENT, CONSTANT, OPEN, POINTER, TAKE, Hook, Mapped
from engine.definition import Question, Workflow
from engine.errors import ConfigError, Mistake
from engine.guessing import resembling
from engine.hooks import followers, secrets
from engine.hooks.judging import fits
from engine.hooks.mail import FIELDS, MESSAGE_ID, PATHS
from engine.service import editions
from engine.service.workplace import Workplace
from engine.verbs import given
from engine.verbs.paths import Asked, path

Where = tuple[str | int, ...]
Found = tuple[Where, str, str]
"""Where in config.toml, what is wrong, and what to do."""

POINTERS = ("case", "key", "on", "reason")
"""What else of a hook says where something stands."""
ANYBODY = "person"
"""What a question is asked of that is asked of every person, whatever they are."""


def check(place: Workplace, settings: Settings) -> list[Mistake]:
    """Every mistake of every hook, with its line in config.toml."""
    known = _in_use(place)
    found: list[Found] = []
    for number, hook in enumerate(settings.hooks.values()):
        found += _Hook(place, hook, ("hook", number)).misfits(known.get(hook.process), known)
        found += _secrets(settings, hook, ("hook", number))
    found += _shared(settings)
    for number, after in enumerate(settings.after.values()):
        found += followers.misfits(after, ("after", number), known)
    return located(settings, found) if found else []


def closed(place: Workplace, settings: Settings) -> frozenset[str]:
    """The hooks that do not fit today: nothing comes in by them, and by all others it does.

    One that lacks nothing but a secret lets nobody in as it is, and everybody once it has one.
    """
    known = _in_use(place)
    every = enumerate(settings.hooks.values())
    return frozenset(
        hook.id
        for number, hook in every
        if any(_Hook(place, hook, ("hook", number)).misfits(known.get(hook.process), known))
    )


def _in_use(place: Workplace) -> Mapping[str, Workflow]:
    """By process the edition that governs new cases, else the newest; linked ones among them."""
    found: dict[str, Workflow] = {}
    for main in editions.in_use(place):
        governs = editions.for_new_cases(place, main.name)
        if governs is not None and governs.hash == main.hash:
            found |= {one.name: one for one in (*main.children.values(), main)}
        for one in (main, *main.children.values()):
            found.setdefault(one.name, one)
    return found


def _secrets(settings: Settings, hook: Hook, where: Where) -> Iterator[Found]:
    if not hook.secrets and settings.inbox is None:
        yield where, f'Nobody can call "{hook.id}": it has no "secrets".', "Add them, or [inbox]."
    for number, name in enumerate(hook.secrets):
        file: Path = settings.folder / name
        if number and not file.exists():
            continue
        try:
            secrets.read(file)
        except ConfigError as error:
            yield (*where, "secrets"), str(error), ""


def _shared(settings: Settings) -> Iterator[Found]:
    """A call is signed for nobody by name: what tells endpoints apart is the secret."""
    known: dict[bytes, str] = {}
    for number, hook in enumerate(settings.hooks.values()):
        for secret in secrets.held(settings.folder, hook):
            other = known.setdefault(secret, hook.id)
            if other != hook.id:
                yield (
                    ("hook", number, "secrets"),
                    f'A secret of "{hook.id}" is one of "{other}" too, and then holds at neither.',
                    f"Name a file of its own, and run `casetrail hook secret {hook.id}`.",
                )


class _Hook:
    """One hook, and where it stands."""

    def __init__(self, place: Workplace, hook: Hook, where: Where) -> None:
        self.place, self.hook, self.where = place, hook, where

    def misfits(self, workflow: Workflow | None, known: Mapping[str, Workflow]) -> Iterator[Found]:
        """What does not fit the process; all of it."""
        hook = self.hook
        if workflow is None:
            problem = f'"process" is "{hook.process}", of which no edition is in use.'
            yield (*self.where, "process"), problem, _meant(hook.process, known)
            return
        yield from self._steps(workflow)
        yield from self._role(workflow)
        linked = self._linked(workflow)
        for one in hook.answers:
            yield from self._answer(workflow, linked, one, (*self.where, "answers", one.name))
        for number, somebody in enumerate(hook.people):
            here = (*self.where, "people", number)
            if somebody.kind not in workflow.person_kinds:
                problem = f'This process is about no "{somebody.kind}".'
                yield (*here, "kind"), problem, _meant(somebody.kind, workflow.person_kinds)
            for one in somebody.answers:
                yield from self._of_them(workflow, somebody.kind, one, (*here, "answers", one.name))
        if hook.verb == OPEN:
            yield from self._asked_first(workflow)
        yield from self._of_a_mail()

    def _steps(self, workflow: Workflow) -> Iterator[Found]:
        steps = workflow.transitions
        for one in self.hook.may:
            step = one.removeprefix(f"{TAKE}:")
            if step != one and step not in steps:
                yield (
                    (*self.where, "may"),
                    f'This process has no step "{step}".',
                    _meant(step, steps),
                )

    def _role(self, workflow: Workflow) -> Iterator[Found]:
        step = workflow.transitions.get(self.hook.transition)
        roles = workflow.may_open if self.hook.verb == OPEN else step.who if step else ()
        day = self.place.today().isoformat()
        if roles and not self.place.directory.acting(self.hook.person, roles, day):
            problem = f'"{self.hook.person}" holds no role that may do this today.'
            hint = f"Add an [[appointment]] as one of: {', '.join(roles)}."
            yield (*self.where, "person"), problem, hint

    def _linked(self, workflow: Workflow) -> Workflow | None:
        return given.opened_by(workflow, self.hook.transition) if self.hook.transition else None

    def _answer(
        self, workflow: Workflow, linked: Workflow | None, one: Mapped, where: Where
    ) -> Iterator[Found]:
        asked = path(one.name, one.name)
        theirs = linked is not None and (asked.process or asked.question not in workflow.questions)
        of = linked if theirs and linked else workflow
        question = of.questions.get(asked.question)
        if question is None or (asked.process and asked.process != of.name):
            problem = f'This process has no question "{asked.question}".'
            yield where, problem, _meant(asked.question, of.questions)
            return
        yield from self._whose(question, asked, where)
        yield from self._kind(question, one, where)

    def _whose(self, question: Question, asked: Asked, where: Where) -> Iterator[Found]:
        said = f'"{question.id}"'
        if question.per and self.hook.verb == OPEN:
            hint = f'Map it below [[hook.people]] with kind = "{question.per}".'
            yield where, f"{said} is asked of each {question.per}, of whom there is none yet.", hint
        elif question.asked_of and asked.of not in self.place.directory.agencies:
            yield where, f"{said} is asked of each agency.", f'Write "{question.id}/AGENCY".'
        elif question.per and not asked.of:
            yield where, f"{said} is asked of each {question.per}.", f'Write "{question.id}/p1".'
        elif asked.of and not (question.per or question.asked_of):
            yield where, f"{said} is asked of the case alone.", "Leave out what follows its name."

    def _of_them(self, workflow: Workflow, kind: str, one: Mapped, where: Where) -> Iterator[Found]:
        question = workflow.questions.get(one.name)
        if question is None or question.per not in (kind, ANYBODY):
            theirs = [q.id for q in workflow.questions.values() if q.per in (kind, ANYBODY)]
            yield where, f'"{one.name}" is not asked of a {kind}.', _meant(one.name, theirs)
        else:
            yield from self._kind(question, one, where)

    def _kind(self, question: Question, one: Mapped, where: Where) -> Iterator[Found]:
        paper = question.answer == "document"
        if paper != (one.kind == ATTACHMENT):
            hint = 'Write { attachment = "*.pdf" }.' if paper else "Map a text of the body to it."
            said = "takes a" if paper else "takes no"
            yield where, f'"{question.id}" {said} document.', hint
        if one.kind == CONSTANT and not fits(self.place, question, one.text):
            yield where, f'"{question.id}" takes no such answer.', _choices(question)
        for word, meant in self.hook.words.get(one.name, {}).items():
            if not fits(self.place, question, meant):
                here = (*self.where, "values", one.name, word)
                yield here, f'"{question.id}" takes no such answer.', _choices(question)

    def _of_a_mail(self) -> Iterator[Found]:
        """The paths of a hook for mails that no mail has: of other documents none is known."""
        hook, where = self.hook, (*self.where, "answers")
        every = [((*self.where, name), getattr(hook, name)) for name in POINTERS]
        every += [((*where, one.name), one.text) for one in hook.answers if one.kind == POINTER]
        for number, somebody in enumerate(hook.people):
            theirs = (*self.where, "people", number, "answers")
            every += [((*theirs, a.name), a.text) for a in somebody.answers if a.kind == POINTER]
        paths = [text for _, text in every]
        attached = any(one.kind == ATTACHMENT for one in hook.answers)
        if not attached and (hook.secrets or not any(map(_is_of_mails_alone, paths))):
            return
        for here, text in every:
            if text and text not in PATHS and not text.startswith(f"{FIELDS}/"):
                problem = f'A mail has no "{text}", and this hook is for mails.'
                yield here, problem, _meant(text, PATHS) or f'It has "{FIELDS}/..." for its lines.'

    def _asked_first(self, workflow: Workflow) -> Iterator[Found]:
        mapped = {one.name for one in self.hook.answers}
        for name in workflow.opening:
            if name not in mapped:
                problem = f'Nothing says "{name}", without which no case is opened.'
                yield (*self.where, "answers"), problem, f'Write {name} = "/where/it/stands".'


def _is_of_mails_alone(pointer: str) -> bool:
    return pointer == MESSAGE_ID or pointer.startswith(f"{FIELDS}/")


def _choices(question: Question) -> str:
    return f"It takes one of: {', '.join(question.choices)}." if question.choices else ""


def _meant(word: str, known: Mapping[str, object] | tuple[str, ...] | list[str]) -> str:
    near = resembling(word, known, 1)
    return f'Did you mean "{near[0]}"?' if near else ""
