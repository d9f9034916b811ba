from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.cli import working
from engine.errors import ConfigError
from engine.hooks import fitting
from engine.hooks.answer import REFUSED
from engine.signing import secrets_in
from tests.hooking import FORM, HOOKS, OPINION, doors, settings_in
from tests.offices import Office
from tests.worlds import World

REFERRAL = {"form": {"aware_on": "2025-12-12", "where": "A", "child": {"name": "Robin Sample"}}}


def declare(office: Office, hooks: str, more: str = "") -> None:
    """Add hooks to an office's config.toml, on behalf of somebody who is in it."""
    person = next(
        line.split('"')[1]
        for line in office.config.read_text().split("[[person]]")[1].splitlines()
        if line.startswith("id")
    )
    with office.config.open("a") as file:
        file.write(more + hooks.replace('"bess"', f'"{person}"'))


def test_a_hook_is_listed_given_a_secret_and_found_to_fit(office: Office) -> None:
    declare(office, FORM)

    assert "form: opens a case (incident), recorded by" in office.ok("hook", "list")
    assert "cannot be read" in office.refused(2, "hook", "check")
    first = office.json("hook", "secret", "form")
    assert office.ok("hook", "check").startswith("1 hook checked")
    old = Path(first["file"]).read_text()
    second = office.json("hook", "secret", "form")

    assert (first["older"], Path(second["older"]).read_text()) == (None, old)
    new = Path(second["file"])
    assert (new.stat().st_mode & 0o777, len(secrets_in(new.read_text()))) == (0o600, 1)
    assert new.read_text() != old
    assert old.strip() not in office.ok("hook", "secret", "form")
    assert office.ok("hook", "check")


def test_an_endpoint_that_there_is_not_is_told_with_what_was_meant(office: Office) -> None:
    declare(office, FORM)

    assert 'Did you mean "form"?' in office.refused(2, "hook", "secret", "from")


def test_what_lies_in_the_inbox_is_taken_by_the_command_and_by_a_tick(office: Office) -> None:
    declare(office, FORM, '\n[inbox]\nfolder = "hooks/inbox"\n')
    folder = office.folder / "hooks" / "inbox" / "form"
    folder.mkdir(parents=True, mode=0o770)
    for path in (folder, folder.parent):
        path.chmod(0o770)
    assert office.ok("inbox").strip() == "Nothing was there."
    for number, command in enumerate(("inbox", "tick", "worker")):
        file = folder / f"{number}.json"
        document = {"form": {**REFERRAL["form"], "aware_on": f"2025-11-0{number + 1}"}}
        file.write_text(json.dumps(document))
        os.utime(file, (1, 1))
        if command == "worker":
            working._round(str(office.config), held=False)
        else:
            assert "1 file" in office.ok(command)
        answered = json.loads((folder / f"{number}.json.answer.json").read_text())
        assert office.show(answered["ref"])["state"] == "referred"


def test_an_inbox_that_everybody_may_write_is_told_after_what_is_due(office: Office) -> None:
    declare(office, FORM, '\n[inbox]\nfolder = "hooks/inbox"\n')
    folder = office.folder / "hooks" / "inbox" / "form"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    office.open()

    told = office.run("tick")

    assert told.exit_code == 2
    assert "open to everybody" in told.stderr
    assert "put in order" in told.stdout
    assert working._round(str(office.config), held=False).failed == 0


MISFITS = {
    "a process": ('"incident"', '"incidnet"', 'of which no edition is in use. Did you mean "inc'),
    "a question": ("happened_on =", "hapened_on =", 'no question "hapened_on". Did you mean "hap'),
    "a question asked first": (
        FORM[FORM.index("place       =") : FORM.index("[[hook.people]]")],
        "",
        'Nothing says "place"',
    ),
    "a word": ('"in our area"', '"in our town"', '"place" takes no such answer. It takes one of'),
    "a constant": (
        'happened_on = "/form/happened_on"',
        'happened_on = { constant = "soon" }',
        '"happened_on" takes no such answer.',
    ),
    "a kind of people": ('kind    = "child"', 'kind = "chid"', 'is about no "chid"'),
    "a question of people": ("{ name =", "{ place =", '"place" is not asked of a child'),
    "a child's question": (
        "[hook.answers]\n",
        '[hook.answers]\nname = "/form/child/name"\n',
        '"name" is asked of each child, of whom there is none yet. Map it below [[hook.people]]',
    ),
    "a person without a role": ('"bess"', '"lee"', '"lee" holds no role that may do this today'),
    "an agency's question": (
        "[hook.answers]\n",
        '[hook.answers]\nopinion = "/x"\n',
        '"opinion" is asked of each agency. Write "opinion/AGENCY".',
    ),
    "a document": (
        "[hook.answers]\n",
        '[hook.answers]\nform = "/x"\n',
        '"form" takes a document. Write',
    ),
    "somebody of the case": (
        "aware_on    =",
        '"aware_on/p1" =',
        '"aware_on" is asked of the case alone.',
    ),
}


@pytest.mark.parametrize("name", MISFITS)
def test_a_hook_that_does_not_fit_the_process_is_told_with_its_line(
    world: World, tmp_path: Path, name: str
) -> None:
    old, new, said = MISFITS[name]
    assert old in FORM
    settings = settings_in(tmp_path, FORM.replace(old, new))

    with pytest.raises(ConfigError) as refused:
        fitting.need(world.place, settings)

    lines = str(refused.value).split("\n")
    assert any(said in line for line in lines), lines
    assert all(line.startswith("config.toml:") for line in lines)
    numbers = [int(line.split(":")[1]) for line in lines]
    text = settings.file.read_text().split("\n")
    assert all(text[number - 1].strip() for number in numbers)


def test_hooks_that_fit_are_not_found_at_fault(world: World, tmp_path: Path) -> None:
    assert fitting.check(world.place, settings_in(tmp_path, HOOKS)) == []


def test_steps_that_there_are_not_are_found(world: World, tmp_path: Path) -> None:
    hooks = HOOKS.replace("take:start_deciding", "take:start_decding")
    found = fitting.check(world.place, settings_in(tmp_path, hooks))

    assert [one.problem for one in found] == ['This process has no step "start_decding".']


@pytest.mark.parametrize("copied", [False, True])
def test_a_secret_that_two_hooks_have_is_found_and_holds_at_neither(
    world: World, tmp_path: Path, copied: bool
) -> None:
    hooks = HOOKS if copied else HOOKS.replace("hooks/opinion.secret", "hooks/form.secret")
    made = doors(world, tmp_path, hooks)
    if copied:
        secret = (tmp_path / "hooks" / "form.secret").read_text()
        (tmp_path / "hooks" / "opinion.secret").write_text(secret)
    body = json.dumps(REFERRAL).encode()
    headers = made.signed("form", body)

    [found] = fitting.check(world.place, made.settings)

    assert 'A secret of "opinion" is one of "form" too' in found.problem
    assert made.receive("form", headers, body) == REFUSED
    assert made.receive("opinion", headers, body) == REFUSED


def test_a_hook_that_nobody_can_call_is_found(world: World, tmp_path: Path) -> None:
    silent = OPINION.replace('secrets = ["hooks/opinion.secret"]\n', "")
    [found] = fitting.check(world.place, settings_in(tmp_path, silent))

    assert "Nobody can call" in found.problem
    assert doors(world, tmp_path, silent).receive("opinion", [], b"{}").status == 401
