"""Processes of many questions with the answer yes or no, in the shapes that people write."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random

from engine.definition import Workflow
from engine.loading import load
from tests.definitions import write

HEAD = """\
title        = "Check list"
edition      = "1"
in_force     = { from = 2025-06-01 }
source       = "our procedure"
working_days = "England and Wales"
starts_at    = "checking"
kept_by      = ["unit"]

[role.unit]
title = "business unit"

[state.checking]
title      = "Being checked"
waiting_on = "unit"

[state.passed]
title  = "Passed"
closed = true

[state.failed]
title  = "Failed"
closed = true
"""


def one_decision(many: int) -> str:
    """A step for where all answers are yes, and one for where any is no."""
    passed = step("pass_it", "checking", "passed", every(many))
    return questions(many) + passed + step("fail_it", "checking", "failed", some_no(many))


def in_one_state(many: int) -> str:
    """A step besides for each question, which leaves the case where it is."""
    notes = (step(f"note_{n}", "checking", "", yes(n)) for n in range(many))
    return one_decision(many) + "".join(notes)


def star(many: int) -> str:
    """A step for each answer that is no, to a state where that is mended and asked anew."""
    made = questions(many) + step("pass_it", "checking", "passed", every(many))
    made += step("give_up", "checking", "failed")
    for n in range(many):
        made += state(f"mending_{n}")
        more = 'may_overlap = "what is mended first is for whoever mends it"'
        made += step(f"part_{n}", "checking", f"mending_{n}", f'{{ check_{n} = "no" }}', more)
        made += step(f"mend_{n}", f"mending_{n}", "checking", more=f'asks_anew = ["check_{n}"]')
    return made


def chain(many: int) -> str:
    """A state for each question, which it leaves with either answer; all are read at the end."""
    names = ["checking", *(f"stage_{n}" for n in range(1, many)), "ready"]
    made = questions(many) + "".join(map(state, names[1:]))
    for n in range(many):
        made += step(f"yes_{n}", names[n], names[n + 1], yes(n))
        made += step(f"no_{n}", names[n], names[n + 1], f'{{ check_{n} = "no" }}')
    made += step("pass_it", "ready", "passed", every(many))
    return made + step("fail_it", "ready", "failed", some_no(many))


def round_again(many: int) -> str:
    """The chain, with a step back to its beginning that asks everything anew."""
    anew = ", ".join(f'"check_{n}"' for n in range(many))
    return chain(many) + step("again", "ready", "checking", more=f"asks_anew = [{anew}]")


def ticked(many: int) -> str:
    """Steps that give the answers themselves, in any order."""
    made = questions(many)
    for n in range(many):
        for answer in ("yes", "no"):
            sets = f'sets = {{ check_{n} = "{answer}" }}'
            made += step(f"{answer}_{n}", "checking", more=sets)
    made += step("pass_it", "checking", "passed", every(many))
    return made + step("fail_it", "checking", "failed", some_no(many))


def one_gap(many: int) -> str:
    """A decision that says nothing of where the last answer alone is no."""
    passed = step("pass_it", "checking", "passed", every(many))
    return questions(many) + passed + step("fail_it", "checking", "failed", some_no(many - 1))


def at_random(many: int, seed: int = 0) -> str:
    """Steps that read and give a few answers each, as they come."""
    draw = Random(seed)
    states = ["checking", *(f"stage_{n}" for n in range(1, many // 4))]
    made = questions(many) + "".join(map(state, states[1:]))
    for n in range(many * 5 // 3):
        read = draw.sample(range(many), draw.choice([0, 1, 1, 2]))
        lines = ", ".join(f'check_{one} = "{draw.choice(["yes", "no"])}"' for one in read)
        given = [one for one in draw.sample(range(1, many, 2), 2) if one not in read]
        sets = ", ".join(f'check_{one} = "{draw.choice(["yes", "no"])}"' for one in given)
        start = states[n % len(states)]
        there = (*states[1:], "passed")[n] if n < len(states) else draw.choice(states)
        guard = f"{{ {lines} }}" if lines and n >= len(states) else ""
        more = f"sets = {{ {sets} }}" if sets else ""
        made += step(f"step_{n}", start, "" if there == start else there, guard, more)
    return made + step("stop", "checking", "failed")


SHAPES: tuple[Callable[[int], str], ...] = (
    one_decision,
    in_one_state,
    star,
    chain,
    round_again,
    ticked,
)


def made(folder: Path, more: str) -> Workflow:
    """A process of one of the shapes."""
    return load(write(folder, {"process.toml": HEAD, "more.toml": more}))


def questions(many: int) -> str:
    return "".join(
        f'[question.check_{n}]\nask = "Check {n}?"\nanswer = ["yes", "no"]\n'
        f'said = "check {n} is ..."\npersonal = false\nbecause = "of the process"\n\n'
        for n in range(many)
    )


def state(name: str) -> str:
    return f'[state.{name}]\ntitle = "{name}"\nwaiting_on = "unit"\n\n'


def step(name: str, start: str, to: str = "", guard: str = "", more: str = "") -> str:
    lines = [f"[transition.{name}]", f'title = "{name}"', f'from = "{start}"', 'who = "unit"']
    lines += [f'to = "{to}"'] if to else []
    lines += [f"only_if = {guard}"] if guard else []
    return "\n".join([*lines, more, "", ""])


def yes(number: int) -> str:
    return f'{{ check_{number} = "yes" }}'


def every(many: int) -> str:
    return "{ " + ", ".join(f'check_{n} = "yes"' for n in range(many)) + " }"


def some_no(many: int) -> str:
    return "[" + ", ".join(f'{{ check_{n} = "no" }}' for n in range(many)) + "]"
