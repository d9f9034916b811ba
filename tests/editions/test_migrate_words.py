"""What is read of each change that was agreed to: in the dry run, in the history, in `explain`."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from engine.apply import EFFECTS
from engine.dates import said
from engine.decide.moving.entries import entry
from engine.decide.moving.returning import HARMLESS
from tests.editions.test_migrate_command import newer
from tests.moving import IN_REVIEW, INCIDENT, Edit
from tests.offices import Office, ago
from tests.worlds import SAMPLE

HEAD = "[timescale.notification]"
BLOCK = (SAMPLE / "process.toml").read_text(encoding="utf-8")
BLOCK = HEAD + BLOCK.partition(HEAD)[2].partition("\n[")[0] + "\n"
REMIND = 'remind      = [{ at = "2 working days before it is due", tell = ["local_authority"] }]\n'
NO_NAME = "the edition names no authority for that"
AGREED = ("--allow-later", "notification")
STOPPED = ("--timescale", "notification=stop")
GUIDANCE = 'on the word of statutory guidance ("should"): Sample guidance; that is unconfirmed: '
"""On whose word a day of the sample is later."""


def edited(*pairs: Edit) -> Edit:
    text = BLOCK
    for old, new in pairs:
        assert old in text, old
        text = text.replace(old, new)
    return BLOCK, text


DUE = 'due         = "within 5 working days of aware_on"'
LASTING = edited((DUE, 'keep        = "12 months after aware_on"'))


class Said(NamedTuple):
    """An edition, what has to be agreed to for it, and what is then read."""

    edit: Edit
    agreed: tuple[str, ...]
    seen: str
    """What the dry run says where nobody has agreed."""
    noted: str
    """What the history says of it."""
    explained: str
    """What `explain` says of it."""


CASES = {
    "LATER": Said(
        edited(("within 5 working", "within 8 working")),
        AGREED,
        f'- LATER: "Notify the Panel", required by Sample Act s.1, would be due NEW and not OLD, '
        f"{GUIDANCE}second-hand (agree to it with --allow-later notification, or leave its day as "
        "it is with --timescale notification=keep)",
        f'- LATER: "Notify the Panel": due NEW, was due OLD; required by Sample Act s.1; '
        f"{GUIDANCE}second-hand",
        "deadline moved: from OLD to NEW, because the case was moved to another edition. The move "
        f"to edition 2026-01 made this duty (Sample Act s.1) later than OLD, {GUIDANCE}"
        "second-hand.",
    ),
    "LOOSER": Said(
        edited(("2 working days before it is due", "1 working day before it is due")),
        AGREED,
        '- LOOSER: "Notify the Panel" is required by Sample Act s.1, and in the new edition its '
        "reminder goes out 1 working day before it is due and not 2 working days before it is due; "
        f"{NO_NAME} (agree to it with --allow-later notification)",
        '- LOOSER: "Notify the Panel": still due OLD; its reminder goes out 1 working day before '
        "it is due and not 2 working days before it is due; required by Sample Act s.1; " + NO_NAME,
        "reminders and escalations changed, because the case was moved to another edition. The "
        "move to edition 2026-01 loosened this duty (Sample Act s.1): its reminder goes out 1 "
        f"working day before it is due and not 2 working days before it is due; {NO_NAME}.",
    ),
    "LOOSER, of what leaves its notices alone": Said(
        edited(('"record_notification_sent"', '"record_notification_sent", "start_deciding"')),
        AGREED,
        '- LOOSER: "Notify the Panel" is required by Sample Act s.1, and in the new edition it may '
        f'be met by "Begin the decision" too; {NO_NAME} (agree to it with --allow-later notific',
        '- LOOSER: "Notify the Panel": still due OLD; it may be met by "Begin the decision" too; '
        f"required by Sample Act s.1; {NO_NAME}",
        "moved to another edition. The move to edition 2026-01 loosened this duty (Sample Act s.1):"
        f' it may be met by "Begin the decision" too; {NO_NAME}.',
    ),
    "NO DUTY": Said(
        edited(('duty        = "Sample Act s.1"\n', "")),
        AGREED,
        '- NO DUTY: "Notify the Panel" is required by Sample Act s.1, and by nothing any more in '
        f"the new edition; {NO_NAME} (agree to it with --allow-later notification)",
        '- NO DUTY: "Notify the Panel": still due OLD; no longer required by Sample Act s.1; '
        + NO_NAME,
        "moved to another edition. The move to edition 2026-01 let this duty (Sample Act s.1) be "
        f"no duty any more; {NO_NAME}.",
    ),
    "ENDS": Said(
        (BLOCK, ""),
        STOPPED,
        '- ENDS: "Notify the Panel" is required by Sample Act s.1, was due OLD, and the new '
        f"edition does not have it; {NO_NAME} (if that is so, say --timescale notification=stop)",
        '- ENDS: "Notify the Panel" is not counted any more, was due OLD; required by Sample Act '
        f"s.1; {NO_NAME}",
        "deadline no longer applies, because the case was moved to another edition. The move to "
        f"edition 2026-01 ended this duty (Sample Act s.1), due on OLD; {NO_NAME}.",
    ),
}


def short(office: Office, ref: str) -> str:
    """The day of the duty as people read it."""
    [one] = office.json("explain", ref, "notification")["deadlines"]
    return said(one["due_on"], short=True)


def flat(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize("head", CASES)
def test_each_change_that_was_agreed_to_is_read_in_the_history_and_in_its_explanation(
    office: Office, tmp_path: Path, head: str
) -> None:
    one = CASES[head]
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    was = short(office, ref)
    newer(office, tmp_path, one.edit)
    words = ("workflow", "migrate", "incident", "--to", "2026-01")
    seen = flat(office.ok(*words, "--dry-run"))
    office.ok(*words, "--yes", *one.agreed)
    now = was if head != "LATER" else short(office, ref)

    def filled(text: str) -> str:
        return text.replace("OLD", was).replace("NEW", now)

    assert filled(one.seen) in seen
    history = flat(office.ok("history", ref))
    assert filled(one.noted) in history
    assert "deadline moved" not in history or head == "LATER"
    assert filled(one.explained) in flat(office.ok("explain", ref))
    explained = flat(office.ok("explain", ref, "notification"))
    assert filled(one.explained) in explained
    assert explained.count("The move to edition 2026-01") == 1
    assert "agree" in office.ok("audit", "verify")


def test_a_duty_that_only_the_former_edition_had_is_told_as_it_was_then(
    office: Office, tmp_path: Path
) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    was = short(office, ref)
    newer(office, tmp_path, (BLOCK, ""))
    office.ok("workflow", "migrate", "incident", "--to", "2026-01", "--yes", *STOPPED)
    [told] = office.json("explain", ref)["deadlines"]
    assert (told["timescale"], told["status"]) == ("notification", "no longer applies")
    assert (told["title"], told["duty"]) == ("Notify the Panel", "Sample Act s.1")
    history = flat(office.ok("history", ref))
    assert f'deadline started: "Notify the Panel", due {was}' in history
    assert 'deadline no longer applies: "Notify the Panel" (the case was moved to' in history
    assert "Nothing is to be met." in office.ok("deadlines", ref)
    office.ok("workflow", "migrate", "incident", "--back", "--yes")
    explained = flat(office.ok("explain", ref, "notification"))
    assert f"deadline as it was before: now due {was}, because the move to another" in explained


def test_what_counts_as_met_by_the_move_is_read_so(office: Office, tmp_path: Path) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    was = short(office, ref)
    office.ok("take", ref, "start_deciding")
    newer(
        office,
        tmp_path,
        edited(('"record_notification_sent"', '"record_notification_sent", "start_deciding"')),
    )
    words = ("workflow", "migrate", "incident", "--to", "2026-01")
    refused = flat(office.refused(4, *words, "--yes"))
    assert (
        f'ENDS: "Notify the Panel" is required by Sample Act s.1, was due {was}, and the new '
        f"edition counts it as met by what has happened already; {NO_NAME} (if that is so, say"
    ) in refused
    office.ok(*words, "--yes", *STOPPED)
    history = flat(office.ok("history", ref))
    assert f'- ENDS: "Notify the Panel" counts as met, was due {was}; required by' in history
    explained = flat(office.ok("explain", ref, "notification"))
    assert "deadline met" in explained
    assert f"let this duty (Sample Act s.1) count as met, due on {was}; {NO_NAME}." in explained


def test_what_was_to_last_until_a_later_day_is_read_as_shorter(
    office: Office, tmp_path: Path
) -> None:
    newer(office, tmp_path, LASTING, name="2025-06")
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    was = short(office, ref)
    less = (BLOCK, LASTING[1].replace("12 months", "6 months"))
    newer(office, tmp_path, less)
    words = ("workflow", "migrate", "incident", "--to", "2026-01")
    seen = flat(office.ok(*words, "--dry-run"))
    assert '- SHORTER: "Notify the Panel", required by Sample Act s.1, would last until ' in seen
    assert f" and not until {was}, {GUIDANCE}second-hand (agree to it with --allow-later" in seen
    assert "SHORTER: in 1 case what a duty keeps would end earlier." in seen
    office.ok(*words, "--yes", *AGREED)
    history = flat(office.ok("history", ref))
    assert '- SHORTER: "Notify the Panel": until ' in history
    assert f", was until {was}; required by Sample Act s.1; {GUIDANCE}" in history
    explained = flat(office.ok("explain", ref, "notification"))
    assert f"let this duty (Sample Act s.1) end before {was}, {GUIDANCE}second-hand." in explained


def test_the_first_line_says_what_kinds_of_loosening_there_are(
    office: Office, tmp_path: Path
) -> None:
    office.open("place=in our area", f"aware_on={ago(1)}")
    newer(office, tmp_path, CASES["NO DUTY"].edit)
    words = ("workflow", "migrate", "incident", "--to", "2026-01")
    seen = flat(office.ok(*words, "--dry-run"))
    assert "NO DUTY: in 1 case what is a duty would be none any more." in seen
    assert "LATER" not in seen
    done = flat(office.ok(*words, "--yes", *AGREED))
    assert "NO DUTY: in 1 case what was a duty is none any more." in done


def test_a_state_that_has_another_name_is_called_by_its_title_in_what_was_before(
    office: Office, tmp_path: Path
) -> None:
    ref = office.at("reviewing")
    newer(office, tmp_path, *IN_REVIEW, ("It is being reviewed", "Under review"))
    words = ("workflow", "migrate", "incident", "--to", "2026-01", "--yes")
    office.ok(*words, "--state", "reviewing=in_review")
    history = flat(office.ok("history", ref))
    assert 'from "The notification is to be sent" to "It is being reviewed"' in history
    assert 'moved from edition 2025-01 to 2026-01, now at "Under review"' in history


def test_a_duty_that_was_to_last_and_is_only_due_by_then_is_looser(
    office: Office, tmp_path: Path
) -> None:
    newer(office, tmp_path, LASTING, name="2025-06")
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    newer(office, tmp_path, edited(("within 5 working days", "within 12 months")))
    words = ("workflow", "migrate", "incident", "--to", "2026-01")
    said = flat(office.refused(4, *words, "--yes"))
    assert said.count("it is only due by its day, and does not have to last until then") == 1
    assert 'LOOSER: "Notify the Panel" is required by Sample Act s.1' in said
    office.ok(*words, "--yes", *AGREED)
    assert office.show(ref)["edition_name"] == "2026-01"


OF_THE_STORE = {
    "store created",
    "edition activated",
    "people changed",
    "calendar changed",
    "read",
    "searched",
    "exported",
    "refused",
    "call refused",
    "hooks declared",
    "credential cleared",
    "credential set",
    "sign-in refused",
    "signed in",
    "token issued",
    "token revoked",
}
SUBJECTS = {"transition": "start_deciding", "question": "aware_on", "timescale": "notification"}


@pytest.mark.parametrize("kind", sorted({*EFFECTS} - HARMLESS - OF_THE_STORE))
def test_whatever_stands_in_the_way_of_the_way_back_is_said_in_words(kind: str) -> None:
    said = [entry(kind, name, (9, "2025-12-15"), [INCIDENT]) for name in SUBJECTS.values()]
    assert all(one.endswith(" on 15 December 2025 (@9)") for one in said)
    assert any(not one.startswith(f"{kind} on ") for one in said)


def test_an_entry_that_is_of_nothing_known_is_told_all_the_same() -> None:
    assert (
        entry("step undone", "gone", (3, "2019-03"), [INCIDENT]) == "step undone in March 2019 (@3)"
    )
    assert entry("answers recorded", "a, b", (3, "2025-12-15"), [INCIDENT]) == (
        "answers were recorded on 15 December 2025 (@3)"
    )
