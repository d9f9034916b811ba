"""Programs that go wrong in every way that was seen or feared: each is ended in time, none is
believed, none keeps another waiting, and nothing of it is left behind.
"""

from __future__ import annotations

import json
import os
import select
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import NamedTuple

import pytest

from engine.service.calls.after import After
from engine.service.calls.running import MOST_OUTPUT, Ran, run
from tests.calling import after

TOLD = json.dumps({"id": "0" * 32, "ref": "2025-K7QF29"}).encode() + b"\n"
LARGE = b'"' + b"x" * 3_000_000 + b'"\n'
HANGS = "took too long and was ended"
LONG = 61
"""Seconds that nothing here may last."""
SOON = 20.0
"""Seconds within which everything here is over, that has a second's time."""


class Fault(NamedTuple):
    """What a program does, and what comes of it."""

    text: str
    how: str
    done: bool = False
    again: bool = True


FAULTS = {
    "it hangs": Fault(f"sleep {LONG}", HANGS),
    "it hangs and heeds no signal": Fault(f"trap '' TERM INT HUP; sleep {LONG}; :", HANGS),
    "it works for ever": Fault("while :; do :; done", HANGS),
    "it starts others and hangs": Fault(f"sleep {LONG} & sleep {LONG} & wait", HANGS),
    "it starts another and goes": Fault(f"sleep {LONG} & exit 0", "ended with 0", done=True),
    "it starts another that leaves": Fault(
        "setsid sleep 5 </dev/null >/dev/null 2>&1 & exit 0", "ended with 0", done=True
    ),
    "it starts another that leaves with its output": Fault(
        "setsid sleep 5 & exit 0", "ended with 0", done=True
    ),
    "it shuts its input": Fault("exec <&-; exit 0", "ended with 0", done=True),
    "it shuts all and hangs": Fault(f"exec <&- >&- 2>&-; sleep {LONG}", HANGS),
    "it shuts its output and goes on": Fault(
        "exec >&- 2>&-; wc -c > /dev/null", "ended with 0", done=True
    ),
    "it reads nothing": Fault("exit 0", "ended with 0", done=True),
    "it prints ten gigabytes": Fault("exec head -c 10737418240 /dev/zero", "ended by signal 13"),
    "it prints ten gigabytes of errors": Fault(
        "exec head -c 10737418240 /dev/zero >&2", "ended by signal 13"
    ),
    "it prints and heeds no broken pipe": Fault("trap '' PIPE; while :; do echo y; done", HANGS),
    "it fails for now": Fault("exit 75", "ended with 75"),
    "it fails": Fault("exit 1", "ended with 1"),
    "it was called wrongly": Fault("exit 64", "ended with 64", again=False),
    "it will not have the data": Fault("exit 65", "ended with 65", again=False),
    "it is killed": Fault("kill -9 $$", "ended by signal 9"),
    "it crashes": Fault("kill -SEGV $$", "ended by signal 11"),
    "it stops itself": Fault("kill -STOP $$", HANGS),
    "it ends its own group": Fault("kill -KILL 0", "ended by signal 9"),
    "it leaves a zombie": Fault(f"(exit 3) & exec sleep {LONG}", HANGS),
    "it has no interpreter": Fault("", "ended with 127"),
    "it is no program": Fault("", "ended with 126"),
    "it fills the disk": Fault("exec head -c 100000000 /dev/zero > big", "ended by signal 25"),
    "it takes all memory": Fault(
        f"exec {sys.executable} -I -S -c 'bytearray(3 * 1024**3)'", "ended with 1"
    ),
}


def faulty(name: str, folder: Path) -> After:
    made = after(folder, FAULTS[name].text, timeout=1)
    program = Path(made.command[0])
    if name == "it has no interpreter":
        program.write_text("#!/nowhere/at/all\n")
    elif name == "it is no program":
        program.write_bytes(b"\x00\x01\x02\x03")
    return made


def called(program: After, told: bytes = TOLD) -> Ran:
    return run(program, told, threading.Event())


@dataclass
class Came:
    """What came of every fault, all of which happened at the same time."""

    ran: dict[str, Ran]
    took: dict[str, float]
    left: list[str]
    """What lies about afterwards."""


@pytest.fixture(scope="module")
def came(tmp_path_factory: pytest.TempPathFactory) -> Came:
    scratch, found = tmp_path_factory.mktemp("scratch"), Came({}, {}, [])
    programs = {name: faulty(name, tmp_path_factory.mktemp("faulty")) for name in FAULTS}

    def call(name: str) -> None:
        began = monotonic()
        found.ran[name] = called(programs[name], LARGE)
        found.took[name] = monotonic() - began

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", str(scratch))
        threads = [threading.Thread(target=call, args=(name,)) for name in FAULTS]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    found.left = [one.name for one in scratch.iterdir()]
    return found


@pytest.mark.parametrize("name", FAULTS)
def test_whatever_a_program_does_it_is_ended_in_time_and_not_believed(
    came: Came, name: str
) -> None:
    fault, ran = FAULTS[name], came.ran[name]
    assert (ran.how, ran.done, ran.again) == (fault.how, fault.done, fault.again)
    assert came.took[name] < SOON


def test_no_program_leaves_anything_behind(came: Came) -> None:
    assert came.left == []


def test_all_that_it_started_in_its_group_is_ended_with_it(tmp_path: Path) -> None:
    alive = tmp_path / "alive"
    os.mkfifo(alive)
    watching = os.open(alive, os.O_RDONLY | os.O_NONBLOCK)
    called(after(tmp_path, f'sleep {LONG} > "{{folder}}/alive" & sleep {LONG}', timeout=1))
    # Whoever held the other end is gone: there is nothing more to be read.
    ended, _, _ = select.select([watching], [], [], 10)
    assert ended
    assert os.read(watching, 1) == b""
    os.close(watching)


def test_a_program_has_nothing_of_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASETRAIL_CANARY", "secretword")
    seen = "env; pwd; ls -A . | wc -l; umask; ls -l /proc/self/fd"
    with open(os.devnull) as ours:
        os.set_inheritable(ours.fileno(), True)
        program = after(tmp_path, f"{{ {seen}; }} > '{{folder}}/seen'")
        called(After(**{**_parts(program), "environment": {"INDEX": "a b", "LANG": "en"}}))
    lines = (tmp_path / "seen").read_text().splitlines()
    names = {line.partition("=")[0] for line in lines if "=" in line}
    assert names <= {"PATH", "LANG", "INDEX", "PWD", "OLDPWD", "SHLVL", "_"}
    assert {"INDEX=a b", "LANG=en", "PATH=/usr/bin:/bin", "0077", "0"} <= {
        line.strip() for line in lines
    }
    assert "secretword" not in str(lines)
    numbers = {line.split()[-3] for line in lines if " -> " in line}
    assert numbers <= {"0", "1", "2", "3"}
    [folder] = [line for line in lines if "casetrail-call-" in line and "=" not in line]
    assert not Path(folder).exists()


def _parts(program: After) -> dict[str, object]:
    return {name: getattr(program, name) for name in After.__slots__}


def test_its_words_come_as_they_are_written_and_no_shell_reads_them(tmp_path: Path) -> None:
    program = after(tmp_path, 'for one; do echo "$one"; done > "{folder}/seen"')
    words = ("--to", "$(touch x); `touch x` *", "a b")
    called(After(**{**_parts(program), "command": (*program.command, *words)}))
    assert (tmp_path / "seen").read_text().splitlines() == list(words)


def test_of_what_it_prints_a_short_hash_is_kept_and_nothing_else(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    first = called(after(tmp_path, "echo Robin Sample; echo Robin >&2"))
    again = called(after(tmp_path, "echo Robin Sample; echo Robin >&2"))
    other = called(after(tmp_path, "echo Kim Sample"))
    assert first == again != other
    assert (len(first.output), first.said) == (8, f"ended with 0 (output {first.output})")
    assert capfd.readouterr() == ("", "")


def test_what_is_told_comes_whole_however_much_it_is(tmp_path: Path) -> None:
    assert called(after(tmp_path), LARGE).done
    assert (tmp_path / "told").read_bytes() == LARGE
    assert len(LARGE) > MOST_OUTPUT


def test_when_the_worker_ends_a_program_may_end_by_itself_and_else_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.service.calls.running.GRACE", 0.6)
    stopping = threading.Event()
    stopping.set()
    assert run(after(tmp_path, "sleep 0.1"), TOLD, stopping).done
    ran = run(after(tmp_path, f"sleep {LONG}"), TOLD, stopping)
    assert (ran.stopped, ran.done) == (True, False)
