"""The paper set for a day without the system."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.packs.tree import check
from engine.service import blank_forms
from tests.offices import Office, ago
from tests.packs import Page
from tests.worlds import World


def texts(page: bytes) -> str:
    return " ".join(" ".join(text for _, text in Page(page).texts).split())


def test_it_is_a_page_and_a_pdf_of_each_process_and_of_the_cases(
    office: Office, tmp_path: Path
) -> None:
    out = tmp_path / "paper"
    found = office.json("blank-forms", "--out", str(out))
    every = ("child_safeguarding_practice_review", "incident", "cases")
    names = [f"{one}.{kind}" for one in every for kind in ("html", "pdf")]
    assert found["files"] == sorted(names)
    assert sorted(one.name for one in out.iterdir()) == sorted(names)
    assert out.stat().st_mode & 0o777 == 0o700
    assert all((out / name).read_bytes().startswith(b"%PDF-") for name in names[1::2])


def test_every_place_step_role_and_question_of_a_process_is_there(
    office: Office, tmp_path: Path
) -> None:
    office.ok("blank-forms", "incident", "--out", str(tmp_path / "paper"))
    said = texts((tmp_path / "paper" / "incident.html").read_bytes())
    for wanted in (
        "It has been referred",
        "Decide to notify",
        "Lee Sample, lee@council.example",
        "What does the letter say?",
        "[ ] agrees",
        "It is due within 5 working days of ",
        "The child's name",
        "Summary",
    ):
        assert wanted in said, wanted


def test_of_a_case_it_says_where_it_is_and_what_is_due_and_no_answer(
    office: Office, tmp_path: Path
) -> None:
    ref = office.open("place=in our area", f"aware_on={ago(1)}")
    office.ok("person", ref, "add", "child", "name=-", typed="Canary Hawthorne")
    office.ok("blank-forms", "--out", str(tmp_path / "paper"))
    pages = {one.name: one.read_bytes() for one in (tmp_path / "paper").iterdir()}
    said = texts(pages["cases.html"])
    assert f"{ref} It has been referred the business unit Notify the Panel: " in said
    assert said.count(f"{ref}: Notify the Panel") == 1
    assert "Canary" not in "".join(page.decode(errors="replace") for page in pages.values())
    assert "in our area" not in said


def test_the_calendar_has_the_next_twenty_working_days_and_the_days_off_between(
    world: World,
) -> None:
    world.open(aware_on="2025-12-12")
    cases = blank_forms.documents(world.place)["cases"]
    check(cases)
    table = cases.blocks[-1]
    assert isinstance(table, blank_forms.Table)
    days = [row[0] for row in table.rows]
    assert days[0] == "Mon 15 Dec 2025"
    assert "Thu 25 Dec 2025 (Christmas Day (bank holiday))" in days
    assert not any(day.startswith(("Sat", "Sun")) for day in days)
    assert len([day for day in days if "(" not in day]) == blank_forms.DAYS + 1
    assert days[-1] == "Thu 15 Jan 2026"
    [due] = [row for row in table.rows if "Notify the Panel" in row[1]]
    assert due[0] == "Fri 19 Dec 2025"


def test_a_case_that_is_overdue_stands_first(world: World) -> None:
    ref = world.open(aware_on="2025-12-01")
    table = blank_forms.documents(world.place)["cases"].blocks[-1]
    assert isinstance(table, blank_forms.Table)
    assert table.rows[0][:2] == ("Overdue", f"{ref}: Notify the Panel")


def test_a_process_that_is_not_in_use_and_a_folder_that_is_not_empty_are_refused(
    office: Office, tmp_path: Path
) -> None:
    said = office.refused(2, "blank-forms", "nothing", "--out", str(tmp_path / "paper"))
    assert '"nothing" is not in use' in said
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine.txt").write_text("mine")
    said = office.refused(2, "blank-forms", "--out", str(tmp_path / "full"))
    assert "is not empty" in said
    assert "cannot be used" in office.refused(2, "blank-forms", "--out", str(office.config))


@pytest.mark.parametrize("name", ["child_safeguarding_practice_review", "cases"])
def test_the_paper_of_the_shipped_process_can_be_printed(
    unit: Office, tmp_path: Path, name: str
) -> None:
    unit.ok("blank-forms", "--out", str(tmp_path / "paper"), "--as", "sam")
    assert (tmp_path / "paper" / f"{name}.pdf").read_bytes().startswith(b"%PDF-")
