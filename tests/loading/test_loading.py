from __future__ import annotations

import re
from pathlib import Path

import pytest
from transitions import Machine

from engine.definition import Condition, Guard, Opening, TimeFrom
from engine.errors import DefinitionError
from engine.loading import load
from engine.loading.names import name_problem
from engine.loading.rule_shapes import RULE
from engine.loading.shapes import (
    APPROVAL,
    ESCALATION,
    GROUP,
    HEAD,
    IN_FORCE,
    LINKED_ANSWERS,
    OPENING,
    PACK,
    PACK_FILE,
    PACK_SECTION,
    QUESTION,
    REMINDER,
    ROLE,
    STATE,
    TIME_FROM,
    TIMESCALE,
    TRANSITION,
    VARIANT,
)
from tests.definitions import SOUND, changed, mistakes, sound, write

MISTAKES = Path(__file__).parents[1] / "mistakes.txt"
LANGUAGE = Path(__file__).parents[2] / "docs" / "definition-language.md"


def test_a_sound_definition_is_read_as_it_is_written(tmp_path):
    workflow = sound(tmp_path / "sample_review")

    assert (workflow.name, workflow.title, workflow.edition) == (
        "sample_review",
        "Sample review",
        "1",
    )
    assert (workflow.in_force_from, workflow.in_force_to) == ("2025-06-01", "")
    assert (workflow.starts_at, workflow.opening, workflow.may_open) == (
        "referred",
        ("aware_on",),
        ("unit",),
    )
    assert workflow.questions["route"].choices == ("notify", "do not notify")
    assert workflow.questions["reasons"].personal
    assert workflow.roles["panel"].outside


def test_from_is_spelled_out_state_by_state(tmp_path):
    files = changed(
        ('from = "any state"', 'from = "open"'),
        ('from    = "reviewing"', 'from    = ["reviewing", "any open state"]'),
        ('stops_if   = ["decline"]', 'stops_if   = ["decline", "finish"]'),
    )
    transitions = load(write(tmp_path, files)).transitions

    assert transitions["add_note"].starts == ("referred", "reviewing")
    assert transitions["finish"].starts == ("referred", "reviewing")
    assert sound(tmp_path).transitions["add_note"].starts == ("ended", "referred", "reviewing")


def test_a_state_that_others_are_within_is_no_place_unless_a_step_leads_there(tmp_path):
    states = sound(tmp_path).states
    assert states["open"].abstract
    assert not states["referred"].abstract
    assert states["reviewing"].waiting_on == "unit"

    entered = changed(
        ('from = "any state"', 'from = "open"\nto   = "open"'),
        ('from = "referred"\nto   = "ended"', 'from = "open"\nto   = "ended"'),
        ('met_by     = ["finish"]', 'met_by     = ["finish", "decline"]'),
    )
    workflow = load(write(tmp_path / "entered", entered))
    assert not workflow.states["open"].abstract
    assert workflow.transitions["decline"].starts == ("open", "referred", "reviewing")


def test_a_transition_keeps_all_that_was_said(tmp_path):
    notify = sound(tmp_path).transitions["notify"]

    assert notify.only_if == Guard(((Condition("route", "is", ("notify",)),),))
    assert (notify.who, notify.tell, notify.asked) == (
        ("authority",),
        ("panel", "partners"),
        ("opinion",),
    )
    assert notify.opens == Opening("reply", "agencies")
    assert (notify.dates, notify.to) == ("sent_on", "reviewing")
    assert sound(tmp_path).transitions["decline"].sets == (("route", "do not notify"),)
    assert sound(tmp_path).transitions["add_note"].title == "Add note"


def test_a_timescale_keeps_its_variants_and_notices(tmp_path):
    timescales = sound(tmp_path).timescales
    older, newer = timescales["review"].variants
    local = TimeFrom("local", "may", "our own")

    assert (older.until, older.due, older.time_from) == (
        "2022-08-31",
        "within 15 working days of sent_on",
        local,
    )
    assert (newer.since, newer.confirmed) == ("2022-09-01", "read")
    assert [notice.id for notice in timescales["notification"].notices] == [
        "remind_2_working_days_before_it_is_due",
        "escalate_1_working_day_after_it_was_due",
    ]
    assert timescales["available"].keep
    assert timescales["available"].variants[0].due == "1 year after sent_on"
    assert timescales["progress"].starts_in == ("reviewing",)


def test_a_linked_process_shares_roles_groups_and_what_its_head_leaves_out(tmp_path):
    workflow = sound(tmp_path)
    reply = workflow.children["reply"]

    assert (reply.name, reply.title, reply.edition) == ("reply", "Reply of an agency", "1")
    assert (reply.in_force_from, reply.working_days) == ("2025-06-01", "England and Wales")
    assert reply.roles == workflow.roles
    assert reply.groups == workflow.groups
    assert (reply.opening, reply.may_open, reply.hash) == ((), (), workflow.hash)
    assert (workflow.kept_by, reply.kept_by) == (("unit",), ("unit",))


def test_a_linked_process_may_have_its_record_kept_by_others(tmp_path):
    title = 'title     = "Reply of an agency"'
    files = changed((title, f'{title}\nkept_by   = "authority"'))
    workflow = load(write(tmp_path, files))
    assert workflow.kept_by == ("unit",)
    assert workflow.children["reply"].kept_by == ("authority",)


def slips():
    """Each mistake of the list: what is replaced by what, and what is then said."""
    heading, old, new, said = "", [], [], []
    for line in [*MISTAKES.read_text().split("\n")[2:], "="]:
        mark, text = line[:1], line[2:]
        if mark == "!":
            said.append(text)
            continue
        if said:
            yield pytest.param(
                "\n".join(old), "\n".join(new), said, id=f"{heading}: {said[0]}"[:80]
            )
            old, new, said = [], [], []
        if mark == "=":
            heading = text
        elif mark or old or new:
            old += [text] * (mark != "+")
            new += [text] * (mark != "-")


def replaced(old, new):
    """The sound definition with these whole lines replaced."""
    (name,) = [name for name, text in SOUND.items() if f"\n{old}\n" in f"\n{text}"]
    text = f"\n{SOUND[name]}"
    assert text.count(f"\n{old}\n") == 1
    return {**SOUND, name: text.replace(f"\n{old}\n", f"\n{new}\n" if new else "\n")[1:]}


@pytest.mark.parametrize(("old", "new", "said"), [*slips()])
def test_an_administrator_is_told_of_each_mistake_and_of_nothing_else(tmp_path, old, new, said):
    assert mistakes(tmp_path, replaced(old, new)) == said


def test_all_mistakes_of_a_folder_are_told_at_once_by_file_and_line(tmp_path):
    files = changed(
        ('title = "local authority"', 'titel = "local authority"'),
        ('asked_of = "partners"', 'asked_of = "partner"'),
        ("[state.ended]", '[state.limbo]\ntitle = "Limbo"\nwaiting_on = "unit"\n\n[state.ended]'),
        ('who     = "authority"', 'who     = "panel"'),
        ('only_if = { route = "notify" }', 'only_if = { route = "notfy", reasons = "answered" }'),
        ("within 5 working days of aware_on", "within 5 days of aware_on"),
        ('template      = "packs/letter.toml"', 'template      = "packs/leter.toml"'),
        ('waiting_on = "partners"', 'waiting_on = "partner"'),
    )
    assert [line.split(": ")[0] for line in mistakes(tmp_path, files)] == [
        "children/reply.toml:10",
        "process.toml:15",
        "process.toml:57",
        "process.toml:72",
        "process.toml:72",
        "steps.toml:5",
        "steps.toml:6",
        "steps.toml:6",
        "steps.toml:33",
        "steps.toml:76",
    ]


def test_a_file_that_cannot_be_parsed_does_not_hide_the_mistakes_of_the_others(tmp_path):
    files = changed(
        ("outside = true", "outside = True"),
        ('title  = "Replied"', 'title  = Replied"'),
        ('signed_off_by = "notify"', 'signed_off_by = "notfy"'),
        ('deadlines = ["notification"]', 'deadlines = ["notifications"]'),
    )
    assert [line.split(": ")[0] for line in mistakes(tmp_path, files)] == [
        "children/reply.toml:13",
        "packs/letter.toml:8",
        "process.toml:19",
        "steps.toml:78",
    ]


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (
            "big.toml",
            "# " + "x" * 256 * 1024,
            "big.toml:1: This file is larger than 256 kB; share it out over several files.",
        ),
        (
            "old.toml",
            b"# one\n# caf\xe9\n",
            "old.toml:2: This line has a character that is not UTF-8; save the file as UTF-8.",
        ),
        (
            "deep.toml",
            f"a = {'[' * 3000}",
            "deep.toml:1: Lists or tables are nested too deeply in this file.",
        ),
        (
            "long.toml",
            f"a = {'9' * 5000}",
            "long.toml:1: A number in this file has too many digits.",
        ),
        (
            "dots.toml",
            f"\na{'.a' * 60000} = 1",
            "dots.toml:2: This line has too many dots; break it up.",
        ),
        (
            "more.toml",
            'pack = "letter"',
            'more.toml:1: "pack" must be tables, each beginning [pack.NAME].',
        ),
        (
            "packs/deep.toml",
            f"a = {'[' * 3000}",
            "packs/deep.toml:1: Lists or tables are nested too deeply in this file.",
        ),
        (
            "children/Reply-2.toml",
            SOUND["children/reply.toml"],
            'children/Reply-2.toml:1: "Reply-2" cannot be a name; use small letters, digits '
            'and "_", begin with a letter, and stay within 61 characters.',
        ),
        (
            "packs/two words.typ",
            "",
            "packs/two words.typ:1: "
            "A pack's file is named with letters, digits, dots, _ and - only.",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told_of_and_not_read(tmp_path, name, content, said):
    assert mistakes(tmp_path, {**SOUND, name: content}) == [said]


def test_a_link_that_leads_nowhere_is_told_of(tmp_path):
    folder = write(tmp_path, SOUND)
    (folder / "packs" / "logo.png").symlink_to(folder / "nowhere.png")
    said = "packs/logo.png:1: This file cannot be read: No such file or directory."
    assert mistakes(folder, {}) == [said]


PEOPLE = """\
[question.people]
ask      = "How many people?"
answer   = "number"
at_most  = 3
personal = false
because  = "a count"

[transition.set_it]
from = "referred"
who  = "unit"
sets = {{ people = {} }}
"""


@pytest.mark.parametrize(
    ("value", "fits"), [("0", True), ("3", True), ("4", False), ("true", False)]
)
def test_a_step_sets_a_number_within_its_limits(tmp_path, value, fits):
    said = [] if fits else ['more.toml:11: "people" must be a whole number from 0 to 3.']
    assert mistakes(tmp_path, {**SOUND, "more.toml": PEOPLE.format(value)}) == said


def test_a_file_that_is_a_folder_is_told_of(tmp_path):
    (tmp_path / "more.toml").mkdir()
    assert mistakes(tmp_path, SOUND) == ["more.toml:1: This file cannot be read: Is a directory."]


def test_a_process_has_at_most_two_hundred_states(tmp_path):
    state = '[state.s{}]\ntitle = "S"\nwaiting_on = "unit"\n'
    step = '[transition.t{0}]\nfrom = "s{0}"\nto = "{1}"\nwho = "unit"\n'
    files = changed(('stops_if   = ["decline"]', 'stops_if   = ["decline", "wander"]'))
    start = '[transition.wander]\nfrom = "referred"\nto = "s0"\nwho = "unit"\n'

    def said(most):
        more = "".join(state.format(n) for n in range(most))
        more += "".join(step.format(n, f"s{n + 1}") for n in range(most - 1))
        more += step.format(most - 1, "reviewing")
        return mistakes(tmp_path, {**files, "z.toml": more + start})

    assert said(196) == []
    assert said(197) == ["z.toml:589: A process has at most 200 states; this is one too many."]


@pytest.mark.parametrize("folder", ["nowhere", "empty", "empty/file.txt"])
def test_a_folder_without_a_definition_is_told_of(tmp_path, folder):
    write(tmp_path, {"empty/file.txt": ""})
    said = "This folder holds no definition, or is none; it needs a file that ends in .toml."
    with pytest.raises(DefinitionError) as error:
        load(tmp_path / folder)
    assert error.value.mistakes[0].problem == said
    assert error.value.exit_code == 2


def test_a_mistake_keeps_what_was_meant_apart(tmp_path):
    with pytest.raises(DefinitionError) as error:
        load(write(tmp_path, changed(('who     = "authority"', 'who     = "authorty"'))))
    (mistake,) = error.value.mistakes
    assert (mistake.file, mistake.line) == ("steps.toml", 5)
    assert mistake.problem == 'There is no role "authorty".'
    assert mistake.suggestion == 'Did you mean "authority"?'


def test_no_transition_can_be_called_as_something_of_the_machine_that_fires_it():
    machine = Machine(model=None, states=["a", "b"], initial="a", auto_transitions=False)
    model = type("Model", (), {})()
    Machine(model=model, states=["a", "b"], initial="a", transitions=[["go", "a", "b"]])
    taken = {name for thing in (machine, model) for name in dir(thing) if not name.startswith("_")}
    assert {name for name in taken - {"go"} if not name_problem("transition", name)} == set()
    assert name_problem("state", "trigger") == ""


def test_states_and_steps_are_met_in_the_order_of_the_parts(tmp_path):
    files = {
        **SOUND,
        "process.toml": 'parts = ["steps", "late"]\n' + SOUND["process.toml"],
        "a.toml": '[transition.check]\nfrom = "reviewing"\nwho = "unit"\n',
        "late.toml": '[transition.ask]\nfrom = "reviewing"\nwho = "unit"\n',
    }
    order = ["notify", "decline", "finish", "add_note", "ask", "check"]
    workflow = load(write(tmp_path / "a" / "x", files))
    assert list(workflow.transitions) == order
    files["process.toml"] = SOUND["process.toml"]
    assert load(write(tmp_path / "b" / "x", files)).hash != workflow.hash


SHAPES = {
    "": (HEAD, IN_FORCE),
    "role": (ROLE,),
    "group": (GROUP,),
    "question": (QUESTION,),
    "state": (STATE,),
    "transition": (TRANSITION, APPROVAL, OPENING),
    "timescale": (TIMESCALE, VARIANT, TIME_FROM, REMINDER, ESCALATION),
    "rule": (RULE,),
    "pack": (PACK, PACK_FILE, PACK_SECTION, LINKED_ANSWERS),
}


@pytest.mark.parametrize("shape", [shape for shapes in SHAPES.values() for shape in shapes])
def test_every_key_of_the_language_is_explained(shape):
    page = LANGUAGE.read_text() + LANGUAGE.with_name("verifying.md").read_text()
    unexplained = {
        key for key in shape.keys if not re.search(rf"\b{key}\s*=|`{key}`|\.{key}\]", page)
    }
    assert unexplained - {"section"} == set()


def test_every_key_that_is_explained_is_of_the_language():
    known = {key for shapes in SHAPES.values() for shape in shapes for key in shape.keys}
    blocks = re.findall(r"```toml\n(.*?)```", LANGUAGE.read_text(), re.DOTALL)
    written = {
        key for block in blocks[:-1] for key in re.findall(r"^(\w+)\s*=", block, re.MULTILINE)
    }
    assert written <= known
