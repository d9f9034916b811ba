"""The words of the base under an overlay: added to, and still shown wherever they were."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.describing import describe
from engine.loading import load
from tests.definitions import changed, mistakes, write
from tests.overlays import HEAD, OWN, over, refusal

HINT = "Write them under [{}.also], and they are shown after those of the base."


@pytest.mark.parametrize(
    ("text", "said", "where"),
    [
        (
            '[question.route]\nask = "Which way does it not go?"',
            'process.toml:4: This says otherwise what question "route" asks, '
            '"Which way does it go?"',
            "question.route",
        ),
        (
            '[transition.notify]\ntitle = "Leave the Panel alone"',
            'process.toml:4: This says otherwise what transition "notify" is called, "Notify the '
            'Panel"; it rests on Children Act 2004 s.16C(1).',
            "transition.notify",
        ),
        (
            '[transition.decline]\ntitle = "Notify"',
            'process.toml:4: This says otherwise what transition "decline" is called, "Decline"',
            "transition.decline",
        ),
        (
            '[timescale.notification]\ntitle = "Tell the Panel if there is time"',
            'process.toml:4: This says otherwise what timescale "notification" is called, "Notify '
            'the Panel"; it rests on Children Act 2004 s.16C(1).',
            "timescale.notification",
        ),
    ],
)
def test_words_that_people_act_on_are_not_said_otherwise(
    tmp_path: Path, text: str, said: str, where: str
) -> None:
    (found,) = refusal(tmp_path, text)
    assert found.startswith(said)
    assert found.endswith(HINT.format(where))


def test_how_an_answer_is_said_is_not_said_otherwise(tmp_path: Path) -> None:
    (found,) = refusal(tmp_path, '[question.route]\nsaid = "the decision is not to ..."')
    assert found.startswith(
        'process.toml:4: This says otherwise how an answer to question "route" is said, "the '
        'decision is to ..."'
    )
    assert found.endswith("Leave it out.")


ADDED = """
[question.route.also]
ask  = "box 3 of our form"
help = "Ask Sam Example."
[transition.notify.also]
title = "by our form"
says  = "By the form of our own."
[transition.decline.also]
title = "our step 4"
[timescale.notification.also]
title = "step 5 of our protocol"
note  = "Our protocol has three days."
"""


def test_local_words_are_shown_after_those_of_the_base(tmp_path: Path) -> None:
    workflow = over(tmp_path, ADDED)
    notify, clock = workflow.transitions["notify"], workflow.timescales["notification"]
    route = workflow.questions["route"]
    assert route.ask == "Which way does it go? (locally: box 3 of our form)"
    assert route.help == "Ask Sam Example."
    assert notify.title == "Notify the Panel (locally: by our form)"
    assert notify.says == "By the form of our own."
    assert workflow.transitions["decline"].title == "Decline (locally: our step 4)"
    assert clock.title == "Notify the Panel (locally: step 5 of our protocol)"
    assert clock.note == "Our protocol has three days."
    told = describe(workflow)
    for words in (route.ask, notify.title, clock.title):
        assert words in " ".join(told.split())


def test_what_the_base_explains_stands_before_what_is_explained_locally(tmp_path: Path) -> None:
    files = changed(
        (
            'answer   = ["notify", "do not notify"]\nsaid',
            'answer = ["notify", "do not notify"]\nhelp = "By law."\nsaid',
        ),
        (
            'title      = "Notify the Panel"\ndue',
            'title = "Notify the Panel"\nnote = "No time."\ndue',
        ),
        ("opens   = {", 'says = "The authority alone."\nopens   = {'),
    )
    write(tmp_path / "national", files)
    local = write(tmp_path / "local", {"process.toml": HEAD + ADDED})
    workflow = load(local)
    assert workflow.questions["route"].help == "By law. Locally: Ask Sam Example."
    assert (
        workflow.timescales["notification"].note == "No time. Locally: Our protocol has three days."
    )
    assert workflow.transitions["notify"].says == (
        "The authority alone. Locally: By the form of our own."
    )
    text = HEAD + '[question.route]\nhelp = "x"\n[timescale.notification]\nnote = "x"\n'
    text += '[transition.notify]\nsays = "x"\n'
    found = mistakes(write(local, {"process.toml": text}), {})
    assert [one.split(" This")[0] for one in found] == [
        f"process.toml:{line}:" for line in (4, 6, 8)
    ]
    lower = 'extends = "../local"\nedition = "x"\n[question.route.also]\nask = "here"\n'
    write(local, {"process.toml": HEAD + ADDED})
    lowest = load(write(tmp_path / "lower", {"process.toml": lower}))
    assert lowest.questions["route"].ask == (
        "Which way does it go? (locally: box 3 of our form) (locally: here)"
    )


def test_names_and_what_is_local_are_a_partnerships_to_say(tmp_path: Path) -> None:
    text = """
[role.panel]
title = "the Panel in London"
[group.partners]
title = "our partners"
[state.referred]
title = "Come in"
says  = "It has come in."
[question.route]
because = "as we see it"
[pack.letter]
title = "Our letter"
[timescale.review]
title = "End the review"
[transition.finish]
title = "End the review"
"""
    workflow = over(tmp_path, text)
    assert workflow.timescales["review"].title == "End the review"
    assert workflow.transitions["finish"].title == "End the review"
    assert workflow.states["referred"].title == "Come in"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            '[question.route.also]\nask = "x) Not so (y"',
            "process.toml:4: These words are shown in brackets, and have brackets of their own.",
        ),
        (
            '[transition.notify.also]\ntitle = "a\\nb"',
            "process.toml:4: These words are shown within a line, and are more than one.",
        ),
        ("[question.route.also]\nask = 3", 'process.toml:4: "ask" must be text in quotes'),
        (
            '[question.route.also]\nsaid = "..."',
            'process.toml:4: To "said" of question nothing is added under "also". There are "ask", '
            '"help".',
        ),
    ],
)
def test_local_words_that_could_be_taken_for_those_of_the_base_are_refused(
    tmp_path: Path, text: str, said: str
) -> None:
    (found,) = refusal(tmp_path, text)
    assert found.startswith(said)


def test_a_linked_process_keeps_its_words_too(tmp_path: Path) -> None:
    (found,) = refusal(
        tmp_path, "", {"children/reply.toml": '[question.held]\nask = "What not?"\n'}
    )
    assert found.startswith("children/reply.toml:2: This says otherwise what question")


def test_the_national_words_on_harm_stand_whatever_a_partnership_writes(tmp_path: Path) -> None:
    head = 'extends = "child_safeguarding_practice_review"\nedition = "ours"\n'
    text = f'{head}[state.submitted]\nsays = "Nothing is awaited."\n'
    (found,) = mistakes(tmp_path / "says", {"process.toml": text})
    assert found.startswith('process.toml:4: This says otherwise what is explained of state "submi')
    assert found.endswith(
        "Write them under [state.submitted.also], and they are shown after those of the base."
    )
    for key in ("ask", "said", "help"):
        text = f'{head}[question.outcome]\n{key} = "Was the child unharmed ...?"\n'
        (found,) = mistakes(tmp_path / key, {"process.toml": text})
        assert found.startswith("process.toml:4: This says otherwise")
    text = f'{head}[question.outcome.also]\nask = "see our threshold guide"\n'
    text += '[state.submitted.also]\nsays = "Ask Sam Example."\n'
    workflow = load(write(tmp_path / "ours", {"process.toml": text}))
    assert workflow.questions["outcome"].ask.endswith("harmed? (locally: see our threshold guide)")
    assert workflow.states["submitted"].says.endswith(" Locally: Ask Sam Example.")


SECTION = '[[section]]\ntitle = "Ours"\nanswers = ["reasons"]\n'
LINKED = '[[section]]\ntitle = "Ours"\nlinked = { process = "reply", answers = ["held"], '
PACK = '[pack.own]\ntitle = "Ours"\nto = "panel"\ntemplate = "packs/own.toml"\n'


@pytest.mark.parametrize("name", ["letter", "own"])
def test_what_is_printed_above_an_answer_of_the_base_is_not_said_otherwise(
    tmp_path: Path, name: str
) -> None:
    files = {f"packs/{name}.toml": SECTION + 'headings = { reasons = "Why it was not" }\n'}
    (said,) = refusal(tmp_path, PACK if name == "own" else "", files)
    assert said.startswith(
        f'packs/{name}.toml:4: This says otherwise what question "reasons" asks, "Why was it '
        'decided so?". Leave it out, and the question itself is printed.'
    )
    linked = LINKED + 'headings = { held = "Not held" } }\n'
    (said,) = refusal(tmp_path, PACK if name == "own" else "", {f"packs/{name}.toml": linked})
    assert 'what question "held" asks' in said


def test_a_heading_that_the_base_prints_itself_may_be_printed_again(tmp_path: Path) -> None:
    letter = changed(('deadlines = ["notification"]', 'headings = { reasons = "Reasons" }'))
    write(tmp_path / "national", letter)
    own = SECTION.replace('["reasons"]', '["reasons", "form"]')
    own += 'headings = { reasons = "Reasons", form = "Our form" }\n'
    files = {"process.toml": HEAD + OWN + PACK, "packs/own.toml": own}
    assert mistakes(tmp_path / "local", files) == []
