from __future__ import annotations

import json
import re
import shlex
import shutil
from pathlib import Path

from tests.moving import IN_REVIEW
from tests.offices import Office, ago
from tests.stories import PROCESS, ROOT
from tests.worlds import SAMPLE


def newer(office: Office, folder: Path, *edits: tuple[str, str], name: str = "2026-01") -> str:
    """Bring an edited copy of the sample into use; yields what activating it said."""
    copy = folder / name / "incident"
    shutil.copytree(SAMPLE, copy)
    text = (copy / "process.toml").read_text(encoding="utf-8")
    for old, new in (('edition      = "2025-01"', f'edition      = "{name}"'), *edits):
        assert old in text, old
        text = text.replace(old, new)
    (copy / "process.toml").write_text(text, encoding="utf-8")
    return office.ok("workflow", "activate", str(copy), "--anyway")


AGREED = ("--allow-later", "notification")
MONTH = ("within 5 working days of aware_on", "within 1 month of aware_on")


def test_activating_says_how_many_open_cases_stay_and_the_list_where_they_are(
    office: Office, tmp_path: Path
) -> None:
    office.open()
    office.open()
    said = " ".join(newer(office, tmp_path, MONTH).split())
    assert (
        "2 open cases stay under others; `workflow migrate incident --to 2026-01 --dry-run`" in said
    )
    listed = " ".join(office.ok("workflow", "list").split())
    assert re.search(
        r"edition 2025-01 \([0-9a-f]{12}\), in force from Fri 29 Jun 2018; 2 open cases", listed
    )
    in_use = office.json("workflow", "list")["in_use"]
    assert [(one["edition"], one["open"]) for one in in_use if one["workflow"] == "incident"] == [
        ("2026-01", 0),
        ("2025-01", 2),
    ]


def test_a_dry_run_says_what_would_be_done_and_the_move_does_it(
    office: Office, tmp_path: Path
) -> None:
    ref = office.open()
    newer(office, tmp_path, MONTH)
    seen = office.ok("workflow", "migrate", "incident", "--to", "2026-01", "--dry-run", *AGREED)
    assert "1 case can be moved to Sample incident, edition 2026-01" in seen
    assert f'{ref}, from edition 2025-01: at "It has been referred"' in seen
    assert 'LATER: "Notify the Panel": is counted by the new edition, due' in seen
    assert "LATER: in 1 case a duty would be due later, or end." in " ".join(seen.split())
    assert (
        'required by Sample Act s.1; on the word of statutory guidance ("should"): Sample '
        "guidance; that is unconfirmed: second-hand"
    ) in " ".join(seen.split())
    before = office.show(ref)

    said = office.refused(2, "workflow", "migrate", "incident", "--to", "2026-01")
    assert said == "Look at it with --dry-run first; then say --yes.\n"
    assert office.show(ref) == before
    done = office.json("workflow", "migrate", "incident", "--to", "2026-01", "--yes", *AGREED)
    [moved] = done["moved"]
    assert (moved["ref"], moved["edition"], done["refused"]) == (ref, "2025-01", [])
    [clock] = moved["cases"][0]["clocks"]
    assert clock["choice"] == "rebase"
    assert clock["new"]["rule"] == "within 1 month of aware_on"
    assert office.show(ref)["edition_name"] == "2026-01"
    [due] = office.show(ref)["deadlines"]
    assert due["due_on"] == clock["new"]["due_on"]
    history = " ".join(office.ok("history", ref).split())
    assert "moved from edition 2025-01 to 2026-01" in history
    assert '- LATER: "Notify the Panel": due' in history
    explained = " ".join(office.ok("explain", ref, "notification").split())
    assert "The move to edition 2026-01 made this duty (Sample Act s.1) later than" in explained
    assert "Sample guidance; that is unconfirmed: second-hand." in explained
    assert (
        "every open case"
        in office.ok("workflow", "migrate", "incident", "--to", "2026-01", "--yes").lower()
    )
    assert "agree" in office.ok("audit", "verify")


def test_a_case_of_which_nobody_has_agreed_that_a_duty_is_later_stays_and_the_dry_run_says_why(
    office: Office, tmp_path: Path
) -> None:
    ref = office.open()
    newer(office, tmp_path, MONTH)
    words = ("workflow", "migrate", "incident", "--to", "2026-01")
    seen = " ".join(office.ok(*words, "--dry-run").split())
    assert "0 cases can be moved" in seen
    assert '- LATER: "Notify the Panel", required by Sample Act s.1, would be due' in seen
    assert "(agree to it with --allow-later notification, or leave its day as it is with" in seen
    document = office.json(*words, "--dry-run")
    [clock] = document["refused"][0]["cases"][0]["clocks"]
    assert clock["looser"]["confirmed"] == "second-hand"
    said = " ".join(office.refused(4, *words, "--yes").split())
    assert 'LATER: "Notify the Panel", required by Sample Act s.1, would be due' in said
    assert office.show(ref)["edition_name"] == "2025-01"
    office.ok(*words, "--yes", "--timescale", "notification=keep")
    assert office.show(ref)["edition_name"] == "2026-01"


def test_giving_back_what_was_stricter_says_that_a_duty_is_later_and_on_whose_word(
    office: Office, tmp_path: Path
) -> None:
    ref = office.open()
    newer(office, tmp_path, ("within 5 working days of aware", "within 4 working days of aware"))
    office.ok("workflow", "migrate", "incident", "--to", "2026-01", "--yes")
    words = ("workflow", "migrate", "incident", "--back", "--yes")
    said = " ".join(office.refused(4, *words).split())
    assert 'LATER: "Notify the Panel", required by Sample Act s.1, would be due' in said
    assert office.show(ref)["edition_name"] == "2026-01"
    said = " ".join(office.ok(*words, *AGREED).split())
    assert "again. LATER: in 1 case a duty is due later than before, or has ended." in said
    assert 'LATER: "Notify the Panel": is as it was before, due' in said
    assert said.endswith("Sample guidance; that is unconfirmed: second-hand")
    history = " ".join(office.ok("history", ref).split())
    assert history.count('LATER: "Notify the Panel": due') == 1


def test_moved_cases_are_given_back(office: Office, tmp_path: Path) -> None:
    ref, other = office.open(), office.open()
    newer(office, tmp_path, MONTH)
    before = office.show(ref)["deadlines"]
    office.ok("workflow", "migrate", "incident", "--to", "2026-01", "--yes", *AGREED)
    office.ok("take", other, "start_deciding")
    said = office.ok("workflow", "migrate", "incident", "--back", "--yes", "--reason", "withdrawn")
    assert said.startswith("1 case is under the edition of before again.")
    assert f"{other} cannot be given back to its former edition" in said
    assert 'the step "Begin the decision" was taken on' in " ".join(said.split())
    assert (office.show(ref)["edition_name"], office.show(other)["edition_name"]) == (
        "2025-01",
        "2026-01",
    )
    assert office.show(ref)["deadlines"] == before
    assert "given back to edition 2025-01" in office.ok("history", ref)
    office.refused(4, "workflow", "migrate", "incident", "--back", "--yes", "--case", other)
    assert "agree" in office.ok("audit", "verify")


def test_a_case_that_cannot_be_moved_is_refused_with_the_reason(
    office: Office, tmp_path: Path
) -> None:
    ref = office.at("reviewing")
    newer(office, tmp_path, *IN_REVIEW)
    said = office.refused(4, "workflow", "migrate", "incident", "--to", "2026-01", "--yes")
    assert 'the case is at "It is being reviewed", and the new edition has no such state' in said
    assert "--state reviewing=NEW" in said
    assert "Nothing was changed." in said
    document = office.json("workflow", "migrate", "incident", "--to", "2026-01", "--dry-run")
    [refused] = document["refused"]
    assert (refused["ref"], document["moved"]) == (ref, [])
    office.ok(
        "workflow",
        "migrate",
        "incident",
        "--to",
        "2026-01",
        "--yes",
        "--state",
        "reviewing=in_review",
    )
    assert office.show(ref)["state"] == "in_review"


def test_a_dry_run_to_an_edition_to_come_says_from_which_day_cases_can_be_moved(
    office: Office, tmp_path: Path
) -> None:
    office.open()
    newer(office, tmp_path, ("{ from = 2018-06-29 }", "{ from = 2099-01-01 }"))
    words = ("workflow", "migrate", "incident", "--to", "2026-01")
    said = " ".join(office.ok(*words, "--dry-run").split())
    assert "1 case can be moved to Sample incident, edition 2026-01" in said
    assert "It is in force from Thu 1 Jan 2099, and no case is moved to it before that day." in said
    assert office.json(*words, "--dry-run")["to"]["in_force_from"] == "2099-01-01"
    refused = " ".join(office.refused(2, *words, "--yes").split())
    assert "is in force from Thu 1 Jan 2099, and no case is moved to it before" in refused


def test_a_duty_is_kept_and_said_so(office: Office, tmp_path: Path) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    newer(office, tmp_path, MONTH)
    words = ("workflow", "migrate", "incident", "--to", "2026-01", "--yes")
    said = " ".join(office.refused(4, *words, "--timescale", "notification=stop").split())
    assert '"Notify the Panel" is required by Sample Act s.1, and the new edition counts it' in said
    before = office.show(ref)["deadlines"][0]["due_on"]
    office.ok(*words, "--timescale", "notification=keep")
    assert office.show(ref)["deadlines"][0]["due_on"] == before
    assert '"Notify the Panel" stays as it was counted' in " ".join(
        office.ok("history", ref).split()
    )
    explained = " ".join(office.ok("explain", ref, "notification").split())
    assert "within 5 working days of" in explained
    assert (
        "That is the rule of edition 2025-01: it was left so when the case was moved" in explained
    )
    office.ok("workflow", "migrate", "incident", "--back", "--yes")
    assert "That is the rule of edition" not in " ".join(
        office.ok("explain", ref, "notification").split()
    )


def test_what_is_typed_wrongly_is_said_before_anything_is_done(
    office: Office, tmp_path: Path
) -> None:
    office.open()
    newer(office, tmp_path, MONTH)
    words = ("workflow", "migrate", "incident")
    to = (*words, "--to", "2026-01", "--yes")
    for more, sentence in (
        (words, "Say either --to EDITION or --back."),
        ((*to, "--back"), "Say either --to EDITION or --back."),
        ((*words, "--to", "1999-01"), 'There is no edition "1999-01" of incident in use'),
        (("workflow", "migrate", "nothing", "--to", "1"), 'No edition of "nothing" is in use'),
        ((*to, "--timescale", "notification"), "Write --timescale TIMESCALE=keep."),
        ((*to, "--timescale", "notification=never"), "is one of: keep, rebase, restart, stop."),
        ((*to, "--timescale", "notifcation=keep"), "did you mean notification?"),
        ((*to, "--state", "refered=deciding"), "did you mean referred?"),
        ((*to, "--state", "referred=nowhere"), 'There is no state "nowhere"'),
        ((*to, "--timescale", "review=keep", "--timescale", "review=stop"), "names review twice"),
        ((*to, "--allow-later", "notifcation"), "did you mean notification?"),
        ((*to, *AGREED, "--timescale", "notification=stop"), "notification, not both."),
        ((*words, "--back"), "Say --yes to give cases back"),
        ((*words, "--back", "--yes", "--timescale", "review=keep"), "--back takes no other choice"),
        ((*words, "--back", "--yes", "--allow-later", "revew"), "did you mean review?"),
    ):
        assert sentence in " ".join(office.refused(2, *more).split())
    office.refused(3, *to, "--case", "2025-AAAAAA")


def test_of_two_editions_that_have_one_name_from_before_the_hash_says_which(
    office: Office, tmp_path: Path
) -> None:
    ref = office.open()
    newer(office, tmp_path, MONTH)
    newer(office, tmp_path, ("within 5 working days", "within 6 working days"), name="2026-02")
    store = office.store()
    with store.write() as tx:
        tx.run("UPDATE editions SET edition = '2026-01' WHERE edition = '2026-02'")
    store.close()
    said = " ".join(office.refused(2, "workflow", "migrate", "incident", "--to", "2026-01").split())
    assert '"2026-01" names several editions of incident; give the hash of one of them' in said
    listed = office.json("workflow", "list")["in_use"]
    [content_hash] = {o["hash"] for o in listed if o["hash"][:12] == said.split(" (")[1][:12]}
    office.ok("workflow", "migrate", "incident", "--to", content_hash[:10], "--yes", *AGREED)
    assert office.show(ref)["edition"] == content_hash


def test_who_does_not_keep_the_record_moves_nothing(office: Office, tmp_path: Path) -> None:
    ref = office.open()
    newer(office, tmp_path, MONTH)
    before = office.show(ref)
    for more in ("--yes", "--dry-run"):
        said = office.refused(
            4, "workflow", "migrate", "incident", "--to", "2026-01", more, "--as", "lee"
        )
        assert "by those who keep the record of a process in use" in " ".join(said.split())
    assert office.show(ref) == before


def test_help_tells_the_two_kinds_of_migration_apart(office: Office) -> None:
    said = " ".join(office.run("workflow", "migrate", "--help").stdout.split())
    assert "The database's own schema is brought up to date with `casetrail migrate`." in said
    assert "Move open cases to another edition" in said


def test_the_commands_of_the_page_on_editions_run_as_they_are_written(
    unit: Office, tmp_path: Path
) -> None:
    page = (ROOT / "docs" / "editions.md").read_text(encoding="utf-8")
    copy = tmp_path / PROCESS.name
    shutil.copytree(PROCESS, copy)
    text = (copy / "process.toml").read_text(encoding="utf-8")
    text = text.replace('edition      = "2026-11"', 'edition      = "2027-01"')
    (copy / "process.toml").write_text(text, encoding="utf-8")
    unit.ok("workflow", "activate", str(copy), "--as", "sam")
    ran = []
    for block in re.findall(r"```sh\n(.*?)```", page, re.DOTALL):
        for line in block.strip().split("\n"):
            words = shlex.split(line)[1:]
            unit.ok(*words, "--as", "sam")
            ran.append(words[1])
    assert ran == ["compare", "migrate", "migrate", "migrate"]


def test_comparing_says_what_was_and_what_is_and_counts_it(office: Office, tmp_path: Path) -> None:
    newer(office, tmp_path, MONTH)
    said = office.ok("workflow", "compare", "incident@2025-01", "incident@2026-01")
    assert "2 changes (1 looser, 1 neither)." in said
    assert '[looser] The timescale "Notify the Panel": what is allowed' in said
    document = office.json("workflow", "compare", str(SAMPLE), "incident@2026-01")
    assert document["summary"] == {"stricter": 0, "looser": 1, "other": 1}
    assert document["changes"][0]["verdict"] == "looser"
    assert [document[side]["edition"] for side in ("old", "new")] == ["2025-01", "2026-01"]
    content_hash = document["new"]["hash"]
    again = office.json("workflow", "compare", f"incident@{content_hash[:8]}", "incident")
    assert again["changes"] == []
    assert "nothing has changed" in office.ok("workflow", "compare", str(SAMPLE), str(SAMPLE))


def test_comparing_what_there_is_not_is_refused_with_what_could_be_meant(
    office: Office, tmp_path: Path
) -> None:
    for words, sentence in (
        (("nowhere", str(SAMPLE)), 'There is no process and no folder "nowhere"'),
        (("incident@1999", str(SAMPLE)), 'There is no edition "1999" of incident in use'),
        (("incident@", str(SAMPLE)), "Write an edition after the @"),
    ):
        said = " ".join(office.refused(2, "workflow", "compare", *words).split())
        assert sentence in said
    result = Office(tmp_path).run("workflow", "compare", "nowhere", str(SAMPLE))
    assert result.exit_code == 2
    assert "PROCESS@EDITION" in result.stderr


def test_comparing_needs_no_store(tmp_path: Path) -> None:
    office = Office(tmp_path)
    document = json.loads(
        office.run("workflow", "compare", str(SAMPLE), PROCESS.name, "--json").stdout
    )
    assert sum(document["summary"].values()) == len(document["changes"]) > 100
