"""The neutral document of a pack, its manifest and its archive."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import re
import zipfile

import pytest

from engine.errors import EngineError
from engine.packs import archive, html, pdf
from engine.packs.tree import (
    Block,
    Heading,
    Note,
    Paragraph,
    Signatures,
    Statement,
    Table,
    check,
    cite,
    events,
    legible,
)
from tests.packs import CASE, document, sample


def test_events_are_collected_once_in_the_order_they_are_first_named() -> None:
    assert events(sample()) == tuple(f"{CASE} @{n}" for n in (2, 7, 3, 9))


def test_events_are_said_briefly_and_those_of_another_case_in_full() -> None:
    refs = [f"{CASE} @{n}" for n in (9, 3, 10, 11, 3)] + ["2024-OTHER @4"]

    assert cite(refs, CASE) == "@3, @9\N{EN DASH}11, 2024-OTHER @4"
    assert cite([], CASE) == ""


def test_signs_that_turn_the_direction_of_text_are_spelt() -> None:
    assert legible("a\u202eb\u2066c\u0007d\ud800") == "a[U+202E]b[U+2066]c[U+0007]d[U+D800]"
    assert legible("one\r\ntwo\rthree\u2028four\tfive") == "one\ntwo\nthree\nfour\tfive"


@pytest.mark.parametrize(
    ("blocks", "says"),
    [
        ((Heading(2, "Two"),), "skips from level 0 to level 2"),
        ((Heading(1, "One"), Heading(3, "Three")), "skips from level 1 to level 3"),
        ((Heading(4, "Four"),), "use 1, 2 or 3"),
        ((Paragraph("Only text."),), "it has no heading"),
        ((Heading(1, " "),), "a heading without text"),
        ((Statement(" ", "x"),), "a statement without a label"),
        ((Table("T", ("A", "B"), (("1",),)),), "table 'T', row 1: 1 cells under 2 headings"),
        ((Table("T", ("A", ""), (("1", "2"),)),), "has a column without a heading"),
        ((Table("T", ("A",), ()),), "has no rows"),
        ((Table(" ", ("A",), (("1",),)),), "a table without a caption"),
        ((Table("T", ("A",), (("1",),), widths=(1, 2)),), "one positive width for each of its 1"),
        ((Signatures(()),), "signatures without a line"),
        ((Paragraph("x", ("somewhere",)),), "event 'somewhere' is not 'CASE @NUMBER'"),
    ],
)
def test_a_document_that_is_not_sound_is_refused_with_the_reason(
    blocks: tuple[Block, ...], says: str
) -> None:
    with pytest.raises(EngineError, match=re.escape(says)):
        check(document(*blocks))


def test_everything_wrong_with_a_document_is_said_at_once() -> None:
    with pytest.raises(EngineError) as refusal:
        check(document(Heading(2, "Two"), Note(""), title="", language="English", gaps=("x",)))

    for problem in ("no title", "'English'", "gaps but is no draft", "level 2", "note without"):
        assert problem in str(refusal.value)


def provenance() -> archive.Provenance:
    return archive.Provenance(
        "rapid-review-submission", "ab" * 32, {"case": CASE, "n": 41, "hash": "cd" * 32},
        {"size": 812, "root": "ef" * 32}, archive.template_hashes(), archive.generator(),
    )  # fmt: skip


def test_the_archive_holds_what_its_manifest_says() -> None:
    files = {"rapid-review.pdf": pdf.render(sample()), "rapid-review.html": html.render(sample())}
    content = archive.bundle(sample(), files, provenance())

    assert content == archive.bundle(sample(), dict(reversed(files.items())), provenance())
    with zipfile.ZipFile(io.BytesIO(content)) as opened:
        assert opened.testzip() is None
        said = json.loads(opened.read("manifest.json"))
        held = {name: opened.read(name) for name in opened.namelist() if name != "manifest.json"}
        assert {entry.date_time for entry in opened.infolist()} == {(1980, 1, 1, 0, 0, 0)}
    assert {name: hashlib.sha256(file).hexdigest() for name, file in held.items()} == {
        name: entry["sha256"] for name, entry in said["files"].items()
    }
    assert said["events"] == list(events(sample()))
    assert said["files"]["rapid-review.pdf"]["standards"] == ["a-3a", "ua-1"]
    assert said["head"]["n"] == 41
    assert set(said["templates"]) == {"pack.html", "pack.typ"}
    assert said["generator"].keys() >= {"casetrail", "typst", "jinja2"}


def test_a_manifest_says_of_what_document_it_is_and_what_that_lacks() -> None:
    gaps = ("The voice of the sibling.",)
    lacking = dataclasses.replace(sample(), draft=True, demo=True, gaps=gaps)
    whole, part = (
        archive.manifest(one, {"a.html": html.render(one)}, provenance())
        for one in (sample(), lacking)
    )

    assert part["document"] == whole["document"] | {"draft": True, "demo": True, "gaps": [*gaps]}
    assert whole["document"] == {
        "title": sample().title,
        "reference": CASE,
        "prepared_on": sample().prepared_on.isoformat(),
        "language": "en-GB",
        "classification": sample().classification,
        "caution": sample().caution,
        "draft": False,
        "demo": False,
        "gaps": [],
    }
    assert whole["edition"] == provenance().edition


def test_a_manifest_has_one_written_form_and_no_floats() -> None:
    assert (
        archive.manifest_text({"b": 1, "a": ["é"]})
        == '{\n  "a": [\n    "é"\n  ],\n  "b": 1\n}\n'.encode()
    )
    with pytest.raises(EngineError, match=re.escape("manifest.head[0] holds the float 0.5")):
        archive.manifest_text({"head": [0.5]})


@pytest.mark.parametrize(
    "name",
    [
        "../x",
        "/etc/x",
        "a/../b",
        "a\\b",
        "C:x",
        "",
        ".hidden",
        "a//b",
        "a/",
        "nul",
        "CON.txt",
        "a.",
        "x\n",
        "é",
    ],
)
def test_a_name_that_could_leave_the_archive_is_refused(name: str) -> None:
    with pytest.raises(EngineError, match="cannot hold a file named"):
        archive.archive({name: b""})


def test_two_names_that_differ_only_in_capitals_are_refused() -> None:
    with pytest.raises(EngineError, match="differ only in capitals"):
        archive.archive({"a.pdf": b"", "A.pdf": b""})
