"""`init` makes a partnership's config.toml, database and keys; `migrate` brings them up to date."""

from __future__ import annotations

import json
import os
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from string import Template

from engine import bootstrap, database, keys, loading
from engine.cli import texts
from engine.cli.door import Door, command, option
from engine.cli.printing import listed, paragraph
from engine.cli.visit import Visit, account, reads
from engine.config import Settings, kinds
from engine.errors import ConfigError, EngineError, UsageError
from engine.migrations import LATEST
from engine.service import editions
from engine.service.workplace import By

SAMPLE = Path(__file__).parents[1] / "data" / "config.toml"

_SQLITE = "sqlite:///"
_LEFT_BY_SQLITE = ("", "-wal", "-shm", "-journal")


@command(
    "init",
    option("--partnership", metavar="ID", required=True, help="Short, and never changed again."),
    option("--name", metavar="NAME", required=True, help="The partnership's name."),
    option(
        "--database",
        "url",
        metavar="URL",
        default="sqlite:///casetrail.db",
        help="sqlite:///FILE (if left out, casetrail.db here) or postgresql://...",
    ),
)
def init(door: Door, partnership: str, name: str, url: str) -> None:
    """Begin: make config.toml, the database and the keys of a partnership, in this folder.

    The processes that Casetrail ships are brought into use. Nothing is ever replaced.
    """
    target = bootstrap.config_file(door.options["config"])
    # Read first: nothing is made where a definition is at fault.
    shipped = [editions.shipped(process.name) for process in loading.available()]
    with _all_or_nothing() as made:
        settings = _settle(target, partnership, name, url, made)
        _refuse_what_is_there(settings)
        made += [settings.keys, *_files(settings)]
        keys.make(settings.keys, secrets.token_bytes)
        database.create(settings.database, settings.log, folder=settings.folder)
        place = bootstrap.begin(settings)
        who = By(next(iter(settings.directory.people)), claimed=f"claimed; system user {account()}")
        for workflow, sources in shipped:
            editions.activate(place, who, workflow, sources)
        place.database.close()
        made.clear()
    names = [workflow.name for workflow, _ in shipped]
    document = {
        "config": str(target),
        "database": settings.database.partition("@")[2] or settings.database,
        "keys": str(settings.keys),
        "partnership": settings.log,
        "workflows": names,
    }
    door.answer(document, _said(target, settings, names))


@reads("migrate")
def migrate(door: Visit) -> None:
    """Bring the database to the schema of this program; make a backup first.

    Nobody else may use it meanwhile.
    """
    settings = door.settings
    database.migrate(settings.database, folder=settings.folder)
    # The schema is up to date; whatever else is wrong is said by the command that it hinders.
    with suppress(EngineError):
        door.to_verify()
    door.answer({"schema_version": LATEST}, [f"The database has schema {LATEST}, the latest."])


def _settle(target: Path, partnership: str, name: str, url: str, made: list[Path]) -> Settings:
    if target.exists():
        raise ConfigError(
            "There is a config.toml here already; nothing was changed. Where its database is gone, "
            "put back the latest backup; to begin anew, move config.toml, the keys and what is "
            "left of the database to another folder, and run `casetrail init` again."
        )
    mistake = kinds.partnership_mistake(partnership)
    if mistake:
        raise UsageError(f"--partnership {mistake}")
    tied = account()
    person = re.sub(r"[^a-z0-9_-]", "-", tied.casefold()).lstrip("-_0123456789")[:40] or "manager"
    texts_of = {
        "id": partnership,
        "name": name,
        "database": url,
        "person": person,
        "person_name": _full_name() or tied,
        "mail": f"{person}@{partnership}.invalid",
        "account": tied,
    }
    quoted = {key: json.dumps(text, ensure_ascii=False) for key, text in texts_of.items()}
    text = Template(SAMPLE.read_text("utf-8")).substitute(quoted)
    texts.save(str(target), text, "--config")
    made.append(target)
    return bootstrap.settings(str(target))


def _full_name() -> str:
    if sys.platform == "win32":
        return ""
    import pwd

    try:
        known = pwd.getpwuid(os.geteuid()).pw_gecos.partition(",")[0].strip()
    except KeyError:
        return ""
    return known if known.isprintable() else ""


def _refuse_what_is_there(settings: Settings) -> None:
    for file in (settings.keys, *_files(settings)):
        if file.exists():
            raise ConfigError(f"There is a file {file.name} here already; nothing was changed.")


def _files(settings: Settings) -> list[Path]:
    if not settings.database.startswith(_SQLITE):
        return []
    file = settings.folder / settings.database.removeprefix(_SQLITE)
    return [file.with_name(file.name + end) for end in _LEFT_BY_SQLITE]


@contextmanager
def _all_or_nothing() -> Iterator[list[Path]]:
    """Files that are taken away again where not all could be made."""
    made: list[Path] = []
    try:
        yield made
    finally:
        for file in made:
            file.unlink(missing_ok=True)


def _said(target: Path, settings: Settings, names: list[str]) -> list[str]:
    return [
        f"Made {target}, {settings.keys.name} and the database.",
        *paragraph(f"In use: {listed(names) or 'no process yet'}."),
        *paragraph(
            f"Keep a copy of {settings.keys.name} in another place than the database: without it "
            "no personal value can ever be read again."
        ),
        *paragraph(
            f"Next: name your agencies and people in {target.name}, start `casetrail worker`, and "
            "open a case with `casetrail open`."
        ),
    ]
