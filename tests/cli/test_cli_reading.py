"""What somebody may read at the command line: answers, searches, and documents given back."""

from __future__ import annotations

import re
from pathlib import Path

from engine.cli.saying import standing
from tests.offices import Office, ago

LEGAL = """
[[appointment]]
person = "pol"
role   = "legal_adviser"
"""


def logged(office: Office) -> list[str]:
    store = office.store()
    with store.read() as tx:
        found = tx.rows("SELECT type FROM events WHERE stream = 'access' ORDER BY n")
    store.close()
    return [row[0] for row in found]


def review(office: Office) -> str:
    """A case of the real process."""
    words = ("place_of_incident=in our area", "place_of_residence=in our area")
    name = "child_safeguarding_practice_review"
    return str(office.json("open", name, *words, f"referred_on={ago(1)}")["ref"])


def test_somebody_without_a_role_in_the_process_reads_nothing_personal(office: Office) -> None:
    ref = office.at("referred")
    office.ok("person", ref, "add", "child", "name=-", typed="Avery Canary")
    why = ("--personal", "--why", "to know", "--as", "pol")
    for words in (("show", ref), ("history", ref), ("person", ref, "show")):
        said = office.refused(4, *words, *why)
        assert f"What is personal on {ref} is not yours to read." in said
        assert "the business unit, the local authority or the executive" in " ".join(said.split())
        assert "Canary" not in said
    assert "0 cases found" in office.ok("find", "-", "--as", "pol", typed="canary")
    assert ref in office.ok("find", "-", "--as", "eve", typed="canary")
    assert ref in office.ok("find", "in our area", "--as", "pol")
    # Adding the child was a search too, for others of that name.
    assert logged(office) == ["searched", *["refused"] * 3, *["searched"] * 3]


def test_a_search_says_in_answer_to_which_question_it_found_something(office: Office) -> None:
    ref = office.at("referred")
    office.ok("record", ref, "rationale=-", typed="Because of Canary.")
    [found] = office.json("find", "canary")["cases"]
    assert found == {"ref": ref, "in": ["rationale"], "titles": ["Why was it decided so?"]}
    assert f'{ref}  in "Why was it decided so?"' in office.ok("find", "canary")
    assert f"{ref}  in the reference" in office.ok("find", ref[5:9].lower())


def test_what_a_question_shows_to_few_is_withheld_from_the_others(office: Office) -> None:
    with office.config.open("a") as file:
        file.write(LEGAL)
    ref = review(office)
    office.ok("record", ref, "legal_advice=-", typed="The Canary advice.")
    why = ("--personal", "--why", "to know")
    for words in (("show", ref), ("history", ref)):
        said = " ".join(office.ok(*words, *why).split())
        assert "(withheld: shown only to the local authority and the legal adviser)" in said
        assert "Canary" not in said
        assert "The Canary advice." in office.ok(*words, *why, "--as", "pol")
    assert office.json("find", "canary")["cases"] == []
    [found] = office.json("find", "canary", "--as", "lee")["cases"]
    assert found["in"] == ["legal_advice"]


def test_a_document_is_read_back_into_a_new_file_of_its_owners(
    office_on: Office, tmp_path: Path
) -> None:
    ref = office_on.at("referred")
    assert f"No document is on file on {ref}." in office_on.ok("document", ref)
    content = b"%PDF" + bytes(range(256)) * 5000
    office_on.ok("attach", ref, "form", office_on.file("canary.pdf", content))
    said = office_on.ok("document", ref)
    [one] = office_on.json("document", ref)["documents"]
    assert f"The form that was sent [{one['document'][:8]}], {len(content)} bytes" in said
    assert "canary" not in said
    for number, name in enumerate(("form", one["document"], one["document"][:8])):
        out = tmp_path / f"form{number}.pdf"
        words = ("document", ref, name, "--out", str(out), "--why", "to read it")
        assert "was logged." in " ".join(office_on.ok(*words).split())
        assert out.read_bytes() == content
        assert out.stat().st_mode & 0o777 == 0o600
    out.write_bytes(b"mine")
    assert "File exists" in office_on.refused(2, *words)
    assert out.read_bytes() == b"mine"


def test_a_document_is_refused_without_a_reason_a_right_or_a_name(
    office: Office, tmp_path: Path
) -> None:
    ref, out = office.at("referred"), tmp_path / "form.pdf"
    office.ok("attach", ref, "form", office.file("form.pdf", b"form"))
    words = ("document", ref, "form", "--out", str(out))
    assert "give --why" in office.refused(2, *words)
    assert "give --out FILE" in office.refused(2, *words[:3], "--why", "to read")
    assert "Say which document" in office.refused(2, "document", ref, "--out", str(out))
    assert "not yours to read" in office.refused(4, *words, "--why", "to read", "--as", "pol")
    assert "has no such document" in office.refused(
        3, "document", ref, "minutes", "--out", str(out), "--why", "to read"
    )
    assert not out.exists()
    assert logged(office) == ["refused"]


def test_an_erased_document_cannot_be_read_back(office: Office, tmp_path: Path) -> None:
    ref, out = review(office), tmp_path / "form.pdf"
    office.ok("attach", ref, "referral_form", office.file("form.pdf", b"form"))
    store = office.store()
    with store.write() as tx:
        tx.run("UPDATE documents SET erased = 1")
    store.close()
    assert ", erased" in office.ok("document", ref)
    words = ("document", ref, "referral_form", "--out", str(out), "--why", "to read")
    assert "erased" in office.refused(3, *words)
    assert not out.exists()


def test_a_duty_that_was_read_by_itself_is_shown_as_one_with_its_time_expected() -> None:
    time = {"kind": "statutory guidance", "says": "should", "source": "Sample guidance"}
    known = {"time_from": time, "confirmed": "second-hand", "duty": "Sample Act s.1"}
    known["limit_read"] = False
    known["in_force"] = {
        "since": "",
        "until": "",
        "began": None,
        "ended": None,
        "over": False,
        "throughout": True,
    }
    rest = 'expected (source not yet read): statutory guidance ("should"): Sample guidance '
    assert standing({**known, "duty_read": True}) == (
        f"Duty: Sample Act s.1 (read). Its time is {rest}(second-hand)."
    )
    assert standing({**known, "duty_read": False}).startswith("Expected (source not yet read): ")
    own = {"kind": "local", "says": "should", "source": "Our own arrangements"}
    assert standing({**known, "duty_read": False, "confirmed": "read", "time_from": own}) == (
        "Said to be a duty under Sample Act s.1; nobody has marked it as read there. The time is "
        'from local practice ("should"): Our own arrangements (read).'
    )


def test_whoever_is_called_alike_on_another_case_is_pointed_to_before_somebody_is_added(
    office: Office,
) -> None:
    first, other, ref = office.open(), office.open(), office.open()
    office.ok("person", first, "add", "child", "name=-", typed="Avery Canary")
    office.ok("person", other, "add", "child", "name=-", typed="Blake Canary")
    said = office.ok("person", ref, "add", "child", "name=-", typed="avery canary")
    assert said.index(f"the one of that name in {first}.") < said.index(f"to {ref}.")
    assert (other in said, "canary" in said.casefold()) == (False, False)
    again = office.json("person", other, "add", "child", "name=-", typed="Avery Canary")
    assert again["similar"] == sorted([first, ref])
    assert logged(office) == ["searched"] * 4
    nobody = office.json("person", ref, "add", "child")
    assert nobody["similar"] == []


def test_what_was_found_in_many_answers_is_told_of_the_first_few(office: Office) -> None:
    ref = office.at("reviewing")
    office.ok("record", ref, f"happened_on={ago(3)}", f"publication_planned_on={ago(-9)}")
    [found] = office.json("find", ago(3)[:4])["cases"]
    said = " ".join(office.ok("find", ago(3)[:4]).split())
    left = len(found["titles"]) - 3
    assert left > 0
    assert said.count("?") <= 3
    assert f" and {left} other answer{'s' if left > 1 else ''} " in said


def test_of_many_answers_a_case_shows_those_of_the_latest_days(office: Office) -> None:
    ref = review(office)
    named = ("criterion_a", "criterion_b", "criterion_c", "criterion_d", "national_criterion_a")
    asked = [f"{name}=yes" for name in (*named, "national_criterion_b", "national_criterion_c")]
    known = ["age_band=under 18", "outcome=died", "abuse_or_neglect=known", "care_death=neither"]
    office.ok("record", ref, *asked, *known, "children_concerned=1")
    assert "older answer" not in office.ok("show", ref)
    office.ok("record", ref, f"aware_on={ago(1)}", "other_areas_told=told")
    said = office.ok("show", ref)
    assert "  1 older answer; --all shows them.\n" in said
    assert "[place_of_incident]" not in said
    assert "[place_of_incident]" in office.ok("show", ref, "--all")
    assert len(office.show(ref)["answers"]) == 17


def test_a_list_says_what_its_columns_are(office: Office) -> None:
    office.open()
    head = office.ok("list").splitlines()[0]
    assert head.split("  ")[0] == "Case"
    assert "Due next" in head
    assert "Where it is, and on whom it waits" in head
    assert "Case" not in office.ok("list", "--workflow", "incident", "--late")


def test_the_processes_are_listed_by_their_titles(office: Office) -> None:
    said = " ".join(office.ok("workflow", "list").split())
    name = "[child_safeguarding_practice_review]"
    assert f"- Child safeguarding practice review, edition 2026-11 {name}" in said
    in_use = said.partition("In use here")[2]
    assert "edition 2025-01 (" in in_use
    assert in_use.endswith("[incident]")


def test_a_tick_without_anything_to_do_says_so(office: Office) -> None:
    office.open()
    assert re.match(r"\d+ notices? fired, \d+ messages? sent, \d+ new events? ", office.ok("tick"))
    while "Nothing was due" not in office.ok("tick"):
        continue
    assert office.ok("tick") == "Nothing was due or waiting to be sent, and nothing is new.\n"
