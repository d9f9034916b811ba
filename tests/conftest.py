"""What every test may ask for: a database of each kind, empty and its own."""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from engine import database, keys
from tests import offices, reviews
from tests.offices import Demo, Office, Servers
from tests.postgres import PostgresServer
from tests.reviews import Review
from tests.stories import ROOT, copied
from tests.worlds import World, activate_sample, place_on

# The same examples in every run; to look for new ones: pytest --hypothesis-profile=explore
settings.register_profile(
    "same", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("explore", deadline=None, max_examples=2000, print_blob=True)
settings.load_profile("same")

MEMORY = Path("/dev/shm")
ROOM = 2 * 1024**3
"""Bytes of it that must be free; a whole run takes a good part of that."""


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: many tests wait for a server, or for a limit of time."""
    return (os.cpu_count() or 1) + 1


def pytest_configure() -> None:
    """Temporary files are kept in memory where there is room; another TMPDIR is left as it is.

    No test goes to the server at which whoever runs them works.
    """
    for name in ("CASETRAIL_SERVER", "CASETRAIL_TOKEN"):
        os.environ.pop(name, None)
    if "TMPDIR" not in os.environ and _has_room(MEMORY):
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)


def _has_room(folder: Path) -> bool:
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        return False
    place = os.statvfs(folder)
    # Programs are started from there too.
    return not place.f_flag & os.ST_NOEXEC and place.f_bavail * place.f_frsize >= ROOM


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: no search for garbage, of which few are made, sees it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.set_threshold(10_000, 10, 10)
        gc.enable()


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """One server for each process of the test run; without fsync, for ordinary tests."""
    server = PostgresServer()
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where an empty database is, once for each kind of database that Casetrail runs on."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'casetrail.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database()
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture(scope="session")
def sqlite_sample(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store on SQLite with the sample process in use, made once and copied for each test."""
    file = tmp_path_factory.mktemp("sample") / "casetrail.db"
    _make_sample(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres_sample(postgres_server: PostgresServer) -> str:
    """The same on PostgreSQL: the name of a database to copy."""
    name = postgres_server.create_database()
    _make_sample(postgres_server.url(name))
    return name


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def sample_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a store with the sample process in use is, once for each kind of database."""
    if request.param == "sqlite":
        file = tmp_path / "casetrail.db"
        shutil.copy(request.getfixturevalue("sqlite_sample"), file)
        file.chmod(0o600)
        yield f"sqlite:///{file}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database(request.getfixturevalue("postgres_sample"))
    yield server.url(name)
    server.drop_database(name)


@pytest.fixture
def world(sample_url: str) -> Iterator[World]:
    """The sample partnership at work on each database, at ten on Monday 15 December 2025."""
    opened = database.open(sample_url, durable=False)
    try:
        place, clock = place_on(opened)
        yield World(place, clock)
    finally:
        opened.close()


def _make_sample(url: str) -> None:
    database.create(url, "sample", durable=False)
    opened = database.open(url, durable=False)
    try:
        place, _ = place_on(opened)
        activate_sample(place)
    finally:
        opened.close()


@pytest.fixture(scope="session")
def office_sample(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """A partnership's folder as `init` makes it, to be copied."""
    return offices.make(tmp_path_factory.mktemp("office"))


@pytest.fixture(scope="session")
def durable_servers() -> Iterator[Servers]:
    """A server that keeps what it acknowledges, for commands that ask for one."""
    servers = Servers()
    try:
        yield servers
    finally:
        servers.stop()


@pytest.fixture(scope="session")
def demo_left(tmp_path_factory: pytest.TempPathFactory) -> Demo:
    """What a demo leaves, to be copied."""
    return offices.left_by_a_demo(tmp_path_factory.mktemp("demo") / "left")


@pytest.fixture
def office(office_sample: Office, tmp_path: Path) -> Office:
    """A partnership's folder of its own, on SQLite."""
    return offices.copied(office_sample, tmp_path / "office")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def office_on(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> Office:
    """A partnership's folder of its own, once on each kind of database."""
    if request.param == "sqlite":
        return offices.copied(request.getfixturevalue("office_sample"), tmp_path / "office")
    servers: Servers = request.getfixturevalue("durable_servers")
    return servers.office(tmp_path_factory.mktemp("template"), tmp_path / "office")


@pytest.fixture(scope="session")
def sqlite_review(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store on SQLite in which a rapid review has been told, made once and copied."""
    file = tmp_path_factory.mktemp("review") / "casetrail.db"
    reviews.make_store(f"sqlite:///{file}")
    return file


@pytest.fixture
def unit(sqlite_review: Path, tmp_path: Path) -> Office:
    """The business unit at the command line, with the told review in its store."""
    folder = tmp_path / "unit"
    folder.mkdir(mode=0o700)
    shutil.copy(sqlite_review, folder / "casetrail.db")
    (folder / "casetrail.db").chmod(0o600)
    shutil.copy(ROOT / "config.toml", folder / "config.toml")
    drawn = iter((b"w", b"a", b"s"))
    keys.make(folder / "casetrail.keys", lambda size: next(drawn) * size)
    office = Office(folder)
    # Weeks have passed since the review was told.
    assert office.run("tick", "--as", "sam").exit_code == 0
    return office


@pytest.fixture(scope="session")
def postgres_review(postgres_server: PostgresServer) -> str:
    """The same on PostgreSQL: the name of a database to copy."""
    name = postgres_server.create_database()
    reviews.make_store(postgres_server.url(name))
    return name


@pytest.fixture
def review(sqlite_review: Path, tmp_path: Path) -> Iterator[Review]:
    """A rapid review whose submission can be signed off, on SQLite."""
    with reviews.review_on(copied(sqlite_review, tmp_path)) as told:
        yield told


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def review_on(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Review]:
    """The same, once on each kind of database."""
    if request.param == "sqlite":
        yield request.getfixturevalue("review")
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = server.create_database(request.getfixturevalue("postgres_review"))
    with reviews.review_on(server.url(name)) as told:
        yield told
    server.drop_database(name)
