from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path

from engine.cli.activating import doubts
from engine.proving import verify
from engine.proving.effort import Effort
from tests.activating import activations, copied, editions_of, own, plainly
from tests.checklists import chain, made
from tests.offices import COMMAND, Office
from tests.worlds import SAMPLE


def test_what_verify_refutes_is_not_brought_into_use_and_its_faults_are_told(
    office: Office, tmp_path: Path
) -> None:
    folder = copied(tmp_path)
    verified = office.run("workflow", "verify", folder).stdout
    faults = verified[: verified.index("Shown, on every way")].strip()
    before = activations(office)
    result = office.run("workflow", "activate", folder)

    assert result.exit_code == 2
    assert result.stdout.startswith(faults)
    assert "8 faults" in faults
    assert plainly(result.stdout[len(faults) :]) == (
        "It was not brought into use. Mend what is told above and activate it again, or add "
        "--anyway where somebody answers for it as it is; the record will say so."
    )
    assert editions_of(office) == ["2025-01"]
    assert activations(office) == before


def test_the_document_of_what_is_refuted_has_its_faults_and_says_that_it_is_not_in_use(
    office: Office, tmp_path: Path
) -> None:
    folder = copied(tmp_path)
    verified = json.loads(office.run("workflow", "verify", folder, "--json").stdout)
    result = office.run("workflow", "activate", folder, "--json")
    document = json.loads(result.stdout)

    assert result.exit_code == 2
    assert document["activated"] is False
    assert document["failures"] == verified["failures"]
    assert len(document["failures"]) == 8


def test_what_is_refuted_is_brought_into_use_anyway_and_the_record_says_with_how_many_faults(
    office: Office, tmp_path: Path
) -> None:
    said = plainly(office.ok("workflow", "activate", copied(tmp_path), "--anyway"))

    assert "Sample incident, edition 2025-02, is in use from now on" in said
    assert "It was brought into use although `workflow verify` refutes it: 8 faults." in said
    assert editions_of(office) == ["2025-02", "2025-01"]
    assert activations(office)[-1]["faults"] == 8
    assert "brought into use with 8 faults" in plainly(office.ok("workflow", "list"))
    assert office.json("audit", "verify")["problems"] == []


def test_what_verifies_is_brought_into_use_without_a_word_and_anyway_adds_none(
    office: Office, tmp_path: Path
) -> None:
    for edition, words in (("1", ()), ("2", ("--anyway",))):
        edited = own(tmp_path / edition, ('edition      = "1"', f'edition      = "{edition}"'))
        said = plainly(office.ok("workflow", "activate", edited, *words))
        assert f"Small review, edition {edition}, is in use from now on" in said
        assert "fault" not in said
        assert "faults" not in activations(office)[-1]


def test_what_could_not_be_shown_is_said_when_it_is_brought_into_use(tmp_path: Path) -> None:
    verdict = verify(made(tmp_path / "p", chain(8)), effort=Effort(whole=2_000, each=20, near=20))
    assert verdict.failures == []
    assert len(verdict.not_shown) > 1
    said = plainly("\n".join(doubts(0, len(verdict.not_shown))))
    open_ = f"{len(verdict.not_shown)} things of it"
    assert said == f"{open_} could not be shown; `workflow verify` says which."


def test_what_is_in_use_already_needs_no_proof(office: Office) -> None:
    verified = office.run("workflow", "verify", str(SAMPLE))
    assert verified.exit_code == 2
    assert "was in use already" in office.ok("workflow", "activate", str(SAMPLE))


def test_who_may_not_bring_it_into_use_is_told_so_before_anything_is_proved(
    office: Office, tmp_path: Path
) -> None:
    said = office.refused(4, "workflow", "activate", copied(tmp_path), "--as", "eve")
    assert "brought into use by those who keep its record" in said


def test_a_group_of_which_config_names_no_agency_is_told_where_it_is_to_be_asked(
    office: Office,
) -> None:
    text = office.config.read_text()
    for kind in ("local authority", "integrated care board", "police"):
        text = text.replace(f'"{kind}"', '"choir"')
    office.config.write_text(text)
    said = plainly(office.ok("workflow", "activate", str(SAMPLE)))
    assert (
        'Nobody will be asked before "Decide to notify": config.toml names none of the '
        "statutory partners. Write there each of them as an [[agency]] whose kind is "
        '"local authority", "integrated care board" or "police".'
    ) in said
    [told] = office.json("workflow", "activate", str(SAMPLE))["unasked"]
    assert (told["group"], told["nobody"], told["steps"]) == (
        "partners",
        True,
        ["Decide to notify"],
    )


def test_a_kind_of_agency_that_is_missing_from_a_group_is_told_too(office: Office) -> None:
    assert office.json("workflow", "activate", str(SAMPLE))["unasked"] == []
    text = office.config.read_text()
    office.config.write_text(text.replace('"integrated care board"', '"choir"'))
    said = plainly(office.ok("workflow", "activate", str(SAMPLE)))
    assert (
        'Of the statutory partners, who are asked before "Decide to notify", config.toml names no '
        'agency whose kind is "integrated care board"; where there is one, write it there as an '
        "[[agency]]."
    ) in said


def at_a_terminal(office: Office, *words: str) -> str:
    """What a command says on standard error where that is a terminal."""
    ours, theirs = os.openpty()
    command = [*COMMAND, *words, "--config", str(office.config)]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, timeout=120, check=True)
    os.close(theirs)
    try:
        return os.read(ours, 4096).decode()
    except OSError:
        return ""
    finally:
        os.close(ours)


def test_at_a_terminal_it_is_said_that_it_is_proved_first_where_it_is(
    office: Office, tmp_path: Path
) -> None:
    folder = own(tmp_path)
    said = at_a_terminal(office, "workflow", "activate", folder)
    assert plainly(said) == "It is proved first; that may take some seconds."
    assert at_a_terminal(office, "workflow", "activate", folder) == ""
