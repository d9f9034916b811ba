"""Text that comes in survives or is refused; what a terminal would obey is shown as it is."""

from __future__ import annotations

import json
import unicodedata

import pytest

from engine.cli import texts
from tests.offices import Office


def test_ten_megabytes_of_text_are_refused(office: Office) -> None:
    ref = office.at("deciding")
    file = office.file("long.txt", "x" * 10_000_000)
    said = office.refused(2, "record", ref, f"rationale=@{file}")
    assert "longer than any can be" in said
    assert "longer than any can be" in office.refused(
        2, "record", ref, "rationale=-", typed="x" * 10_000_000
    )
    file = office.file("shorter.txt", "x" * 2_000_001)
    assert "longer than 2,000,000 characters" in office.refused(
        4, "record", ref, f"rationale=@{file}"
    )


def test_control_characters_and_other_files_are_no_text(office: Office) -> None:
    ref = office.at("deciding")
    assert "control" in office.refused(4, "record", ref, "rationale=-", typed="a\x07bell")
    picture = office.file("picture.txt", b"\xff\xd8\xff\xe0 no text")
    assert "no plain text in UTF-8" in office.refused(2, "record", ref, f"rationale=@{picture}")
    folder = str(office.folder)
    assert "is not a file, but a folder" in office.refused(2, "attach", ref, "form", folder)
    assert "No such file" in office.refused(2, "record", ref, "rationale=@/nowhere/at/all")
    assert "cannot be read" in office.refused(2, "record", ref, "rationale=@\x00")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_text_of_a_word_processor_survives(office: Office, encoding: str) -> None:
    ref = office.at("deciding")
    text = "One line\r\n\u2022 a list\v soft \u201cquoted\u201d\u00a0\u2013 dash\u2028next\f page"
    file = office.file("pasted.txt", text.encode(encoding))
    office.ok("record", ref, f"rationale=@{file}")
    [kept] = office.json("show", ref, "--personal", "--why", "to see it")["personal"].values()
    assert kept == "One line\n\u2022 a list\n soft \u201cquoted\u201d\u00a0\u2013 dash\nnext\n page"


@pytest.mark.parametrize("text", [b"\xff\xfecaf\xe9", b"\xfe\xffne of it\r\nis so\xe9", b"caf\xe9"])
def test_text_of_another_encoding_is_refused_and_never_read_as_something_else(
    office: Office, text: bytes
) -> None:
    ref = office.at("deciding")
    sentence = "is no plain text in UTF-8; save it as plain text"
    assert sentence in office.refused(2, "record", ref, "rationale=-", typed=text)
    file = office.file("latin.txt", text)
    assert sentence in office.refused(2, "record", ref, f"rationale=@{file}")


@pytest.mark.parametrize(
    "text", ["caf\u00e9", "\u0928\u092e\u0938", "\u5b69\u5b50\u5728\u533b\u9662", ""]
)
def test_text_of_any_script_with_the_mark_of_utf_16_is_read(text: str) -> None:
    for mark, encoding in ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be")):
        assert texts._decoded(mark + text.encode(encoding), "it") == text


def test_what_a_terminal_would_obey_is_shown_and_every_script_stays_as_it_is(
    office: Office,
) -> None:
    ref = office.at("deciding")
    kept = "e\u0301 \u05d0\u05d1 \u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0939\u093f"
    office.ok("record", ref, "rationale=-", typed=f"{kept} \u202eemos\u2066 a\U000e0041\u00ad")
    words = ("show", ref, "--personal", "--why", "to see it")
    said = office.ok(*words)
    assert unicodedata.normalize("NFC", kept) in said
    assert "<U+202E>emos<U+2066> a<U+E0041><U+00AD>" in said
    document = office.ok(*words, "--json")
    assert "\u202e" not in document
    assert "\\u202eemos\\u2066 a\\udb40\\udc41\\u00ad" in document
    assert "\u202eemos\u2066 a\U000e0041\u00ad" in json.loads(document)["personal"]["rationale//1"]
