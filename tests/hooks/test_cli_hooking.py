from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from engine.cli import working
from engine.hooks import fitting
from engine.hooks.answer import REFUSED
from engine.signing import secrets_in
from tests.dropping import BOX, PAPERS
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
    said = office.refused(4, "hook", "secret", "form")
    assert "form.secret.old holds a secret that may still be in use" in said
    assert Path(second["older"]).read_text() == old
    Path(second["older"]).unlink()
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

    lines = [str(one) for one in fitting.check(world.place, settings)]

    assert fitting.closed(world.place, settings) == {"form"}
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


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('on         = "/date"', 'on = "/datum"', 'A mail has no "/datum"'),
        ('key        = "/message_id"', 'key = "/message-id"', 'Did you mean "/message_id"?'),
        ('"/fields/What it says"', '"/body"', 'A mail has no "/body"'),
        ('form        = { attachment = "*.pdf" }', 'place = "/place"', 'has no "/place"'),
    ],
)
def test_a_path_that_no_mail_has_is_found_before_one_comes(
    world: World, tmp_path: Path, old: str, new: str, said: str
) -> None:
    assert old in PAPERS
    assert fitting.check(world.place, settings_in(tmp_path, BOX + PAPERS)) == []

    [found] = fitting.check(world.place, settings_in(tmp_path, BOX + PAPERS.replace(old, new)))

    assert said in str(found)


def test_a_hook_that_nobody_can_call_is_found(world: World, tmp_path: Path) -> None:
    silent = OPINION.replace('secrets = ["hooks/opinion.secret"]\n', "")
    [found] = fitting.check(world.place, settings_in(tmp_path, silent))

    assert "Nobody can call" in found.problem
    assert doors(world, tmp_path, silent).receive("opinion", [], b"{}").status == 401


def test_what_was_refused_is_told_at_the_terminal_on_todays_sheet_and_counted_in_the_log(
    office: Office, capfd: pytest.CaptureFixture[str]
) -> None:
    declare(office, FORM, '\n[inbox]\nfolder = "hooks/inbox"\n')
    folder = office.folder / "hooks" / "inbox" / "form"
    folder.mkdir(parents=True)
    for path in (folder, folder.parent):
        path.chmod(0o770)

    def drop(name: str) -> None:
        (folder / name).write_text(json.dumps({"form": {"aware_on": "soon"}}))
        os.utime(folder / name, (1, 1))

    drop("Canary Q. Thistlewood\n\x1b[2J.json")
    (folder / "letter.pdf").write_text("x")
    (folder.parent / "frm").mkdir()

    told = office.run("inbox")

    assert told.exit_code == 4
    said = " ".join(told.stdout.split())
    assert "Refused: " in said
    assert "\x1b" not in said
    assert "Canary Q. Thistlewood<U+000A><U+001B>[2J.json place (/" in said
    assert "aware_on (/form/aware_on) is no answer" in said
    assert "place (/form/where) is missing" in said
    assert "letter.pdf is neither a mail (.eml) nor a document (.json)" in said
    assert 'frm is the folder of no hook, so nothing is taken from it. Did you mean "form"?' in said
    assert "0 files taken, 1 file refused, 2 files left" in said
    drop("Canary Q. Thistlewood.json")
    capfd.readouterr()
    working._round(str(office.config), held=False)
    logged = capfd.readouterr().err
    assert '"hook": "form"' in logged
    assert '"refused": 1' in logged
    assert "Canary" not in logged
    [one] = office.json("today")["refused"]
    assert (one["hook"], one["door"], one["times"]) == ("form", "drop folder", 2)
    sheet = office.ok("today")
    assert "Refused of what other systems sent (1)" in sheet
    assert "form: 2 files refused since" in sheet


def test_the_names_that_a_mapping_needs_are_listed(office: Office) -> None:
    said = office.ok("workflow", "questions", "incident")

    assert (
        "place\n    Where did it happen? [in our area | elsewhere; needed to open a case]" in said
    )
    assert "name\n    The child's name [text; of each child]" in said
    assert "form\n    The form that was sent [document]" in said
    assert "; of each agency among partners]" in " ".join(said.split())
    assert "record_letter\n    " in said
    assert office.json("workflow", "questions", "incident")["questions"][0]["to_open"] is True


def test_a_server_begins_although_a_hook_does_not_fit_and_says_which(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(office, FORM + OPINION)
    office.ok("hook", "secret", "form")
    office.ok("hook", "secret", "opinion")
    config = office.config.read_text()
    office.config.write_text(config.replace('process = "incident"', 'process = "incidnet"', 1))
    monkeypatch.setattr("engine.web.serving.run", lambda *_: 0)

    result = office.run("serve", "--port", "0")
    said = " ".join(result.stdout.split())

    assert (result.exit_code, '"hook": "form"' in result.stderr) == (0, True)
    assert '"process" is "incidnet", of which no edition is in use. Did you mean' in said
    assert "No call comes in by a hook that does not fit before it is put right" in said
