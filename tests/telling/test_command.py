from __future__ import annotations

import json
import os
import select
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from engine.errors import ConfigError
from notifiers.making import build
from notifiers.message import Notifier, Receipt, thin
from tests.channels import program
from tests.mailing import MESSAGE, refused, wiring


def running(folder: Path, script: str, **table: object) -> Notifier:
    made = program(folder, "tell", script)
    return build("command", {"program": made, "timeout": 5, **table}, wiring(folder))


def test_a_program_is_told_the_thin_message_and_to_whom_it_goes(tmp_path: Path) -> None:
    receipt = running(tmp_path, f"cat > '{tmp_path}/told'").send(MESSAGE)
    assert receipt == Receipt("command", "ended with 0")
    told = json.loads((tmp_path / "told").read_bytes())
    assert told == {**thin(MESSAGE), "to": MESSAGE.to}


def test_it_runs_without_our_environment_folder_files_and_terminal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASETRAIL_CANARY", "secretword")
    with open(os.devnull) as ours:
        os.set_inheritable(ours.fileno(), True)
        script = f"{{ env; pwd; ls -l /proc/self/fd; }} > '{tmp_path}/seen'"
        running(tmp_path, script).send(MESSAGE)
    lines = (tmp_path / "seen").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines if "=" in line}
    assert names <= {"PATH", "LANG", "PWD", "OLDPWD", "SHLVL", "_"}
    assert "/" in lines
    assert "secretword" not in str(lines)
    numbers = {line.split()[-3] for line in lines if " -> " in line}
    assert numbers <= {"0", "1", "2", "3"}


def test_nothing_of_a_message_stands_in_the_list_of_processes(tmp_path: Path) -> None:
    script = f"tr '\\0' ' ' < /proc/$$/cmdline > '{tmp_path}/seen'"
    running(tmp_path, script).send(MESSAGE)
    assert (tmp_path / "seen").read_text().strip().endswith(f"{tmp_path}/tell")


def test_what_a_message_says_is_never_run_by_a_shell(tmp_path: Path) -> None:
    what = f"$(touch {tmp_path}/run) `touch {tmp_path}/run`; touch {tmp_path}/run"
    running(tmp_path, "cat > /dev/null").send(replace(MESSAGE, what=what, to="-rf"))
    assert not (tmp_path / "run").exists()


def test_a_program_that_takes_too_long_is_ended_with_all_that_it_started(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    watching = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    error = refused(running(tmp_path, f"sleep 61 > '{alive}' & sleep 61", timeout=1))
    assert error.again
    # Whoever holds the other end is gone: there is nothing more to be read.
    ended, _, _ = select.select([watching], [], [], 10)
    assert ended
    assert os.read(watching, 1) == b""
    os.close(watching)


def test_a_program_may_print_as_much_as_it_likes_and_nobody_sees_it(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    script = "yes Robin Sample | head -c 5000000; yes Robin | head -c 500000 >&2"
    assert running(tmp_path, script).send(MESSAGE).detail == "ended with 0"
    assert capfd.readouterr() == ("", "")


def test_a_program_that_is_no_longer_there_is_tried_again(tmp_path: Path) -> None:
    notifier = running(tmp_path, "exit 0")
    (tmp_path / "tell").unlink()
    error = refused(notifier)
    assert error.again
    assert "No such file" in str(error)


def test_a_file_that_no_machine_can_run_is_an_error_to_try_again(tmp_path: Path) -> None:
    notifier = running(tmp_path, "exit 0")
    (tmp_path / "tell").write_bytes(b"\x7fELF garbage")
    assert refused(notifier).again


@pytest.mark.parametrize(
    ("table", "says"),
    [
        ({}, "'program' is missing"),
        ({"program": "tell"}, "the whole path"),
        ({"program": "./tell"}, "the whole path"),
        ({"program": "~/tell"}, "the whole path"),
        ({"program": "/nowhere/tell"}, "is no program that can be run"),
        ({"program": "/"}, "is no program that can be run"),
        ({"program": "/etc/passwd"}, "is no program that can be run"),
        ({"program": "OPEN"}, "chmod go-w"),
        ({"program": ["/bin/sh", "-c", "x"]}, "'program' is to be a text"),
        ({"program": "/bin/sh", "arguments": ["-c"]}, "there is no key 'arguments'"),
        ({"program": "/bin/sh", "timeout": 61}, "from 1 to 60"),
    ],
)
def test_a_wrong_setting_of_a_command_is_named(
    table: Mapping[str, object], says: str, tmp_path: Path
) -> None:
    open_to_all = program(tmp_path, "open", "exit 0")
    Path(open_to_all).chmod(0o777)
    table = {k: open_to_all if v == "OPEN" else v for k, v in table.items()}
    with pytest.raises(ConfigError) as failure:
        build("command", table, wiring(tmp_path))
    assert says in str(failure.value)
    assert str(failure.value).startswith("config.toml, [notify.command]: ")
