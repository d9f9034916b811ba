from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

from click.testing import CliRunner, Result

from engine.cli.main import root
from engine.loading import load
from engine.proving import PROPERTIES, verify
from tests.definitions import write
from tests.proving import FILES
from tests.stories import PROCESS, ROOT

PAGE = (ROOT / "docs" / "verifying.md").read_text(encoding="utf-8")
ONCE_MORE = '[transition.wave_through]\nfrom = "deciding"\nto = "reviewing"\nwho = "unit"\n'
NO_LONGER = """
[rule.once]
says           = "The chair was told."
when           = "notify"
tells          = "chair"
source         = "our procedure"
confirmed      = "second-hand"
in_force_until = 2024-12-31
"""
KEYS = (
    "workflow edition hash as_at left_out consistent rules own_rules timescale_rules unconfirmed "
    "verdict own_rules_written not_in_force on checked failures not_shown title caution"
)


def asked(*words: str) -> Result:
    return CliRunner().invoke(root(), ["workflow", "verify", *words])


def broken(folder: Path) -> Path:
    """A process in which the business unit may notify by another step."""
    steps = FILES["times.toml"].replace(
        'met_by     = "notify"', 'met_by     = ["notify", "wave_through"]'
    )
    dated = ONCE_MORE + 'dates = "sent_on"\n'
    return write(folder, {**FILES, "times.toml": steps, "more.toml": f"# more\n\n{dated}"})


def test_a_process_without_faults_is_said_to_be_consistent_and_never_lawful() -> None:
    result = asked(PROCESS.name)

    assert result.exit_code == 0
    said = " ".join(result.stdout.split())
    assert re.search(r"Consistent with the \d+ rules written in this file", said)
    assert "No duty waits for another body's answer, approval or step." in said
    assert "Caution: Working Together 2026" in said
    assert "lawful" not in said
    assert "compliant" not in said


def test_each_fault_is_told_with_its_file_its_line_and_its_story(tmp_path: Path) -> None:
    result = asked(str(broken(tmp_path)))

    assert result.exit_code == 2
    said = " ".join(result.stdout.split())
    line = FILES["rules.toml"].split("\n").index("[rule.the_authority_notifies]") + 1
    assert (
        f"rules.toml:{line}: Nobody but the authority notifies. But the business unit may" in said
    )
    assert "- On Wed 17 Dec 2025 the business unit: “Wave through”." in said


def test_the_document_names_every_thing_that_was_looked_for_and_every_fault(
    tmp_path: Path,
) -> None:
    result = asked(str(broken(tmp_path)), "--json")
    document = json.loads(result.stdout)

    assert result.exit_code == 2
    assert sorted(document) == sorted(KEYS.split())
    assert [one["check"] for one in document["checked"]] == list(PROPERTIES)
    assert document["consistent"] is False
    assert {one["check"] for one in document["failures"]} == {"own_part", "records"}
    assert {one["result"] for one in document["checked"]} == {"shown", "fails"}
    assert {one["file"] for one in document["failures"]} == {"rules.toml"}
    assert all(one["line"] and one["story"] for one in document["failures"])


def test_what_a_process_has_nothing_of_is_not_told_as_shown(tmp_path: Path) -> None:
    folder = broken(tmp_path)
    (folder / "rules.toml").unlink()
    for file in folder.rglob("*.toml"):
        text = re.sub(r"(?m)^duty +=.*\n", "", file.read_text(encoding="utf-8"))
        file.write_text(text, encoding="utf-8")
    said = " ".join(asked(str(folder)).stdout.split())
    nothing = said.partition("Nothing of this kind here")[2]
    for kind in ("own_part", "rules", "duties_wait", "duties_stop"):
        assert said.count(PROPERTIES[kind]) == nothing.count(PROPERTIES[kind]) == 1
    assert PROPERTIES["cases_end"] not in nothing
    assert "nor of whether anybody holds a role" in said
    document = json.loads(asked(str(folder), "--json").stdout)
    results = {one["check"]: one["result"] for one in document["checked"]}
    assert results["duties_wait"] == results["rules"] == "nothing here"
    assert results["cases_end"] == "shown"


def test_a_fault_of_a_linked_process_is_told_in_its_own_file(tmp_path: Path) -> None:
    folder = tmp_path / PROCESS.name
    shutil.copytree(PROCESS, folder)
    file = folder / "children" / "sharing.toml"
    text = file.read_text(encoding="utf-8")
    file.write_text(re.sub(r"(?m)^escalate .*\n", "", text), encoding="utf-8")
    document = json.loads(asked(str(folder), "--json").stdout)

    assert [(one["process"], one["file"]) for one in document["failures"]] == [
        ("sharing", "children/sharing.toml")
    ]


def test_a_process_is_verified_as_the_law_stood_on_a_day() -> None:
    result = asked(PROCESS.name, "--as-at", "2020-05-04", "--json")
    document = json.loads(result.stdout)

    assert result.exit_code == 0
    assert document["as_at"] == "2020-05-04"
    assert document["timescale_rules"] < json.loads(asked(PROCESS.name, "--json").stdout)["rules"]


def test_a_mistake_in_a_file_is_told_before_anything_is_searched(tmp_path: Path) -> None:
    folder = write(tmp_path, {**FILES, "more.toml": '[rule.empty]\nsays = "x"\n'})
    result = asked(str(folder))

    assert result.exit_code == 2
    assert '"source" is missing from rule "empty"' in result.stderr


def test_the_rules_that_the_page_shows_are_read_and_hold_of_the_shipped_process(
    tmp_path: Path,
) -> None:
    folder = tmp_path / PROCESS.name
    shutil.copytree(PROCESS, folder)
    blocks = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    (folder / "rules.toml").write_text("\n".join(blocks), encoding="utf-8")
    workflow = load(folder)

    assert len(workflow.rules) == len(blocks) == 7
    assert [one.says for one in verify(workflow).failures] == []


def test_the_page_explains_every_thing_that_is_looked_for() -> None:
    assert [kind for kind in PROPERTIES if f"`{kind}`" not in PAGE] == []


def test_checking_and_verifying_tell_the_same_number_of_rules(tmp_path: Path) -> None:
    files = {**FILES, "rules.toml": f"{FILES['rules.toml']}{NO_LONGER}"}
    for name in (PROCESS.name, str(write(tmp_path / "small", files))):
        checked = CliRunner().invoke(root(), ["workflow", "check", name, "--json"])
        first, second = json.loads(checked.stdout), json.loads(asked(name, "--json").stdout)
        kinds = ("rules", "own_rules", "timescale_rules", "unconfirmed", "not_in_force")

        assert [first[kind] for kind in kinds] == [second[kind] for kind in kinds]
        assert first["rules"] == first["own_rules"] + first["timescale_rules"]
        said = CliRunner().invoke(root(), ["workflow", "check", name]).stdout
        assert f"{first['rules']} rules written in its files" in " ".join(said.split())
        for line in (said, asked(name).stdout):
            assert ("1 not in force on Mon 15 Dec 2025" in line) == bool(first["not_in_force"])


def unsound(folder: Path) -> str:
    """A process of which one state is led past, so that no case can be closed from another."""
    led_past = FILES["steps.toml"].replace('to    = "writing"', 'to    = "reviewing"')
    return str(write(folder, {**FILES, "steps.toml": led_past}))


def test_what_check_refuses_of_states_and_clocks_is_told_as_a_story_too(tmp_path: Path) -> None:
    result = asked(unsound(tmp_path))

    assert result.exit_code == 2
    said = " ".join(result.stdout.split())
    assert "Not consistent with the 13 rules" in said
    assert "A case at “Under review” may never be closed. - On Mon 15 Dec 2025 a case" in said
    assert "No case can ever come to “The report is written”. - No step leads there." in said
    assert said.count('No step leads to the state "writing".') == 1


def test_the_document_of_such_a_process_has_the_mistakes_beside_the_stories(tmp_path: Path) -> None:
    document = json.loads(asked(unsound(tmp_path), "--json").stdout)

    assert sorted(document) == sorted([*KEYS.split(), "mistakes"])
    assert document["consistent"] is False
    assert any('"writing"' in one["problem"] for one in document["mistakes"])


def test_what_cannot_be_read_is_refused_and_no_story_told_of_it(tmp_path: Path) -> None:
    steps = FILES["steps.toml"].replace('to    = "writing"\nwho   = "unit"', 'who   = "units"')
    result = asked(str(write(tmp_path, {**FILES, "steps.toml": steps})))

    assert result.exit_code == 2
    assert '"units"' in result.stderr
    assert "On Mon 15 Dec" not in result.stdout
