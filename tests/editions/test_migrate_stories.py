from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from engine import queries
from engine.case import Case
from engine.loading.resolving import hashed
from engine.scenarios.playing import Player
from engine.scenarios.story import stories as stories_of
from engine.service import editions
from engine.service.moving import giving_back, migrating
from engine.service.moving.migrating import Move
from engine.service.trail import verifying
from engine.service.workplace import Workplace
from tests import stories
from tests.reviews import SAM
from tests.shared import loaded, scenario
from tests.stories import PROCESS

LATER = "2027-01"
TOLD = (
    "a_whole_review",
    "a_decision_to_notify_can_be_taken_back_before_it_is_sent",
    "a_step_is_set_aside_and_what_left_the_building_is_followed_up",
    "a_wrong_day_of_awareness_is_corrected_and_the_clock_follows",
    "agencies_asked_by_mistake_are_no_longer_waited_for",
    "an_incident_is_notified_retrospectively",
    "an_incident_that_is_notified_again_is_reviewed_and_signed_off_anew",
    "an_incident_that_is_open_twice_is_closed_once",
    "new_information_reopens_the_decision_with_its_own_day_of_awareness",
    "one_person_is_erased_and_the_trail_holds",
    "publication_is_held_for_proceedings_and_the_six_months_run_on",
    "steps_are_passed_over_only_where_that_is_said",
    "until_it_is_known_when_the_authority_knew_the_clock_is_provisional",
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("stories") / "casetrail.db"
    stories.make_store(f"sqlite:///{file}")
    return file


def clocks(place: Workplace) -> dict[str, dict[Any, Any]]:
    """Every deadline of every case: where it stands, and its days."""
    names = ("status", "rule", "starts_on", "due_on", "due_from", "due_to", "met_on")
    found = {}
    with place.database.read() as tx:
        for ref, *_ in tx.rows(queries.PINNED, (place.log,)):
            rows = Case(str(ref), place.store.load(tx, str(ref))).deadlines()
            found[str(ref)] = {
                key[1:]: tuple(row[name] for name in names) for key, row in rows.items()
            }
    return found


@pytest.mark.parametrize("name", TOLD)
def test_a_story_can_be_moved_to_an_edition_that_says_the_same_and_back_again(
    template: Path, tmp_path: Path, name: str
) -> None:
    workflow = loaded(PROCESS)
    same = hashed(replace(workflow, edition=LATER, hash=""))
    file = next(one for one in stories_of(PROCESS) if one.stem == name)
    with stories.partnership(stories.copied(template, tmp_path), stories.CAST) as (place, clock):
        Player(place, clock).play(scenario(file))
        editions.activate(place, SAM, same, {})
        before = clocks(place)

        found = list(migrating.migrate(place, SAM, Move(workflow.name, LATER)))
        assert [need for one in found for need in one.needs] == []
        assert clocks(place) == before
        assert verifying.verify(place).problems == []
        back = list(giving_back.give_back(place, SAM, workflow.name))
        assert [one.ref for one in back] == [one.ref for one in found]
        assert [need for one in back for need in one.needs] == []
        assert clocks(place) == before
        assert verifying.verify(place).problems == []
