"""What config.toml may say of programs after steps, and what the commands say of them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from engine import worker
from engine.config import read
from engine.errors import ConfigError
from engine.hooks import fitting
from tests.calling import KEEPS, script
from tests.hooking import BASE
from tests.offices import Office
from tests.worlds import World

AFTER = """
[[after]]
id          = "index"
process     = "incident"
steps       = ["decide_to_notify", "start_deciding"]
command     = ["/PROGRAM", "--quick"]
timeout     = "10 seconds"
environment = { INDEX = "index.db" }
answers     = ["place"]
linked      = true
"""
LINE = BASE.count("\n")
MISTAKES = {
    "no id": ('id          = "index"\n', "", '[[after]] has no "id"'),
    "no command": ('command     = ["/PROGRAM", "--quick"]\n', "", '[[after]] has no "command"'),
    "an unknown key": ("process ", "proces ", 'no key "proces". Did you mean "process"?'),
    "no steps": ('["decide_to_notify", "start_deciding"]', "[]", '"steps" must be a list'),
    "every step and another": ('["decide', '["*", "decide', '"steps" must be a name'),
    "a line for a shell": ('["/PROGRAM", "--quick"]', '"/PROGRAM"', '"command" must be a list'),
    "a program without its path": ('"/PROGRAM"', '"index"', "must begin with the whole path"),
    "no time": ('"10 seconds"', '"soon"', '"timeout" must be a time such as "30 seconds"'),
    "too much time": ('"10 seconds"', '"11 minutes"', 'of at most "10 minutes"'),
    "time without a unit": ('"10 seconds"', "10", '"timeout" must be text in quotes'),
    "a variable that is none": ("{ INDEX =", '{ "IN DEX" =', "which no variable can be called"),
    "a value that is none": ('"index.db"', "7", '"environment" must be text in quotes'),
    "an answer that is none": ('["place"]', '["Place!"]', '"answers" must be a name'),
    "linked as words": ("= true", '= "yes"', '"linked" must be true or false'),
}


def config(folder: Path, text: str) -> Path:
    file = folder / "config.toml"
    file.write_text(BASE + text)
    return file


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_told_with_its_line(tmp_path: Path, name: str) -> None:
    old, new, said = MISTAKES[name]
    assert old in AFTER
    with pytest.raises(ConfigError) as refused:
        read(config(tmp_path, AFTER.replace(old, new, 1)))

    lines = [line for line in str(refused.value).split("\n") if said in line]
    assert lines, str(refused.value)
    assert all(int(line.split(":")[1]) > LINE for line in lines)


def test_two_of_one_id_and_more_than_twenty_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r'Another \[\[after\]\] has the id "index"'):
        read(config(tmp_path, AFTER * 2))
    many = "".join(AFTER.replace('"index"', f'"index{number}"', 1) for number in range(21))
    with pytest.raises(ConfigError, match="at most 20"):
        read(config(tmp_path, many))


def test_it_is_read_as_it_is_written(tmp_path: Path) -> None:
    found = read(config(tmp_path, AFTER)).after["index"]

    assert found.command == ("/PROGRAM", "--quick")
    assert (found.timeout, found.answers, found.linked) == (10, ("place",), True)
    assert dict(found.environment) == {"INDEX": "index.db"}
    shorter = AFTER.split("timeout")[0].replace('["decide_to_notify", "start_deciding"]', '["*"]')
    plain = read(config(tmp_path, shorter)).after["index"]
    assert (plain.steps, plain.timeout, plain.answers, plain.linked) == (("*",), 30, (), False)


MISFITS = {
    "a process": ('"incident"', '"incidnet"', 'no edition is in use. Did you mean "incident"?'),
    "a step": ('"start_deciding"', '"start_decding"', 'Did you mean "start_deciding"?'),
    "a question": ('["place"]', '["plase"]', 'no question "plase". Did you mean "place"?'),
    "a personal question": ('["place"]', '["rationale"]', '"rationale" is personal: what a prog'),
    "a document": ('["place"]', '["form"]', '"form" is personal'),
    "a linked step, of the case alone": ("= true", "= false", ""),
}


@pytest.mark.parametrize("name", MISFITS)
def test_what_does_not_fit_the_process_is_told_with_its_line(
    world: World, tmp_path: Path, name: str
) -> None:
    old, new, said = MISFITS[name]
    assert old in AFTER
    text = AFTER.replace("/PROGRAM", script(tmp_path, "index"))
    settings = read(config(tmp_path, text.replace(old, new)))
    if not said:
        assert fitting.check(world.place, settings) == []
        text = text.replace("start_deciding", "decline")
        assert fitting.check(world.place, read(config(tmp_path, text))) == []
        settings, said = read(config(tmp_path, text.replace(old, new))), 'no step "decline"'

    [wrong] = fitting.check(world.place, settings)
    assert said in str(wrong)
    assert int(str(wrong).split(":")[1]) > LINE


def test_a_program_that_cannot_be_called_is_told_with_what_to_do(
    world: World, tmp_path: Path
) -> None:
    program = Path(script(tmp_path, "index"))
    settings = read(config(tmp_path, AFTER.replace("/PROGRAM", str(program))))
    for mode, said in ((0o722, "Use: chmod go-w"), (0o600, "Use: chmod u+x"), (0o700, "")):
        program.chmod(mode)
        found = [str(one) for one in fitting.check(world.place, settings)]
        # An administrator can run what nobody may.
        assert [said in one for one in found] == [True] * bool(said) or mode == 0o600
    program.unlink()
    assert "is not there" in str(fitting.check(world.place, settings)[0])
    program.mkdir()
    assert "is no file" in str(fitting.check(world.place, settings)[0])


def test_the_commands_say_what_there_is_and_what_would_be_told(office: Office) -> None:
    program = script(office.folder, "index", f"{KEEPS.removeprefix('exec ')}; exit 65")
    with office.config.open("a") as file:
        file.write(AFTER.replace("/PROGRAM", program))
    assert office.ok("hook", "check") == "1 hook checked; all fit the processes in use.\n"
    ref = office.open()
    assert "called after no step" in office.refused(2, "hook", "try", "index", ref)
    assert 'Did you mean "index"?' in office.refused(2, "hook", "try", "indx", ref)
    office.ok("take", ref, "start_deciding")
    told = json.loads(office.ok("hook", "try", "index", ref))
    assert (told["step"], told["position"]) == ("start_deciding", None)
    assert office.ok("hook", "list").strip().endswith("0 waiting, 0 done")
    said = office.ok("tick")
    assert "0 calls made after steps, 0 failed." in said
    assert "1 call given up; see `today`." in said
    assert "0 waiting, 0 done, 1 given up" in office.ok("hook", "list")
    [got] = (office.folder / "told").read_text().splitlines()
    assert json.loads(got) == {**told, "position": json.loads(got)["position"]}
    assert "index was not told of" in " ".join(office.ok("today").split())
    entry = 'index not called after "Begin the decision" (entry 3)'
    assert entry in " ".join(office.ok("history", ref).split())
    assert office.json("audit", "verify")["holds"]


def test_what_is_declared_is_on_record_from_the_first_command_that_reads_it(
    office: Office,
) -> None:
    before = office.open()
    office.ok("take", before, "start_deciding")
    with office.config.open("a") as file:
        file.write(AFTER.replace("/PROGRAM", script(office.folder, "index")))
    after = office.open()
    office.ok("take", after, "start_deciding")
    office.ok("tick")
    [told] = (office.folder / "told").read_text().splitlines()
    assert json.loads(told)["ref"] == after


def test_a_config_that_knows_nothing_of_a_hook_ends_it_only_where_the_worker_reads_it(
    office: Office,
) -> None:
    bare = office.config.read_text()
    whole = bare + AFTER.replace("/PROGRAM", script(office.folder, "index"))
    office.config.write_text(whole)
    office.ok("list")
    # Somebody else comes from a machine that has another config.toml.
    office.config.write_text(bare)
    first = office.open()
    office.ok("take", first, "start_deciding")
    office.config.write_text(whole)
    office.ok("tick")
    assert [json.loads(line)["ref"] for line in told(office)] == [first]
    office.config.write_text(bare)
    worker.tick_of(str(office.config))
    office.ok("take", office.open(), "start_deciding")
    office.config.write_text(whole)
    office.ok("list")
    office.ok("take", office.open(), "start_deciding")
    office.ok("hook", "check")
    last = office.open()
    office.ok("take", last, "start_deciding")
    office.ok("tick")
    assert [json.loads(line)["ref"] for line in told(office)] == [first, last]
    assert office.json("audit", "verify")["holds"]


def told(office: Office) -> list[str]:
    return (office.folder / "told").read_text().splitlines()
