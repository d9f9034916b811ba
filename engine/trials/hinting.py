"""For a change that nobody noticed: which story comes nearest, and what it would have to say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from engine.scenarios.story import Telling
from engine.trials.changing import Change
from engine.trials.playing import Result
from engine.trials.ranking import ranked

_NEEDS: Final = "`needs` of {0} before it can be taken"
_DUE: Final = "`due` of {0} on a day that the change would move"
ADVICE: Final = {
    "made personal": "`answer` of {0} with its value",
    "number raised": "`refused` where a greater number is recorded as {0}",
    "asked per another": "`needs` of a step that waits for {0}",
    "choice dropped": "`answer` of {0}, once that answer is given",
    "may_change dropped": "`times_answered` of {0}, recorded twice",
    "asked of another": "`needs` of a step that waits for {0}",
    "state closed": "`starts_here` at {0}",
    "waits on another": "`waits_on` at {0}",
    "within dropped": "`starts_here` at {0}",
    "end opened": "`starts_here` at {0}, where nothing starts",
    "step redirected": "`state` where {0} is taken",
    "start of a step added": "`starts_here` at {1}",
    "start of a step dropped": "`starts_here` at {1}",
    "role widened": "`only_by` of {0}",
    "role narrowed": "`only_by` of {0}",
    "record dropped": _NEEDS,
    "opinion dropped": _NEEDS,
    "approval dropped": _NEEDS,
    "once_for dropped": "`refused` where {0} is taken a second time",
    "recipient dropped": "`told_only` where {0} is taken",
    "asked afresh dropped": "`asked_afresh` where {0} is taken",
    "what is asked dropped": "`told_only` where {0} is taken, and `message` that asks",
    "condition way dropped": "`state` where {0} is taken in that way",
    "condition line dropped": _NEEDS,
    "condition value added": "`refused` where {0} is taken by that answer",
    "condition value dropped": "`state` where {0} is taken by that answer",
    "condition turned": _NEEDS,
    "dates dropped": "`answer` to what {0} dates",
    "opens dropped": "`linked` where {0} is taken",
    "answer set otherwise": "`answer` to what {0} decides",
    "answer no longer set": "`answer` to what {0} decides",
    "may_open narrowed": "`state` where that role opens a case",
    "may_open widened": "`refused` where that role opens a case",
    "kept_by narrowed": "`kept_by`",
    "kept_by widened": "`kept_by`",
    "opening narrowed": "`refused` where a case is opened without it",
    "time longer": _DUE,
    "time shorter": _DUE,
    "time in another unit": "`due` of {0}, started so that a weekend or a holiday lies between",
    "time from another day": "`due` of {0}, where the two days differ",
    "variant moved": "`due` of {0}, started on that very day",
    "provisional dropped": "`status` of {0} before the day that it counts from is known",
    "end dropped": "`status` of {0} after {1}",
    "start dropped": "`status` of {0} in {1}",
    "notice dropped": "`reminded` and `escalated` of {0} after that notice",
    "notice moved": "`reminded` and `escalated` of {0} after that notice",
    "recipient of a notice dropped": "`reminded` and `escalated` of {0} after that notice",
}
"""What a story could say so that it notices: {0} is what was changed, {1} what else it touches."""


class Hint(NamedTuple):
    """The story that comes nearest, the line to look at, and what it could say."""

    said: str
    story: str = ""
    file: str = ""
    line: int = 0


def hint(change: Change, results: Sequence[Result]) -> Hint:
    """What would let a story notice a change."""
    about = (*change.about, *change.about)[:2]
    wanted = ADVICE.get(change.kind, "what {0} comes to").format(*about)
    near = ranked(change, results, {})
    if not near:
        return Hint(f"No story {_reaches(change)} yet: write one that says {wanted}.")
    story = near[0]
    told = _place(change, story)
    file, _, line = told.where.rpartition(":") if told else ("", "", "0")
    at = f" ({file}:{line})" if told else ""
    said = f"The nearest story is {story.name}{at}: let it say {wanted}."
    return Hint(said, story.name, file, int(line))


def _reaches(change: Change) -> str:
    """What a story would have to do first."""
    verbs = {
        "transition": "takes {}",
        "state": "comes to {}",
        "timescale": "starts {}",
        "question": "answers {}",
    }
    return verbs.get(str(change.where[0]), "touches {}").format(change.about[0])


def _place(change: Change, story: Result) -> Telling | None:
    """The last step of a story that has to do with what was changed, of its own file if any."""
    steps = story.scenario.steps if story.scenario else ()
    process = change.sheet.process
    found = [one for one in steps if _is_about(one, change.about[0], process)]
    own = [one for one in found if one.where.startswith(f"{story.name}.toml:")]
    return next(reversed(own or found), None)


def _is_about(telling: Telling, name: str, process: str) -> bool:
    if telling.case.partition(" ")[0] != process:
        return False
    paths = (*telling.answers, *telling.files)
    named = {telling.object, *(path.partition("/")[0] for path in paths)}
    return name in named or any(_in(name, wanted) for wanted in telling.then.values())


def _in(name: str, wanted: object) -> bool:
    if isinstance(wanted, dict):
        return any(str(key).partition(" ")[0] == name for key in wanted)
    return wanted == name
