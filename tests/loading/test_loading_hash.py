from __future__ import annotations

import hashlib
import json
import random
from dataclasses import MISSING, fields

import pytest

from engine.canonical import canonical
from engine.definition import (
    Group,
    Guard,
    Pack,
    Question,
    Role,
    State,
    Timescale,
    Transition,
    UnreadableError,
    Workflow,
    plain,
    workflow_from,
)
from engine.loading import load
from tests.definitions import SOUND, changed, sound, write


def shuffled(text, seed):
    """The same tables in the same order, with their keys in another order."""
    chance = random.Random(seed)
    head, *tables = text.strip().split("\n\n")
    if "variant" in text:
        tables, head = [head, *tables], ""
    kept = [table for table in tables if not table.startswith("[[")]
    variants = [table for table in tables if table.startswith("[[")]
    for number, table in enumerate(kept):
        header, *keys = table.split("\n")
        chance.shuffle(keys)
        kept[number] = "\n".join([header, *keys])
    keys = head.split("\n")
    chance.shuffle(keys)
    return "\n\n".join(["\n".join(keys), *kept, *variants])


def test_what_was_stored_is_read_back_as_the_same_workflow(tmp_path):
    workflow = sound(tmp_path)
    stored = json.loads(canonical(plain(workflow)))
    assert workflow_from(stored, workflow.hash) == workflow


def test_an_edition_of_before_the_record_had_keepers_is_kept_by_all_who_act_in_it(tmp_path):
    workflow = sound(tmp_path)
    stored = json.loads(canonical(plain(workflow)))
    for part in (stored, *stored["children"].values()):
        del part["kept_by"]
    old = workflow_from(stored, "0" * 64)
    assert old.kept_by == ()
    assert (old.keepers, old.children["reply"].keepers) == (("unit", "authority"),) * 2


def optional(made):
    """The parts of a stored form that have a meaning where they are absent."""
    if made is not Workflow:
        return set(made._field_defaults)
    absent = (MISSING, MISSING)
    return {f.name for f in fields(made) if (f.default, f.default_factory) != absent} - {"hash"}


def older(stored):
    """The stored form of a program that knew nothing of what can be left out."""
    kinds = {"roles": Role, "groups": Group, "questions": Question, "states": State}
    kinds |= {"transitions": Transition, "timescales": Timescale, "packs": Pack}
    kept = {name: part for name, part in stored.items() if name not in optional(Workflow)}
    for name, kind in kinds.items():
        left_out = optional(kind)
        kept[name] = [
            {key: part for key, part in item.items() if key not in left_out}
            for item in stored[name]
        ]
    return kept | {"children": {name: older(one) for name, one in stored["children"].items()}}


def test_an_edition_that_an_older_program_stored_is_read_with_what_was_meant_then(tmp_path):
    workflow = sound(tmp_path)
    read = workflow_from(older(json.loads(canonical(plain(workflow)))), "0" * 64)
    assert read.states.keys() == workflow.states.keys()
    [step, *_] = read.transitions.values()
    assert (step.only_if, step.approve, step.sets, step.opens) == (Guard(), (), (), None)
    assert {timescale.notices for timescale in read.timescales.values()} == {()}
    assert read.person_kinds[0] == "child"


@pytest.mark.parametrize("part", ["", "roles", "questions", "transitions", "timescales", "packs"])
def test_an_edition_in_a_form_of_another_program_is_unreadable(tmp_path, part):
    for change in (lambda item: item | {"later": 1}, lambda item: {"id": "left"}):
        stored = json.loads(canonical(plain(sound(tmp_path))))
        if part:
            stored[part] = [change(item) for item in stored[part]] or [{"later": 1}]
        else:
            stored = change(stored)
        with pytest.raises(UnreadableError):
            workflow_from(stored, "0" * 64)


def test_the_hash_is_that_of_the_stored_form(tmp_path):
    workflow = sound(tmp_path)
    stored = canonical(plain(workflow))
    assert workflow.hash == hashlib.sha256(stored.encode()).hexdigest()


@pytest.mark.parametrize("seed", range(20))
def test_the_order_of_keys_within_a_table_does_not_change_the_hash(tmp_path, seed):
    files = {
        **SOUND,
        "process.toml": shuffled(SOUND["process.toml"], seed),
        "steps.toml": shuffled(SOUND["steps.toml"], seed),
    }
    assert load(write(tmp_path / "a" / "x", files)) == sound(tmp_path / "b" / "x")


def test_the_order_in_which_people_read_it_is_part_of_an_edition(tmp_path):
    head, first, second, *rest = SOUND["steps.toml"].split("\n\n")
    turned = "\n\n".join([head, second, first, *rest])
    other = load(write(tmp_path / "a" / "x", {**SOUND, "steps.toml": turned}))
    assert other.hash != sound(tmp_path / "b" / "x").hash


@pytest.mark.parametrize(
    "rewrite",
    [
        lambda text: "# a comment\n" + text.replace("\n[", "\n# another\n["),
        lambda text: text.replace("\n", "\r\n"),
        lambda text: "\ufeff" + text,
        lambda text: text.replace("within 5 working days", "within  five working  days"),
        lambda text: text.replace(" = ", "="),
        lambda text: text.replace('who     = "authority"', 'who = ["authority"]'),
    ],
)
def test_how_a_file_is_written_does_not_change_the_hash(tmp_path, rewrite):
    files = {name: rewrite(text) for name, text in SOUND.items() if not name.startswith("packs/")}
    files["packs/letter.toml"] = SOUND["packs/letter.toml"]
    assert load(write(tmp_path / "a" / "x", files)).hash == sound(tmp_path / "b" / "x").hash


def test_a_definition_may_be_shared_out_over_files_in_any_way(tmp_path):
    whole = SOUND["process.toml"] + SOUND["steps.toml"]
    head, *tables = whole.split("\n\n")
    files = {f"part_{number}.toml": table for number, table in enumerate(tables)}
    files |= {"all_else.toml": head, "part_98.toml": ""}
    variants = [name for name, text in files.items() if text.startswith("[[")]
    first = next(name for name, text in files.items() if text.startswith("[timescale.review]"))
    files[first] = "\n".join([files[first], *(files.pop(name) for name in variants)])
    others = {name: text for name, text in SOUND.items() if "/" in name}
    assert load(write(tmp_path / "a" / "x", {**files, **others})) == sound(tmp_path / "b" / "x")


CHANGES = [
    ('title        = "Sample review"', 'title        = "Simple review"'),
    ("from = 2025-06-01", "from = 2025-06-02"),
    ('kept_by      = ["unit"]', 'kept_by      = ["authority"]'),
    ('title = "local authority"', 'title = "the local authority"'),
    ('kinds = ["local authority", "police"]', 'kinds = ["police"]'),
    ('ask    = "Why was it decided so?"', 'ask    = "Why?"'),
    ('said     = "the decision is to ..."', 'said     = "it is decided to ..."'),
    ('only_if = { route = "notify" }', 'only_if = { route = "answered" }'),
    ("within 5 working days of aware_on", "within 6 working days of aware_on"),
    ('confirmed  = "second-hand"', 'confirmed  = "recalled"'),
    ('at = "2 working days before it is due"', 'at = "3 working days before it is due"'),
    ('title     = "Reply of an agency"', 'title     = "An agency\'s reply"'),
    ('classification = "Confidential"', 'classification = "Secret"'),
]


@pytest.mark.parametrize(("old", "new"), CHANGES)
def test_whatever_changes_what_it_says_changes_the_hash(tmp_path, old, new):
    files = changed((old, new))
    assert load(write(tmp_path / "a" / "x", files)).hash != sound(tmp_path / "b" / "x").hash
