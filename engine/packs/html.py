"""A document as one self-contained web page: no script, no other file, nothing from outside."""

from __future__ import annotations

from engine.packs.archive import TEMPLATES, Rendered
from engine.packs.tree import Document, plain


def render(document: Document) -> Rendered:
    """The page as UTF-8, the same bytes for the same document."""
    from jinja2 import FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    environment = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["css"] = _css
    page = environment.get_template("pack.html").render(plain(document))
    return Rendered(page.encode())


def _css(text: str) -> str:
    """The text for a CSS string: every sign but ASCII letters and digits as its number."""
    return "".join(
        sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):06X}" for sign in text
    )
