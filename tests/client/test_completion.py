"""A shell completes what is on record, and nobody notices but whoever types."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from engine.cli.main import root
from tests.client.conftest import Comes
from tests.client.remote import OWN
from tests.client.standing_in import Said, problem, standing_in
from tests.client.test_what_goes_wrong import case_of
from tests.offices import Office

ROOT = Path(__file__).parents[2]
STATES = {"cases": [{"ref": "2025-AAAAAA", "state_title": "At it"}], "next": None}


def pressed(words: Sequence[str], home: Path, **more: str) -> Result:
    """What comes of pressing the key behind these words, the last of which is being typed."""
    told = {"COMP_WORDS": " ".join(["casetrail", *words]), "COMP_CWORD": str(len(words))}
    own = {name: str(home / name.lower()) for name in OWN}
    env = {"CASETRAIL_SERVER": None, "CASETRAIL_TOKEN": None, **own, **more}
    runner = CliRunner(env={**env, **told, "_CASETRAIL_COMPLETE": "bash_complete"})
    return runner.invoke(root(), [])


def offered(words: Sequence[str], home: Path, **more: str) -> list[str]:
    """The words that are offered; nothing is said beside them."""
    result = pressed(words, home, **more)
    assert (result.exit_code, result.stderr) == (0, "")
    return [line.partition(",")[2] for line in result.stdout.splitlines() if line]


@pytest.mark.parametrize(
    "asked",
    [
        (["show", ""], ["REF"]),
        (["show", "1999"], []),
        (["take", "REF", "start"], ["start_deciding"]),
        (["why-not", "REF", "decide_to_"], ["decide_to_notify"]),
        (["record", "REF", "aware"], ["aware_on="]),
        (["open", "incident", "aware"], ["aware_on="]),
        (["explain", "REF", ""], ["notification"]),
        (["open", "inc"], ["incident"]),
        (["workflow", "verify", "child"], ["child_safeguarding_practice_review"]),
        (["workflow", "mi"], ["migrate"]),
        (["token", "issue", "x", "--verb", "why"], ["why-not"]),
        (["completion", "f"], ["fish"]),
        (["take", "nonsense", ""], []),
    ],
)
def test_what_is_on_record_is_offered_here_and_at_a_server_alike(
    held: Office,
    comes: Comes,
    keeper: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    asked: tuple[list[str], list[str]],
) -> None:
    monkeypatch.chdir(held.folder)
    ref, away = case_of(held), comes(keeper)
    said, meant = ([word.replace("REF", ref) for word in words] for words in asked)
    at_a_server = {"CASETRAIL_SERVER": away.url, "CASETRAIL_TOKEN": away.token}

    assert offered(said, tmp_path) == meant
    assert offered(said, tmp_path, **at_a_server) == meant
    assert offered(["--server", away.url, *said], tmp_path, CASETRAIL_TOKEN=away.token) == meant


def test_people_are_offered_where_config_toml_is(held: Office, tmp_path: Path) -> None:
    assert "lee" in offered(["show", "--config", str(held.config), "--as", "l"], tmp_path)


def entries(office: Office) -> int:
    """How many events the store holds, those of the access log too."""
    store = office.store()
    with store.read() as tx:
        [[number]] = tx.rows("SELECT COUNT(*) FROM events", ())
    store.close()
    return int(number)


def test_nothing_is_written_by_it_and_nobody_is_refused(office: Office, tmp_path: Path) -> None:
    ref = office.open()
    with office.config.open("a") as file:
        # Who is new here is noted by whatever else is done; and has no part here.
        file.write('[[person]]\nid = "zoe"\nname = "Zoe Sample"\nmail = "zoe@z.example"\n')
    config, before = ("--config", str(office.config)), entries(office)
    assert offered(["show", *config, ""], tmp_path) == [ref]
    assert offered(["show", *config, "--as", "zoe", ""], tmp_path) == []
    assert offered(["show", *config, "--as", "nobody", ""], tmp_path) == []
    assert entries(office) == before


@pytest.mark.parametrize(
    "words", [["show", ""], ["take", "x", ""], ["show", "--config", "nowhere", ""]]
)
def test_whatever_goes_wrong_is_silent(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, words: list[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    assert offered(words, tmp_path) == []
    assert offered(words, tmp_path, CASETRAIL_SERVER="nonsense") == []
    assert offered(words, tmp_path, CASETRAIL_SERVER="http://127.0.0.1:1") == []


def test_a_token_that_was_refused_is_not_shown_a_second_time(tmp_path: Path) -> None:
    with standing_in(problem(401, "not-signed-in", "No.")) as it:
        for _ in range(3):
            assert (
                offered(["show", ""], tmp_path, CASETRAIL_SERVER=it.url, CASETRAIL_TOKEN="t") == []
            )
        assert len(it.asked) == 1


def test_a_server_that_asks_to_wait_is_not_waited_for(tmp_path: Path) -> None:
    with standing_in(problem(503, "storage", "It is locked.", retry_after=60)) as it:
        assert offered(["show", ""], tmp_path, CASETRAIL_SERVER=it.url, CASETRAIL_TOKEN="t") == []
        it.answers.append(Said(200, {**STATES, "cautions": [], "complete": True}))
        found = offered(["show", ""], tmp_path, CASETRAIL_SERVER=it.url, CASETRAIL_TOKEN="t")
    assert found == ["2025-AAAAAA"]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_is_told_how_to_ask(shell: str) -> None:
    said = CliRunner().invoke(root(), ["completion", shell]).stdout
    assert f"_CASETRAIL_COMPLETE={shell}_complete" in said


@pytest.mark.skipif(not shutil.which("bash"), reason="there is no bash here")
def test_bash_completes_a_reference_by_what_it_was_told(held: Office, tmp_path: Path) -> None:
    command = tmp_path / "casetrail"
    code = "from engine.cli.main import main; main()"
    command.write_text(f'#!/bin/sh\nexec "{sys.executable}" -c "{code}" "$@"\n')
    command.chmod(0o755)
    script = (
        'eval "$(casetrail completion bash)"; COMP_WORDS=(casetrail show 20); COMP_CWORD=2; '
        '_casetrail_completion casetrail; echo "${COMPREPLY[@]}"'
    )
    env = {"PATH": f"{tmp_path}:/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)}
    done = subprocess.run(
        ["bash", "-c", script], cwd=held.folder, env=env, capture_output=True, text=True
    )

    assert (done.stdout.strip(), done.stderr) == (case_of(held), "")
