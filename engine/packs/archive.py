"""What a pack is handed over as: its files, a manifest that names and hashes them, one ZIP."""

from __future__ import annotations

import hashlib
import io
import json
import re
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from engine import __version__
from engine.errors import EngineError
from engine.packs.tree import Document, Json, events

TEMPLATES = Path(__file__).parent / "templates"
MANIFEST = "manifest.json"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*(/[A-Za-z0-9][A-Za-z0-9_.-]*)*")
RESERVED = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rendered:
    """One file of a pack.

    `standards` are those it was checked against when made, such as "ua-1"; `replaced` are the
    characters it could not show and spells as [U+1F600] instead.
    """

    content: bytes
    standards: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a pack comes from.

    `edition` is the content hash of the definition, `head` the last event of the case's chain and
    `log` the partnership's log at that time, both as plain data; `templates` gives hashes by name
    and `generator` versions by name, which together make the bytes again. `salt` keeps the hash of
    the manifest, which the trail holds, from telling anybody what the files say.
    """

    pack: str
    edition: str
    head: Mapping[str, Json]
    log: Mapping[str, Json]
    templates: Mapping[str, str]
    generator: Mapping[str, str]
    salt: str = ""


def generator() -> dict[str, str]:
    """The versions of everything that has a say in the bytes of a rendered file."""
    found = {"casetrail": __version__}
    for name in ("jinja2", "typst", "manimgx-fonts", "noto-cjk-sans-otc"):
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def template_hashes() -> dict[str, str]:
    """SHA-256 of each template that packs are rendered with, by its name."""
    return {path.name: sha256(path.read_bytes()) for path in sorted(TEMPLATES.iterdir())}


def manifest(
    document: Document, files: Mapping[str, Rendered], provenance: Provenance
) -> dict[str, Json]:
    """Say of each file its SHA-256 and size, and of the whole the events it rests on."""
    return {
        "manifest": 1,
        "pack": provenance.pack,
        "generator": dict(provenance.generator),
        "document": _about(document),
        "edition": provenance.edition,
        "salt": provenance.salt,
        "head": dict(provenance.head),
        "log": dict(provenance.log),
        "templates": dict(provenance.templates),
        "events": [*events(document)],
        "files": {name: _file(file) for name, file in files.items()},
    }


def manifest_text(content: Mapping[str, Json]) -> bytes:
    """The manifest as it is stored: sorted keys, two spaces, one line break at the end.

    Raises EngineError at a float, which has no single written form.
    """
    _refuse_floats(content)
    text = json.dumps(content, sort_keys=True, indent=2, ensure_ascii=False)
    return (text + "\n").encode()


def archive(files: Mapping[str, bytes]) -> bytes:
    """One ZIP, the same bytes for the same files; EngineError at a name that could escape."""
    _refuse_names(files)
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as target:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3
            entry.external_attr = 0o100600 << 16
            target.writestr(entry, files[name])
    return sink.getvalue()


def bundle(document: Document, files: Mapping[str, Rendered], provenance: Provenance) -> bytes:
    """The files with their manifest in one ZIP."""
    content = manifest_text(manifest(document, files, provenance))
    return archive({name: file.content for name, file in files.items()} | {MANIFEST: content})


def _about(document: Document) -> dict[str, Json]:
    return {
        "title": document.title,
        "reference": document.reference,
        "prepared_on": document.prepared_on.isoformat(),
        "language": document.language,
        "classification": document.classification,
        "caution": document.caution,
        "draft": document.draft,
        "demo": document.demo,
        "gaps": [*document.gaps],
    }


def _file(file: Rendered) -> dict[str, Json]:
    return {
        "sha256": sha256(file.content),
        "bytes": len(file.content),
        "standards": [*file.standards],
        "replaced": [f"U+{ord(character):04X}" for character in file.replaced],
    }


def sha256(content: bytes) -> str:
    """The hash by which the manifest names a file."""
    return hashlib.sha256(content).hexdigest()


def _refuse_floats(value: object, place: str = "manifest") -> None:
    if isinstance(value, float):
        raise EngineError(f"{place} holds the float {value!r}; write it as text or whole number.")
    if isinstance(value, Mapping):
        for key, part in value.items():
            _refuse_floats(part, f"{place}.{key}")
    elif isinstance(value, list | tuple):
        for number, part in enumerate(value):
            _refuse_floats(part, f"{place}[{number}]")


def _refuse_names(names: Mapping[str, bytes]) -> None:
    for name in names:
        parts = name.split("/")
        awkward = any(RESERVED.fullmatch(part) or part.endswith(".") for part in parts)
        if awkward or not NAME.fullmatch(name):
            raise EngineError(
                f"A pack cannot hold a file named {name!r}; use letters, digits, '-', '_' and '.'."
            )
    if len({name.lower() for name in names}) != len(names):
        raise EngineError("Two files of the pack differ only in capitals; rename one of them.")
