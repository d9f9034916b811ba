"""A text as it grows: numbered headings, paragraphs and lists, kept apart from how they look."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from textwrap import wrap
from typing import NamedTuple

from engine.prose import ended

WIDTH = 88
"""Columns of a line, where no narrower one is asked for."""

Part = str | tuple[str, ...]
"""A sentence, or the list that the sentence before it announces."""

Paragraph = list[Part]


class Heading(NamedTuple):
    """A heading with its number, which is 4.2.1 at the third depth."""

    depth: int
    number: str
    text: str


class Said(NamedTuple):
    """A paragraph; its lists stand below the sentences that announce them."""

    parts: tuple[Part, ...]


class Item(NamedTuple):
    """One of several things: its name, and below it what is said of it."""

    head: str
    paragraphs: tuple[tuple[Part, ...], ...]


class Items(NamedTuple):
    """A list whose entries stand close together."""

    texts: tuple[str, ...]


class Numbered(NamedTuple):
    """A list in an order, whose entries stand close together."""

    texts: tuple[str, ...]


Block = Heading | Said | Item | Items | Numbered


def flat(parts: Iterable[Part]) -> str:
    """Sentences and lists as one running text."""
    return " ".join(part if isinstance(part, str) else ended("; ".join(part)) for part in parts)


class Sheet:
    """What is written, block by block, under headings that count themselves."""

    def __init__(self) -> None:
        self.blocks: list[Block] = []
        self._numbers: list[int] = []

    def heading(self, depth: int, text: str) -> str:
        """A heading with its number; gives the number."""
        before = self._numbers[depth - 1] if len(self._numbers) >= depth else 0
        self._numbers = [*self._numbers[: depth - 1], before + 1]
        number = ".".join(map(str, self._numbers))
        self.blocks.append(Heading(depth, number, text))
        return number

    def say(self, *parts: Part) -> None:
        """A paragraph; nothing where nothing is said."""
        if any(parts):
            self.blocks.append(Said(parts))

    def item(self, head: str, *paragraphs: Iterable[Part]) -> None:
        """One of several things, with what is said of it."""
        self.blocks.append(Item(head, tuple(tuple(one) for one in paragraphs)))

    def items(self, texts: Iterable[str]) -> None:
        """A list; nothing where it has no entry."""
        if known := tuple(texts):
            self.blocks.append(Items(known))

    def numbered(self, texts: Iterable[str]) -> None:
        """A list in an order; nothing where it has no entry."""
        if known := tuple(texts):
            self.blocks.append(Numbered(known))

    def text(self, width: int = WIDTH) -> str:
        """All of it on paper, an empty line between the blocks, a line end after the last line."""
        return "\n\n".join("\n".join(_lines(block, width)) for block in self.blocks) + "\n"


def _lines(block: Block, width: int) -> list[str]:
    match block:
        case Heading(depth, number, text):
            return _wrapped(f"{number}{'' if depth > 1 else '.'} {text}", "", "  ", width)
        case Said(parts):
            return _laid_out(parts, "", "- ", width)
        case Item(head, paragraphs):
            below = [line for one in paragraphs for line in _laid_out(one, "  ", "* ", width)]
            return [*_wrapped(head, "- ", "  ", width), *below]
        case Items(texts):
            return [line for text in texts for line in _wrapped(text, "- ", "  ", width)]
        case Numbered(texts):
            return _counted(texts, width)


def _counted(texts: Sequence[str], width: int) -> list[str]:
    """The entries of a list, their numbers below each other."""
    size = len(str(len(texts)))
    return [
        line
        for number, text in enumerate(texts, 1)
        for line in _wrapped(text, f"{number:>{size}}. ", " " * (size + 2), width)
    ]


def _laid_out(parts: Iterable[Part], indent: str, bullet: str, width: int) -> list[str]:
    lines: list[str] = []
    sentences: list[str] = []
    for part in parts:
        if isinstance(part, str):
            sentences.append(part)
            continue
        lines += _wrapped(" ".join(sentences), indent, indent, width)
        for entry in part:
            lines += _wrapped(entry, indent + bullet, indent + " " * len(bullet), width)
        sentences = []
    return [*lines, *_wrapped(" ".join(sentences), indent, indent, width)]


def _wrapped(text: str, first: str, rest: str, width: int) -> list[str]:
    return wrap(
        text,
        width,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
