"""A document as PDF that assistive technology can read (PDF/UA-1) and archives keep (PDF/A-3a).

A name never makes it fail: characters that no font can show are spelt as [U+1F600] and listed.
"""

from __future__ import annotations

import importlib.util
import json
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeAlias

from engine.errors import EngineError
from engine.packs.archive import TEMPLATES, Rendered
from engine.packs.tree import Document, Json, plain

Standard: TypeAlias = Literal["a-3a", "ua-1"]

STANDARDS: tuple[tuple[Standard, ...], ...] = (("a-3a", "ua-1"), ("ua-1",), ())
FONT_PACKAGES = ("manimgx_fonts", "noto_cjk_sans_otc")
ROUNDS = 5

_REFUSED = re.compile(r'the (?:text|PDF)(?: contains the(?: disallowed)? codepoint)? `"(.+?)"`')
_TURNED = re.compile("[\u202a-\u202e\u2066-\u2069]")
_ESCAPED = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")


def render(document: Document, font_folders: Sequence[Path] | None = None) -> Rendered:
    """The PDF, dated by the document and by no clock: the same bytes for the same document.

    Fonts come from `font_folders`, by default those of `installed_fonts`, and from the compiler.
    Characters that none of them holds are replaced; a standard is given up only if the compiler
    still refuses. Raises EngineError when it refuses the template itself.
    """
    content, refused, complaint = plain(document), frozenset[str](), ""
    press = _press(document, installed_fonts() if font_folders is None else font_folders)
    for standards in STANDARDS:
        for _ in range(ROUNDS):
            printed, complaint = press(_data(content, refused, "ua-1" in standards), standards)
            if printed:
                return Rendered(printed, standards, _characters(refused))
            found = _refused(complaint)
            if found <= refused:
                break
            refused |= found
    raise EngineError(f"The compiler refuses the template of the pack: {complaint}")


def installed_fonts() -> list[Path]:
    """The folders of those FONT_PACKAGES that are installed, found without running any of them."""
    found = (importlib.util.find_spec(name) for name in FONT_PACKAGES)
    return [Path(spec.origin).parent for spec in found if spec and spec.origin]


def _press(
    document: Document, font_folders: Sequence[Path]
) -> Callable[[str, tuple[Standard, ...]], tuple[bytes, str]]:
    """The compiler with its fonts: data and standards in; the PDF, or else its complaint, out."""
    import typst

    fonts = typst.Fonts(include_system_fonts=False, font_paths=[*map(str, font_folders)])
    midnight = datetime.combine(document.prepared_on, datetime.min.time(), UTC)

    def press(data: str, standards: tuple[Standard, ...]) -> tuple[bytes, str]:
        try:
            printed = typst.compile(
                str(TEMPLATES / "pack.typ"),
                root=str(TEMPLATES),
                font_paths=fonts,
                format="pdf",
                sys_inputs={"data": data},
                pdf_standards=[*standards],
                timestamp=midnight,
            )
        except typst.TypstError as error:
            return b"", error.diagnostic
        return printed, ""

    return press


def _data(content: dict[str, Json], refused: frozenset[str], accessible: bool) -> str:
    """The plain document for the template, with what was refused spelt out and listed."""
    spelt = _spell(content, refused)
    replaced = [f"{_sign(character)} {_name(character)}" for character in _characters(refused)]
    return json.dumps({"content": spelt, "replaced": replaced, "accessible": accessible})


def _spell(value: Json, refused: frozenset[str]) -> Json:
    if isinstance(value, dict):
        return {key: _spell(part, refused) for key, part in value.items()}
    if isinstance(value, list):
        return [_spell(part, refused) for part in value]
    if not isinstance(value, str) or not refused:
        return value
    wanted = "|".join(map(re.escape, sorted(refused, key=len, reverse=True)))
    return re.sub(wanted, lambda found: "".join(map(_sign, found[0])), value)


def _refused(diagnostic: str) -> frozenset[str]:
    """The pieces of text that the compiler names, less the direction signs it adds by itself."""
    pieces = (_ESCAPED.sub(_unescape, piece) for piece in _REFUSED.findall(diagnostic))
    return frozenset(piece for piece in (_TURNED.sub("", piece) for piece in pieces) if piece)


def _unescape(found: re.Match[str]) -> str:
    return chr(int(found[1], 16)) if found[1] else {"n": "\n", "t": "\t"}.get(found[2], found[2])


def _characters(refused: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({sign for piece in refused for sign in piece if not sign.isascii()}))


def _sign(character: str) -> str:
    return character if character.isascii() else f"[U+{ord(character):04X}]"


def _name(character: str) -> str:
    return unicodedata.name(character, "without a name").lower()
