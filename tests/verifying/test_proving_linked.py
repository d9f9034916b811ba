from __future__ import annotations

from pathlib import Path

from engine.loading import load
from engine.proving import Failure, verify
from tests.definitions import write
from tests.proving import FILES

HEARING = """\
title     = "Hearing"
starts_at = "called"
opening   = ["called_on", "room"]

[question.called_on]
ask      = "When was it called?"
answer   = "date"
personal = false
because  = "a date of the process"

[question.room]
ask      = "Which room?"
answer   = ["large", "small"]
personal = false
because  = "of the process"

[state.called]
title      = "Called"
waiting_on = "unit"

[state.held]
title  = "Held"
closed = true

[transition.hold]
title = "Hold the hearing"
from  = "called"
to    = "held"
who   = "unit"
"""

CALL = """
[transition.call]
title = "Call a hearing"
from  = "reviewing"
who   = "unit"
opens = { process = "hearing" }
"""

ROOM_KNOWN = """
[rule.{0}]
says      = "No hearing is held without it."
before    = "hold"
on_file   = "{0}"
source    = "our procedure"
confirmed = "second-hand"
"""


def found(folder: Path, more: str) -> list[Failure]:
    files = {**FILES, "more.toml": CALL, "children/hearing.toml": HEARING + more}
    return verify(load(write(folder, files))).failures


def test_a_linked_case_may_be_opened_without_the_answers_that_are_asked_first(
    tmp_path: Path,
) -> None:
    (one,) = found(tmp_path, ROOM_KNOWN.format("room"))

    assert (one.kind, one.entry.name, one.entry.process) == ("records", "room", "hearing")
    assert one.says == (
        "No hearing is held without it. But there is a way round it: no step has asked for “Which "
        "room?”."
    )


def test_the_days_that_are_asked_first_are_always_given_to_a_linked_case(tmp_path: Path) -> None:
    assert found(tmp_path, ROOM_KNOWN.format("called_on")) == []


def test_a_step_for_where_an_answer_asked_first_is_missing_can_be_taken_in_a_linked_case(
    tmp_path: Path,
) -> None:
    ask = '\n[transition.ask]\ntitle = "Ask for a room"\nfrom = "called"\nwho = "unit"\n'

    assert found(tmp_path, f'{ask}only_if = {{ room = "not answered" }}\n') == []
