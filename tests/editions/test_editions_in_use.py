from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine.errors import UsageError
from engine.loading import load, sources
from engine.service import editions
from tests.activating import IN_FORCE, SHORTER, activations, copied, editions_of, own, plainly
from tests.offices import Office, ago
from tests.shared import loaded
from tests.worlds import BESS, SAMPLE, World


def test_another_text_under_the_name_of_an_edition_in_use_is_refused(
    office: Office, tmp_path: Path
) -> None:
    known = office.json("workflow", "check", str(SAMPLE))["hash"]
    folder = copied(tmp_path, SHORTER, name="2025-01")
    other = office.json("workflow", "check", folder)["hash"]
    for words in ((), ("--anyway",)):
        assert plainly(office.refused(2, "workflow", "activate", folder, *words)) == (
            f'Another text of "Sample incident" is in use as edition 2025-01 ({known[:12]}), and a '
            f"name stands for one text alone: give this one ({other[:12]}) a name of its own, as "
            'edition = "..." in its process.toml.'
        )
    assert editions_of(office) == ["2025-01"]


def test_no_door_brings_two_texts_into_use_under_one_name(world: World, tmp_path: Path) -> None:
    folder = Path(copied(tmp_path, SHORTER, name="2025-01"))
    with pytest.raises(UsageError, match="a name stands for one text alone"):
        editions.activate(world.place, BESS, load(folder), sources(folder))
    assert world.verdict().problems == []
    assert len(editions.of_process(world.place, "incident")) == 1


def test_an_edition_takes_its_place_again_on_either_kind_of_database(
    world: World, tmp_path: Path
) -> None:
    folder = Path(copied(tmp_path, SHORTER))
    known = [(loaded(SAMPLE), sources(SAMPLE)), (load(folder), sources(folder))]
    for workflow, texts in (known[1], known[0], known[1], known[0]):
        assert editions.activate(world.place, BESS, workflow, texts)
        assert not editions.activate(world.place, BESS, workflow, texts)
        governs = editions.for_new_cases(world.place, "incident")
        assert governs is not None
        assert governs.hash == workflow.hash
    assert len(editions.of_process(world.place, "incident")) == 2
    assert world.verdict().problems == []


def test_the_list_names_each_edition_with_its_own_title_its_hash_and_which_one_new_cases_have(
    office: Office, tmp_path: Path
) -> None:
    named = ('title        = "Sample incident"', 'title        = "Another incident"')
    office.ok("workflow", "activate", copied(tmp_path, named), "--anyway")
    found = [
        one for one in office.json("workflow", "list")["in_use"] if one["workflow"] == "incident"
    ]
    assert [(one["title"], one["edition"], one["new_cases"]) for one in found] == [
        ("Another incident", "2025-02", True),
        ("Sample incident", "2025-01", False),
    ]
    said = plainly(office.ok("workflow", "list"))
    first, second = (one["hash"][:12] for one in found)
    days = "in force from Fri 29 Jun 2018"
    assert f"Another incident, edition 2025-02 ({first}), {days}; new cases open under it" in said
    assert f"Sample incident, edition 2025-01 ({second}), {days}; brought into use" in said


def test_an_edition_is_named_by_the_first_digits_of_its_hash_wherever_one_is_named(
    office: Office, tmp_path: Path
) -> None:
    ref = office.open()
    known = office.json("workflow", "check", str(SAMPLE))["hash"][:12]
    office.ok("workflow", "activate", copied(tmp_path), "--anyway")
    later = office.json("workflow", "list")["in_use"][-2]["hash"][:12]
    words = ("place=in our area", f"aware_on={ago(1)}", "--not-the-same")
    opened = office.json("open", "incident", *words, "--edition", known)["ref"]
    assert office.show(opened)["edition_name"] == "2025-01"
    moved = office.json("workflow", "migrate", "incident", "--to", later, "--yes")
    assert {one["ref"] for one in moved["moved"]} == {ref, opened}
    compared = office.json("workflow", "compare", f"incident@{known}", f"incident@{later}")
    assert [compared[side]["edition"] for side in ("old", "new")] == ["2025-01", "2025-02"]
    replayed = office.json("workflow", "replay", "incident", "--with", known)
    assert replayed["edition"] == "2025-01"
    asked = (*words[:2], "--until", ago(-9), "--brief")
    rehearsed = [
        office.json("workflow", "rehearse", f"incident@{one}", *asked)["edition"]
        for one in ("2025-01", known, later)
    ]
    assert rehearsed == ["2025-01", "2025-01", "2025-02"]
    said = office.refused(2, "open", "incident", *words, "--edition", "facade")
    assert 'There is no edition "facade" of incident in use' in said


def test_an_edition_whose_place_another_has_taken_takes_it_again(
    office: Office, tmp_path: Path
) -> None:
    second = copied(tmp_path, SHORTER)
    said = plainly(office.ok("workflow", "activate", second, "--anyway"))
    assert "New cases open under it, and no longer under edition 2025-01 (" in said
    assert office.show(office.open())["edition_name"] == "2025-02"

    said = plainly(office.ok("workflow", "activate", str(SAMPLE)))
    assert "Sample incident, edition 2025-01, is in use again (" in said
    assert "New cases open under it, and no longer under edition 2025-02 (" in said
    assert office.show(office.open())["edition_name"] == "2025-01"
    assert activations(office)[-1]["again"] == 1
    assert editions_of(office) == ["2025-01", "2025-02"]

    number = len(activations(office))
    document = office.json("workflow", "activate", str(SAMPLE))
    assert (document["activated"], document["new_cases"]["edition"]) == (False, "2025-01")
    said = plainly(office.ok("workflow", "activate", str(SAMPLE)))
    assert "edition 2025-01, was in use already (" in said
    assert "New cases open under it." in said
    assert len(activations(office)) == number
    assert office.json("audit", "verify")["problems"] == []


def test_an_edition_whose_files_are_gone_takes_its_place_again_by_its_name(
    office: Office, tmp_path: Path
) -> None:
    office.ok("workflow", "activate", copied(tmp_path), "--anyway")
    known = office.json("workflow", "check", str(SAMPLE))["hash"]
    for name, edition in (("2025-01", "2025-01"), ("2025-02", "2025-02"), (known[:12], "2025-01")):
        document = office.json("workflow", "activate", f"incident@{name}")
        assert (document["activated"], document["new_cases"]["edition"]) == (True, edition)
    assert "was in use already" in office.ok("workflow", "activate", "incident@2025-01")
    said = office.refused(2, "workflow", "activate", "incident@2024-01")
    assert 'There is no edition "2024-01" of incident in use' in said
    office.refused(4, "workflow", "activate", "incident@2025-02", "--as", "eve")
    assert office.json("audit", "verify")["problems"] == []


def test_remarks_in_the_files_of_an_edition_that_is_used_again_alter_nothing_that_was_stored(
    office: Office, tmp_path: Path
) -> None:
    first = own(tmp_path)
    second = own(tmp_path / "two", ('edition      = "1"', 'edition      = "2"'))
    for folder in (first, second):
        office.ok("workflow", "activate", folder)
    own(tmp_path, more="\n# A remark.\n")
    assert "is in use again" in office.ok("workflow", "activate", first)
    assert activations(office)[-1]["sources"] == activations(office)[-3]["sources"]
    assert office.json("audit", "verify")["problems"] == []


def test_an_edition_to_come_is_said_to_be_so_and_which_one_new_cases_have_until_then(
    office: Office, tmp_path: Path
) -> None:
    to_come = (IN_FORCE, "in_force     = { from = 2099-01-01 }")
    folder = copied(tmp_path, to_come, name="2099-01")
    said = plainly(office.ok("workflow", "activate", folder, "--anyway"))
    assert "edition 2099-01, is in use (" in said
    assert (
        "in force from Thu 1 Jan 2099 on; until then new cases open under edition 2025-01" in said
    )

    assert "was in use already" in office.ok("workflow", "activate", str(SAMPLE))
    later = copied(tmp_path, SHORTER)
    document = json.loads(office.ok("workflow", "activate", later, "--anyway", "--json"))
    assert document["passed_over"] == [{"edition": "2099-01", "from": "2099-01-01"}]
    said = plainly(office.ok("workflow", "activate", later))
    assert "Edition 2099-01 is to be in force from Thu 1 Jan 2099 on, and no case would" in said

    assert "is in use again" in office.ok("workflow", "activate", folder)
    document = office.json("workflow", "activate", later)
    assert (document["activated"], document["passed_over"]) == (False, [])
    assert document["new_cases"]["edition"] == "2025-02"


def test_an_edition_whose_days_are_over_is_said_to_be_so(office: Office, tmp_path: Path) -> None:
    over = (IN_FORCE, f"in_force     = {{ from = 2016-01-01, to = {ago(1)} }}")
    said = plainly(office.ok("workflow", "activate", copied(tmp_path, over), "--anyway"))
    assert "It was in force until" in said
    assert "; new cases open under edition 2025-01 (" in said
    assert "was in use already" in office.ok("workflow", "activate", str(SAMPLE))


def test_an_edition_that_cannot_be_read_is_listed_all_the_same(office: Office) -> None:
    store = office.store()
    name = "editions_are_sealed"
    with store.write() as tx:
        kept = tx.row("SELECT sql FROM sqlite_master WHERE name = ?", (name,))
        assert kept
        tx.run(f"DROP TRIGGER {name}")
        tx.run("UPDATE edition_texts SET resolved = '{}'")
        tx.run(kept[0])
    store.close()
    found = office.json("workflow", "list")["in_use"]
    assert {one["title"] for one in found} == {one["workflow"] for one in found}
