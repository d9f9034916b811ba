"""What the tests of pictures share: the processes that are drawn, and what is in a picture."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from functools import cache
from itertools import combinations

import pytest

from engine.diagrams.graph import picture
from engine.diagrams.layout import layout
from engine.diagrams.shapes import Page
from engine.loading import find
from tests.shared import loaded

WORKFLOW = loaded(find("child_safeguarding_practice_review"))
PROCESSES = (WORKFLOW, *WORKFLOW.children.values())
SVG = "{http://www.w3.org/2000/svg}"
each_process = pytest.mark.parametrize("workflow", PROCESSES, ids=lambda one: one.name)


@cache
def page_of(name: str) -> Page:
    return layout(picture(next(one for one in PROCESSES if one.name == name)))


def text_of(drawn: str) -> str:
    return " ".join(" ".join(ET.fromstring(drawn).itertext()).split())


def overlaps(page: Page) -> list[tuple[str, str]]:
    return [
        (one.id, other.id)
        for one, other in combinations(page.boxes, 2)
        if one.left < other.right
        and other.left < one.right
        and one.top < other.bottom
        and other.top < one.bottom
    ]
