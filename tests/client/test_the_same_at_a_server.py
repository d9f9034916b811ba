"""Every command that is a verb says the same at a server as where the store is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import Result

from engine.cli.visit import Visit
from engine.service.workplace import Workplace
from engine.verbs.table import LOCAL
from tests.cli.test_cli_every_command import EVERY, asked, typed
from tests.client.remote import Away, address, office_served
from tests.offices import Demo, Office

WHERE_THE_STORE_IS = {"account password", "account clear", "token issue"}
"""Verbs that a server does for nobody else than who asks: they would open every door."""
SLOW = {"workflow compare", "workflow diagram", "workflow activate", "blank-forms"}
READS = [name for name in EVERY if name not in LOCAL and name in {
    "show", "next", "why-not", "history", "find", "list", "today", "deadlines", "explain",
    "workflow list", "workflow rehearse", "calendar list", "person", "document", "token list",
    "workflow compare", "workflow replay",
}]  # fmt: skip
CHANGES = [name for name in EVERY if name not in {*LOCAL, *READS, *WHERE_THE_STORE_IS}]
_TOKEN = re.compile(r"ct_\S+|\b[a-z2-7]{16}\b|\b[0-9a-f]{8,64}\b")
_REF = re.compile(r"\d{4}-[0-9A-Z]{6}")
_PROOF = re.compile(r"claimed; system user \S+?(?=[\"),.])|token (?:sam|avery|quinn)")


@pytest.fixture(scope="module")
def demo(demo_left: Demo, tmp_path_factory: pytest.TempPathFactory) -> Demo:
    return demo_left.copied(tmp_path_factory.mktemp("demo") / "left")


def runs(name: str) -> tuple[tuple[str, ...], ...]:
    """As what a command's answer is asked for: as text, and as JSON where that takes no long."""
    return ((),) if name in SLOW else ((), ("--json",))


def at_a_server(office: Office, words: list[str], name: str, folder: Path) -> tuple[Result, ...]:
    """What a command comes to at a server, as text and as JSON."""
    at = words.index("--as")
    person = words[at + 1]
    words = [*words[:at], *words[at + 2 :]]
    with office_served(office) as made, pytest.MonkeyPatch.context() as patch:
        patch.setattr(Visit, "place", property(no_store))
        away = Away(address(made), person, folder)
        return tuple(away.run(*words, *more, typed=typed(name)) for more in runs(name))


def no_store(visit: Visit) -> Workplace:
    """No command looks at a store where it asks a server."""
    raise AssertionError("The command looked at the store itself.")


def alike(said: str, folder: Path) -> str:
    """What was said, without what is another every time, and without how somebody came in."""
    plain = " ".join(said.replace(str(folder), "").split())
    return _REF.sub("REF", _TOKEN.sub("TOKEN", _PROOF.sub("PROOF", plain)))


@pytest.mark.parametrize("name", READS)
def test_a_read_is_the_same_word_for_word(demo: Demo, tmp_path: Path, name: str) -> None:
    office, words = asked(demo, name, tmp_path / "one")
    there = at_a_server(office, words, name, tmp_path)

    for more, found in zip(runs(name), there, strict=True):
        here = office.run(*words, *more, typed=typed(name))
        assert (found.stdout, found.stderr) == (here.stdout, here.stderr)
        assert found.exit_code == here.exit_code == 0


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_the_same_but_for_how_somebody_came_in(
    demo: Demo, tmp_path: Path, name: str
) -> None:
    office, words = asked(demo, name, tmp_path / "one")
    here = [office.run(*words, *more, typed=typed(name)) for more in runs(name)]
    office, words = asked(demo, name, tmp_path / "two")
    there = at_a_server(office, words, name, tmp_path / "two")

    for one, other in zip(here, there, strict=True):
        assert alike(other.stdout, tmp_path / "two") == alike(one.stdout, tmp_path / "one")
        assert alike(other.stderr, tmp_path / "two") == alike(one.stderr, tmp_path / "one")
        assert other.exit_code == one.exit_code
    assert here[0].exit_code == 0
