"""A client needs nothing that only POSIX has: it works where the modules of POSIX are not there.

That is as much of Windows as can be seen elsewhere: `os.name` stays, for the paths of this machine
are those of POSIX.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from engine.cli import own_folders
from tests.client.conftest import Comes
from tests.client.test_what_goes_wrong import case_of
from tests.offices import Office

ROOT = Path(__file__).parents[2]
PRESENT = """
import getpass, http.client, http.server, json, ssl, subprocess, sys, tempfile, webbrowser
import os, selectors, shutil, signal, socket, urllib.request, zipfile, zoneinfo, click

GONE = {"fcntl", "pwd", "grp", "resource", "termios", "tty", "pty", "readline", "syslog", "curses"}

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name in GONE:
            raise ModuleNotFoundError(f"there is no {name} here", name=name)

for name in GONE:
    sys.modules.pop(name, None)
sys.meta_path.insert(0, Absent())
for name in ("geteuid", "getuid", "getgid", "fork", "fchmod", "chown", "mkfifo", "getpgid"):
    delattr(os, name)
for name in ("SIGKILL", "SIGHUP", "SIGALRM", "SIGUSR1", "SIGCHLD", "setitimer", "alarm"):
    delattr(signal, name)
for name in ("O_NOFOLLOW", "O_DIRECTORY", "O_NONBLOCK", "O_CLOEXEC"):
    delattr(os, name)
sys.platform = "win32"
from engine.cli.main import main
for words in json.loads(sys.argv.pop()):
    sys.argv[1:] = words
    try:
        main()
    except SystemExit as end:
        print(f"ENDED {end.code} {' '.join(words)}")
print("MODULES", *sorted(sys.modules))
"""
STORES = {"pysqlite3", "sqlite3", "psycopg", "sqlalchemy", "sqlmodel", "uvicorn", "starlette"}


def test_a_client_works_without_what_only_posix_has_and_opens_no_store(
    held: Office, comes: Comes, keeper: str, tmp_path: Path
) -> None:
    away, ref = comes(keeper), case_of(held)
    paper, out = tmp_path / "paper.txt", tmp_path / "out"
    paper.write_text("What was found.")
    commands = [
        ["list"],
        ["show", ref],
        ["next", ref],
        ["why-not", ref, "decide_to_notify"],
        ["history", ref],
        ["today"],
        ["find", "@" + str(paper)],
        ["attach", ref, "form", str(paper)],
        ["document", ref, "form", "--out", str(out), "--why", "to see"],
        ["correct", ref, "aware_on=2025-12-15", "--reason", "misread"],
        ["workflow", "list"],
        ["tick"],
        ["token", "list"],
        ["date", "5 working days after 2026-01-01"],
        ["sign-out"],
    ]
    folders = {"APPDATA": str(tmp_path / "roaming"), "LOCALAPPDATA": str(tmp_path / "local")}
    env = {"CASETRAIL_SERVER": away.url, "CASETRAIL_TOKEN": away.token, "NO_COLOR": "1", **folders}
    asked = [sys.executable, "-c", PRESENT, json.dumps(commands)]
    done = subprocess.run(
        asked, cwd=ROOT, env={**env, "HOME": str(tmp_path)}, capture_output=True, text=True
    )

    ended = [line for line in done.stdout.splitlines() if line.startswith("ENDED ")]
    assert ended == [f"ENDED 0 {' '.join(words)}" for words in commands], done.stdout + done.stderr
    assert out.read_bytes() == paper.read_bytes()
    loaded = done.stdout.rpartition("MODULES")[2].split()
    assert STORES & set(loaded) == set()


@pytest.mark.parametrize(
    ("platform", "told", "file", "folder"),
    [
        ("win32", {"APPDATA": "R", "LOCALAPPDATA": "L"}, "R/casetrail/client.toml", "L/casetrail"),
        ("linux", {}, "HOME/.config/casetrail/client.toml", "HOME/.local/state/casetrail"),
        (
            "darwin",
            {},
            "HOME/Library/Application Support/casetrail/client.toml",
            "HOME/Library/Application Support/casetrail",
        ),
        (
            "linux",
            {"XDG_CONFIG_HOME": "C", "XDG_STATE_HOME": "S"},
            "C/casetrail/client.toml",
            "S/casetrail",
        ),
    ],
)
def test_what_is_somebodys_own_is_where_their_system_has_it(
    monkeypatch: pytest.MonkeyPatch, platform: str, told: dict[str, str], file: str, folder: str
) -> None:
    for name in ("APPDATA", "LOCALAPPDATA", "XDG_CONFIG_HOME", "XDG_STATE_HOME"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "HOME", **told}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(own_folders.sys, "platform", platform)

    assert (own_folders.client_file(), own_folders.state_folder()) == (file, folder)
