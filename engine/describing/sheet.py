"""A text on paper: numbered headings, paragraphs and lists, wrapped to be read aloud."""

from __future__ import annotations

from collections.abc import Iterable
from textwrap import wrap

from engine.prose import ended

WIDTH = 88
"""Columns of a line."""

Part = str | tuple[str, ...]
"""A sentence, or the list that the sentence before it announces."""

Paragraph = list[Part]


def flat(parts: Iterable[Part]) -> str:
    """Sentences and lists as one running text."""
    return " ".join(part if isinstance(part, str) else ended("; ".join(part)) for part in parts)


class Sheet:
    """A text as it grows, block by block, an empty line between them."""

    def __init__(self) -> None:
        self._blocks: list[str] = []
        self._numbers: list[int] = []

    def heading(self, depth: int, text: str) -> str:
        """A heading with its number, which is 4.2.1 at the third depth; gives the number."""
        before = self._numbers[depth - 1] if len(self._numbers) >= depth else 0
        self._numbers = [*self._numbers[: depth - 1], before + 1]
        number = ".".join(map(str, self._numbers))
        self._add(_wrapped(f"{number}{'' if depth > 1 else '.'} {text}", "", "  "))
        return number

    def say(self, *parts: Part) -> None:
        """A paragraph; its lists stand below the sentences that announce them."""
        self._add(_laid_out(parts, "", "- "))

    def item(self, head: str, *paragraphs: Iterable[Part]) -> None:
        """One of several things: its name on a line of its own, and below it what is said of it."""
        below = [line for one in paragraphs for line in _laid_out(one, "  ", "* ")]
        self._add([*_wrapped(head, "- ", "  "), *below])

    def items(self, texts: Iterable[str]) -> None:
        """A list whose entries stand close together."""
        self._add([line for text in texts for line in _wrapped(text, "- ", "  ")])

    def text(self) -> str:
        """The whole text, with a line end after its last line."""
        return "\n\n".join(self._blocks) + "\n"

    def _add(self, lines: list[str]) -> None:
        if lines:
            self._blocks.append("\n".join(lines))


def _laid_out(parts: Iterable[Part], indent: str, bullet: str) -> list[str]:
    lines: list[str] = []
    sentences: list[str] = []
    for part in parts:
        if isinstance(part, str):
            sentences.append(part)
            continue
        lines += _wrapped(" ".join(sentences), indent, indent)
        for entry in part:
            lines += _wrapped(entry, indent + bullet, indent + " " * len(bullet))
        sentences = []
    return [*lines, *_wrapped(" ".join(sentences), indent, indent)]


def _wrapped(text: str, first: str, rest: str) -> list[str]:
    return wrap(
        text,
        WIDTH,
        initial_indent=first,
        subsequent_indent=rest,
        break_long_words=False,
        break_on_hyphens=False,
    )
