"""A command prints what it prints from documents alone: it would print the same of what came from
elsewhere, and never looks at a store itself.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from engine import bootstrap
from engine.cli.desk import LOOKING, Head, Here
from engine.cli.visit import Visit
from engine.service.workplace import Workplace
from engine.verbs.table import LOCAL
from engine.verbs.verb import Content, Document
from tests.cli.test_cli_every_command import EVERY, asked, typed
from tests.client.test_the_same_at_a_server import CHANGES, READS
from tests.offices import Demo

AT_THE_STORE = {"audit verify", "audit checkpoint", *LOCAL}
"""Commands that open a store otherwise than all others do, or work where it is."""
AT_A_SERVER = {*READS, *CHANGES}
"""Those that are tried at a real server, which sends nothing but documents."""
_TOKEN = re.compile(r"ct_\S+|\b[a-z2-7]{16}\b")
_REF = re.compile(r"\d{4}-[0-9A-Z]{6}")


class Elsewhere:
    """A desk that is reached by sending documents."""

    def __init__(self, visit: Visit) -> None:
        self.place = bootstrap.workplace(visit.settings)
        self._here = Here(self.place, visit._who)

    def ask(self, verb: str, request: Mapping[str, Any], head: Head = LOOKING) -> Document:
        found: Document = json.loads(json.dumps(self._here.ask(verb, request, head)))
        return found

    def fetch(self, verb: str, request: Mapping[str, Any], head: Head = LOOKING) -> Content:
        found = self._here.fetch(verb, request, head)
        about = json.loads(json.dumps(found.about))
        return Content(found.name, found.media_type, iter([*found.pieces]), about)


@pytest.fixture(scope="module")
def demo(demo_left: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_left.copied(tmp_path_factory.mktemp("demo") / "left")


@pytest.mark.parametrize("name", sorted(set(EVERY) - AT_THE_STORE - AT_A_SERVER))
def test_a_command_says_the_same_of_documents_from_elsewhere(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    office, words = asked(demo, name, tmp_path / "one")
    wanted = office.ok(*words, typed=typed(name))
    office, words = asked(demo, name, tmp_path / "two")
    places: list[Workplace] = []

    def desk(visit: Visit) -> Elsewhere:
        found = Elsewhere(visit)
        places.append(found.place)
        return found

    def no_store(visit: Visit) -> Workplace:
        raise AssertionError("The command looked at the store itself.")

    monkeypatch.setattr(Visit, "desk", property(_once(desk)))
    monkeypatch.setattr(Visit, "place", property(no_store))
    said = office.ok(*words, typed=typed(name))
    for place in places:
        place.database.close()

    demo_line, _, rest = wanted.partition("\n")
    assert demo_line.startswith("DEMO: ")
    assert _alike(said, tmp_path / "two") == _alike(rest, tmp_path / "one")


def _once(make: Any) -> Any:
    def known(visit: Visit) -> Any:
        held = visit.__dict__
        if "elsewhere" not in held:
            held["elsewhere"] = make(visit)
        return held["elsewhere"]

    return known


def _alike(said: str, folder: Path) -> str:
    """What was said, without what is another every time."""
    drawn = _TOKEN.sub("TOKEN", said.replace(str(folder), ""))
    return _REF.sub("REF", " ".join(drawn.split()))
