"""Packs as a reader gets them: the web page and the PDF."""

from __future__ import annotations

import dataclasses
import hashlib
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pdfua
import pikepdf
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.packs import html, pdf
from engine.packs.tree import (
    Heading,
    Note,
    Paragraph,
    Signatures,
    Statement,
    Table,
    legible,
)
from tests.packs import CASE, Page, document, printed, sample, structure

MARKUP = (
    '#read("/etc/passwd")',
    "</script><script>alert(1)</script>",
    "*bold* _it_ `raw` $x$ @ref <label>",
    "{{ 7*7 }} {% raw %} {# x #}",
    "=1+1",
    "+1",
    "-1",
    "@SUM(A1)",
    "\\ \" ' & &amp; <b>",
    "= Heading",
    "// comment /* c */",
    "\\u{41} ~ --- ...",
    "http://example.test/a?b=c&d",
)
NAMES = (
    "আনোয়ারা",
    "ਗੁਰਪ੍ਰੀਤ ਸਿੰਘ",
    "தமிழ்ச்செல்வி",
    "ગુજરાતી",
    "محمد علی",
    "יעל כהן",
    "हिन्दी",
    "አበበ",
    "สมชาย",
    "Γιώργος Παππάς",
    "Иван Петренко",
    "Nguyễn Thị Hương",
    "Siân Llŵyd",
    "李小龍",
    "김철수",
    "さくら",
    "გიორგი",
    "ශ්‍රී",
    "👶🏽 👨‍👩‍👧",
)


def test_the_same_document_gives_the_same_bytes_in_another_process() -> None:
    code = (
        "import sys, hashlib; sys.path.insert(0, '.');"
        "from engine.packs import pdf, html; from tests.packs import sample;"
        "files = pdf.render(sample()).content, html.render(sample()).content;"
        "print(*(hashlib.sha256(file).hexdigest() for file in files))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "7", "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    elsewhere = subprocess.run(
        [sys.executable, "-c", code],
        cwd=Path(__file__).parents[2],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )

    here = [pdf.render(sample()).content, html.render(sample()).content]
    assert elsewhere.stdout.split() == [hashlib.sha256(file).hexdigest() for file in here]


def test_the_pdf_meets_the_standards_for_reading_aloud_and_for_keeping(tmp_path: Path) -> None:
    rendered = pdf.render(sample())
    path = tmp_path / "pack.pdf"
    path.write_bytes(rendered.content)

    assert (rendered.standards, rendered.replaced) == (("a-3a", "ua-1"), ())
    assert pdfua.validate(str(path)).findings == ()


def test_the_pdf_says_what_is_a_heading_a_table_and_a_header_cell() -> None:
    with pikepdf.open(io.BytesIO(pdf.render(sample()).content)) as file:
        kinds = [*structure(file.Root.StructTreeRoot.K)]
        language, title = str(file.Root.Lang), str(file.docinfo.Title)

    assert (language, title) == ("en-GB", f"Rapid review, {CASE}")
    assert [kind for kind in kinds if re.fullmatch("/H[1-6]", kind)] == [
        *("/H1", "/H1", "/H2", "/H1", "/H2", "/H1", "/H1"),
    ]
    # Two tables of the document, the signatures, and the events each section rests on.
    assert kinds.count("/Table") == 4
    assert kinds.count("/TH") == 3 + 2 + 4 + 2
    assert kinds.count("/Caption") == 2


def test_a_long_table_repeats_its_header_as_decoration_on_each_page() -> None:
    content = pdf.render(sample()).content
    pages = [number for number, text in enumerate(printed(content)) if "contactsithad" in text]

    repeated = [
        number
        for number, text in enumerate(printed(content, decoration=True))
        if "Involved" in text
    ]
    assert len(pages) > 2
    assert repeated == pages[1:]


def test_every_page_is_numbered_and_names_the_case_and_its_classification() -> None:
    margins = printed(pdf.render(sample()).content, decoration=True)

    for number, margin in enumerate(margins, start=1):
        assert f"Page{number}of{len(margins)}" in margin
        assert CASE in margin
        assert margin.count("OFFICIAL-SENSITIVE") == 2


@pytest.mark.parametrize("mark", ["draft", "demo"])
def test_a_draft_and_a_demonstration_are_marked_on_every_page(mark: str) -> None:
    marked = dataclasses.replace(sample(), **{mark: True})
    page = html.render(marked).content

    # In the header, and across the page.
    for text in printed(pdf.render(marked).content, decoration=True):
        assert text.count(mark.upper()) == 2
    assert Page(page).said().count(mark.upper()) == 2
    assert f'content: "{mark.upper()}"' in page.decode()
    for plain in (
        printed(pdf.render(sample()).content, decoration=True),
        [Page(html.render(sample()).content).said()],
    ):
        assert not any(mark.upper() in text for text in plain)


def test_a_draft_lists_everything_that_is_missing_on_its_first_page() -> None:
    gaps = ("The voice of the sibling.", "The signature of the police.")
    draft = dataclasses.replace(sample(), draft=True, gaps=gaps)

    for said in (
        printed(pdf.render(draft).content)[0],
        re.sub(r"\s", "", Page(html.render(draft).content).said()),
    ):
        assert "2thingsarestillmissing:" in said
        assert all(gap.replace(" ", "") in said for gap in gaps)


def test_the_page_stands_alone_and_runs_nothing() -> None:
    page = Page(html.render(sample()).content)

    assert page.open == []
    assert {"script", "link", "img", "iframe", "object", "base"}.isdisjoint(t for t, _ in page.tags)
    assert all(a["href"].startswith("#") for a in page.all("a"))
    assert not any("src" in attributes or "onclick" in attributes for _, attributes in page.tags)
    assert "url(" not in html.render(sample()).content.decode()


def test_the_page_can_be_walked_by_its_headings_links_and_tables() -> None:
    page = Page(html.render(sample()).content)
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]

    assert page.all("html") == [{"lang": "en-GB"}]
    assert [tag for tag, _ in page.tags if re.fullmatch("h[1-6]", tag)] == [
        *("h1", "h2", "h2", "h3", "h2", "h3", "h2", "h2"),
    ]
    assert len(ids) == len(set(ids))
    assert {a["href"][1:] for a in page.all("a")} <= set(ids)
    assert page.all("a")[0] == {"class": "skip", "href": "#content"}
    assert {a["scope"] for a in page.all("th")} == {"col"}
    assert len(page.all("caption")) == len(page.all("table")) == 4


@pytest.mark.parametrize("text", MARKUP)
def test_markup_of_any_kind_is_shown_and_never_obeyed(text: str) -> None:
    hostile = document(
        Heading(1, text), Statement(text, text), Paragraph(text), Note(text),
        Table(text, (text, "B"), ((text, text),)), Signatures(((text, text, text),)),
        title=text, subtitle=text, classification=text, caution=text, draft=True, gaps=(text,),
    )  # fmt: skip
    page = Page(html.render(hostile).content)

    assert page.said().count(text) == 20
    assert page.all("script") == []
    printing = printed(pdf.render(hostile).content)
    assert "".join(printing).count(re.sub(r"\s", "", text)) == 18


@pytest.mark.parametrize("name", NAMES)
def test_a_name_in_any_script_is_printed_as_it_is_written(name: str) -> None:
    rendered = pdf.render(document(Heading(1, name), Statement("Name", name)))

    assert (rendered.standards, rendered.replaced) == (("a-3a", "ua-1"), ())
    assert name in Page(html.render(document(Statement("N", name), Heading(1, "H"))).content).said()


@pytest.mark.parametrize("text", [*MARKUP, "</style>", 'x"; } * { display: none', "a\\"])
def test_what_the_page_prints_in_its_margins_cannot_act_as_style(text: str) -> None:
    page = html.render(document(title=text, classification=text)).content.decode()
    margins = re.findall(r'content: "((?:[A-Za-z0-9]|\\[0-9A-F]{6})*)"; font', page)

    said = [re.sub(r"\\(.{6})", lambda sign: chr(int(sign[1], 16)), margin) for margin in margins]
    assert said == [CASE, text, "", text]


def test_only_the_characters_without_a_glyph_are_replaced_in_text_from_right_to_left() -> None:
    rendered = pdf.render(document(Heading(1, "One"), Paragraph("ܐܪܡܝܐ")))

    assert set(rendered.replaced) == set("ܐܪܡܝܐ")


def test_characters_without_a_glyph_are_spelt_out_and_listed() -> None:
    rendered = pdf.render(document(Heading(1, "One"), Paragraph("Name: 𓀀 and \ue000.")))

    assert rendered.standards == ("a-3a", "ua-1")
    assert rendered.replaced == ("\ue000", "𓀀")
    text = "".join(printed(rendered.content))
    assert "Name:[U+13000]and[U+E000]." in text
    assert "[U+13000]egyptianhieroglypha001" in text


@pytest.mark.parametrize("name", NAMES)
def test_without_any_font_but_the_compilers_a_name_still_does_not_stop_the_pack(name: str) -> None:
    rendered = pdf.render(document(Heading(1, "One"), Paragraph(name)), ())

    assert rendered.standards == ("a-3a", "ua-1")
    assert set(rendered.replaced) <= set(name)


@settings(max_examples=25)
@given(st.lists(st.text(max_size=40), min_size=3, max_size=12))
def test_no_text_at_all_stops_the_pack(texts: list[str]) -> None:
    wild = document(
        Heading(1, "One"), *(Statement("Name", text) for text in texts),
        Table("T", ("A", "B"), tuple((text, text) for text in texts)),
    )  # fmt: skip

    assert "ua-1" in pdf.render(wild).standards
    said = Page(html.render(wild).content).said().split()
    assert all(word in said for text in texts for word in legible(text).split())


def test_ten_thousand_characters_without_a_space_stay_within_the_page() -> None:
    content = pdf.render(document(Heading(1, "One"), Paragraph("x" * 10_000))).content

    assert "x" * 10_000 in "".join(printed(content))
    assert len([text for text in printed(content) if "x" * 1000 in text]) == 3


def test_both_forms_show_what_each_part_rests_on() -> None:
    page = re.sub(r"\s+", " ", Page(html.render(sample()).content).said())

    for said in (page, "".join(printed(pdf.render(sample()).content))):
        assert re.search("Next ?paragraph. ?@2\N{EN DASH}3", said)
        assert re.search("1 ?Administration ?@2\N{EN DASH}3, ?@7", said)


def test_nothing_heavy_is_loaded_before_a_pack_is_rendered() -> None:
    code = (
        "import sys; sys.path.insert(0, '.'); import engine.packs.pdf, engine.packs.html;"
        "print({'typst', 'jinja2'} & sys.modules.keys())"
    )
    root = Path(__file__).parents[2]
    told = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, check=True)

    assert told.stdout.strip() == b"set()"
