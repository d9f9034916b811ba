from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from engine.describing import described
from engine.describing.page import page
from engine.describing.sheet import Heading, Item
from engine.diagrams.graph import main_line
from engine.loading import find
from tests.offices import Office
from tests.shared import loaded
from tests.worlds import SAMPLE

NAME = "child_safeguarding_practice_review"
WORKFLOW = loaded(find(NAME))
VOID = {"meta", "br", "col"}
HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
NASTY = (
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raw %}",
    '" onload="x',
    "ل" * 40,
    "w" * 400,
    "&amp; </style>",
)


class Page(HTMLParser):
    """What a page has: its tags in order, its ids and links, its headings and its words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.html = html
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.headings: list[tuple[int, str]] = []
        self.words: list[str] = []
        self.feed(html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag in HEADINGS:
            self.headings.append((int(tag[1]), ""))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if "style" in self.open:
            return
        self.words.append(data)
        if self.open and self.open[-1] in HEADINGS:
            level, said = self.headings[-1]
            self.headings[-1] = (level, said + data)

    @property
    def text(self) -> str:
        return " ".join(" ".join(self.words).split())

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attrs for name, attrs in self.tags if name == tag]


def made(day: date | None = None) -> Page:
    return Page(page(WORKFLOW, main_line(WORKFLOW), day))


TODAY = made()


def plain(text: str) -> str:
    return re.sub(r"\s+|- |\* ", "", text)


@pytest.mark.parametrize("day", [None, date(2020, 5, 1)])
def test_the_page_says_every_word_of_the_text(day: date | None) -> None:
    told = plain(made(day).text)
    for block in described(WORKFLOW, day).blocks[1:]:
        if isinstance(block, Heading):
            assert plain(f"{block.number} {block.text}") in told
        elif isinstance(block, Item):
            assert plain(block.head) in told
            for part in (part for one in block.paragraphs for part in one):
                assert all(plain(p) in told for p in ([part] if isinstance(part, str) else part))
        else:
            parts = block[0]
            flat = [p for part in parts for p in ([part] if isinstance(part, str) else part)]
            assert [p for p in flat if plain(p) not in told] == []


def test_the_page_stands_by_itself_without_script_or_anything_from_outside() -> None:
    names = {tag for tag, _ in TODAY.tags}
    assert names.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base", "svg"})
    outside = [
        value
        for _, attrs in TODAY.tags
        for name, value in attrs.items()
        if name in ("href", "src", "action") and not (value or "").startswith("#")
    ]
    assert outside == []
    assert re.search(r"url\(|@import|https?:|javascript:", TODAY.html) is None
    policy = [one["content"] for one in TODAY.named("meta") if "http-equiv" in one]
    assert policy == [
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
    ]


def test_every_link_leads_somewhere_and_no_place_is_named_twice() -> None:
    ids = [str(attrs["id"]) for _, attrs in TODAY.tags if "id" in attrs]
    links = [str(attrs["href"])[1:] for attrs in TODAY.named("a")]
    labels = [str(a["aria-labelledby"]) for _, a in TODAY.tags if "aria-labelledby" in a]
    assert len(ids) == len(set(ids))
    assert set(links + labels) <= set(ids)


def test_who_cannot_see_the_page_finds_its_way_by_landmarks_headings_and_table_headers() -> None:
    assert TODAY.named("html") == [{"lang": "en-GB"}]
    for landmark in ("header", "nav", "main", "footer"):
        assert len(TODAY.named(landmark)) == 1
    assert TODAY.named("a")[0] == {"class": "skip", "href": "#content"}
    assert [said for level, said in TODAY.headings if level == 1] == [WORKFLOW.title]
    levels = [level for level, _ in TODAY.headings]
    assert all(after <= before + 1 for before, after in pairwise(levels))
    assert all(said.strip() for _, said in TODAY.headings)
    assert len(TODAY.named("caption")) == len(TODAY.named("table")) == 1
    scopes = [one.get("scope") for one in TODAY.named("th")]
    assert scopes.count("col") == 6
    assert scopes.count("rowgroup") == len(WORKFLOW.timescales)
    [region] = [attrs for _, attrs in TODAY.tags if attrs.get("role") == "region"]
    assert region["tabindex"] == "0"


def luminance(colour: str) -> float:
    whole = "".join(sign * 2 for sign in colour) if len(colour) == 3 else colour
    parts = [int(whole[at : at + 2], 16) / 255 for at in (0, 2, 4)]
    red, green, blue = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def test_every_colour_of_writing_stands_out_from_every_ground_by_at_least_four_and_a_half() -> None:
    names = dict(re.findall(r"--(\w+): #([0-9a-f]{3,6});", TODAY.html))
    inks = [names[one] for one in ("ink", "quiet", "accent")]
    grounds = ["ffffff", names["tint"], "fbf1ef"]
    for ink in inks:
        for ground in grounds:
            light, dark = sorted((luminance(ink), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5


def test_the_main_line_comes_first_and_each_timescale_stands_with_its_duty_and_its_source() -> None:
    told = TODAY.text
    order = [said for _, said in TODAY.headings]
    assert order.index("The main line") + 1 == order.index("The timescales")
    assert order.index("The timescales") < order.index("What this is")
    line = [WORKFLOW.states[name].title for name in main_line(WORKFLOW)]
    places = [told.index(title, told.index("The main line")) for title in line]
    assert places == sorted(places)
    for timescale in WORKFLOW.timescales.values():
        for variant in timescale.variants:
            assert variant.time_from.source in told
    assert "Duty: SI 2018/789 reg 17" in told
    assert "Expected (source not yet read): Children Act 1989 Schedule 2 paragraph 20" in told


@pytest.mark.parametrize("nasty", NASTY)
def test_what_looks_like_a_tag_or_a_template_in_a_title_is_only_words(nasty: str) -> None:
    state = WORKFLOW.states["referred"]._replace(title=nasty, says=nasty)
    step = WORKFLOW.transitions["decide_to_notify"]._replace(title=nasty)
    clock = WORKFLOW.timescales["notification"]._replace(title=nasty, note=nasty)
    changed = replace(
        WORKFLOW,
        title=nasty,
        caution=nasty,
        edition=nasty,
        states={**WORKFLOW.states, "referred": state},
        transitions={**WORKFLOW.transitions, "decide_to_notify": step},
        timescales={**WORKFLOW.timescales, "notification": clock},
    )
    found = Page(page(changed, main_line(WORKFLOW), date(2020, 5, 1)))

    assert found.text.count(nasty) >= 9
    assert {tag for tag, _ in found.tags} == {tag for tag, _ in TODAY.tags}
    assert [a for _, a in found.tags if any(name.startswith("on") for name in a)] == []


def test_the_page_of_a_day_says_so_at_its_head() -> None:
    told = made(date(2020, 5, 1))
    assert told.text.index("As it stood on 1 May 2020") < told.text.index("Contents")
    assert "Working Together 2018, chapter 4" in told.text
    assert "(“should”): Working Together 2023" not in told.text


def test_the_same_definition_gives_the_same_page() -> None:
    assert page(WORKFLOW, main_line(WORKFLOW)) == TODAY.html


def test_a_page_is_written_into_a_file_or_printed(office: Office) -> None:
    file = office.folder / "process.html"
    words = ("workflow", "describe", str(SAMPLE), "--format", "html")
    printed = office.ok(*words)
    told = office.json(*words, "--out", str(file))

    assert printed == told["text"] == file.read_text(encoding="utf-8")
    assert (told["format"], told["file"]) == ("html", str(file))
    assert printed.startswith("<!DOCTYPE html>")
    Page(printed)


def test_a_text_is_written_into_a_file_too_and_a_folder_that_is_not_there_is_said(
    office: Office, tmp_path: Path
) -> None:
    file = tmp_path / "process.txt"
    said = office.ok("workflow", "describe", str(SAMPLE), "--out", str(file))
    assert "in English" in said
    assert file.read_text(encoding="utf-8") == office.ok("workflow", "describe", str(SAMPLE))
    gone = office.refused(2, "workflow", "describe", str(SAMPLE), "--out", "no/such/folder/x")
    assert "cannot be written" in gone
