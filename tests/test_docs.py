from __future__ import annotations

import re
from pathlib import Path

from engine.apply import EFFECTS

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_what_the_readme_shows_of_the_demo_is_what_it_prints() -> None:
    shown = re.search(r"```text\n(.*?)\n```", README, re.DOTALL)
    assert shown is not None
    printed = (ROOT / "tests" / "golden" / "demo.txt").read_text(encoding="utf-8").split("\n")
    assert [line for line in shown[1].split("\n") if line != "..." and line not in printed] == []


def test_every_page_that_a_page_links_to_is_there() -> None:
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    missing = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", page.read_text(encoding="utf-8"))
        if not (page.parent / target).exists()
    ]
    assert missing == []


def test_the_page_on_the_trail_names_every_type_of_event() -> None:
    page = (ROOT / "docs" / "trail-format.md").read_text(encoding="utf-8").replace("\n", " ")
    assert [kind for kind in EFFECTS if f"`{kind}`" not in page] == []


def test_the_architecture_names_no_file_that_is_not_there() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`((?:engine|docs|workflows)/[\w/.-]+)`", page))
    assert sorted(name for name in named if not (ROOT / name).exists()) == []
