from __future__ import annotations

import json

from tests.offices import Office


def headings(said: str) -> list[str]:
    """The lines that begin the explanation of a deadline."""
    return [line for line in said.splitlines() if "]: " in line]


def test_without_a_timescale_every_deadline_of_the_case_is_explained_those_that_run_first(
    office: Office,
) -> None:
    ref = office.at("reviewing")
    told = office.json("explain", ref)
    shown = office.show(ref)["deadlines"]
    assert told["timescale"] is None
    every = [one["timescale"] for one in told["deadlines"]]
    assert sorted(every) == sorted(one["timescale"] for one in shown)
    assert len(every) > 1
    running = [one["status"] not in ("met", "met late", "no longer applies") for one in shown]
    assert 0 < sum(running) < len(running)
    order = [one["status"] in ("met", "met late", "no longer applies") for one in told["deadlines"]]
    assert order == sorted(order)
    said = office.ok("explain", ref)
    assert len(headings(said)) == len(every)
    for name, line in zip(every, headings(said), strict=True):
        assert f"[{name}]: " in line


def test_each_explanation_of_a_case_is_that_of_its_timescale(office: Office) -> None:
    ref = office.at("reviewing")
    every = office.json("explain", ref)
    for one in every["deadlines"]:
        alone = office.json("explain", ref, one["timescale"])
        assert one in alone["deadlines"]
        assert alone["cautions"] == every["cautions"]
        assert alone["timescale"] == one["timescale"]


def test_a_day_that_only_stands_in_for_the_one_that_counts_is_never_called_the_day_it_happened(
    office: Office,
) -> None:
    ref = office.open("place=in our area")
    [told] = office.json("explain", ref, "notification")["deadlines"]
    text = office.ok("explain", ref, "notification")

    assert told["status"] == "provisional"
    assert told["derivation"]["steps"][0]["note"].startswith(
        "day 0, for as long as no other is known"
    )
    assert told["derivation"]["convention"].startswith("That day is day 0")
    assert "day 0, for as long as no other is known" in text
    assert "it happened" not in text + json.dumps(told)


def test_a_case_of_which_no_deadline_has_started_says_so(office: Office) -> None:
    ref = f"{office.at('reviewing')}.1"
    office.ok("take", ref.removesuffix(".1"), "ask_for_summaries", "agencies_asked=police")
    assert office.json("explain", ref)["deadlines"] == []
    assert f"No deadline of {ref} has started." in office.ok("explain", ref)
