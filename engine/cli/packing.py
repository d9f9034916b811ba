"""`pack` builds what a body is to be sent; `sent` records that it was, and keeps what went."""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

from engine.cli import printing, texts
from engine.cli.door import argument, option
from engine.cli.printing import day
from engine.cli.visit import Visit, changes
from engine.errors import UsageError
from engine.nouns import count
from engine.service import references
from engine.service.workplace import File

Known = Mapping[str, Any]

SAME = "same"
"""How a file of a pack is that went as it was built."""


@changes(
    "pack",
    argument("ref", "REF"),
    argument("pack", "[PACK]", required=False, default=""),
    more=[
        option("--out", metavar="DIR", default="", help="The folder that its ZIP is written to."),
        option("--draft", is_flag=True, help="Although something is missing; every page says so."),
        option("--anew", is_flag=True, help="Although the version that stands would do."),
    ],
)
def pack(door: Visit, ref: str, pack: str) -> None:
    """Build a pack from the record; without PACK, list the packs of the case.

    It is refused with the full list of what is missing. A version whose record has not changed is
    handed out again, and what was signed off as it was then. The access log says that personal
    answers went into it; nothing is sent.
    """
    ref, options = references.read(ref), door.options
    if options["on"]:
        raise UsageError("A pack is built from the record as it is now; leave out --on.")
    if not pack:
        _list(door, ref)
        return
    folder = _folder(options["out"])
    wanted = {"ref": ref, "pack": pack, "draft": options["draft"], "anew": options["anew"]}
    with door.working("Building", ticking=True):
        content = door.bring("pack content", **wanted)
    built = content.about
    door.state.changed = built["fresh"]
    file = _write(folder / content.name, b"".join(content.pieces))
    how = "built" if built["fresh"] else _STANDS.get(built["status"], _UNCHANGED)
    titled = _titled(built)
    said = f"Version {built['no']} of {titled} ({built['status']}) {how}: {file}"
    lines = printing.paragraph(said)
    lines += _missing(built)
    for remark in built["remarks"]:
        lines += printing.paragraph(remark)
    door.answer({**built, "file": str(file)}, lines)


@changes(
    "sent",
    argument("ref", "REF"),
    argument("pack", "PACK"),
    more=[
        option("--file", metavar="FILE", required=True, help="What was really sent."),
        option("--to", metavar="WHOM", required=True, help=f"To whom: {texts.FREE}"),
        option("--receipt", metavar="FILE", default="", help="What shows that it came."),
        option("--not-as-built", is_flag=True, help="Although nothing of the pack is in FILE."),
    ],
)
def sent(door: Visit, ref: str, pack: str) -> None:
    """Record that a pack was sent, --on the day it was; nothing is sent by this.

    What really went is kept, and compared file by file with what was built. --not-as-built says
    that it is known to be something else.
    """
    ref, options = references.read(ref), door.options
    to = texts.free_text(options["to"], "--to")
    with ExitStack() as held:
        found = door.change(
            "sent",
            ref=ref,
            pack=pack,
            file=_file(held, options["file"], "--file"),
            to=to,
            receipt=_file(held, options["receipt"], "--receipt"),
            not_as_built=options["not_as_built"],
        )
    on = f" {printing.when(found['on'])}" if found["on"] else ""
    said = f"It is on record that {_titled(found)} was sent{on}. {_differences(found)}"
    door.done(found, said)


def _file(held: ExitStack, name: str, called: str) -> File | None:
    """A file that is handed over, open until that is done; None where none is named."""
    if not name:
        return None
    return File(os.path.basename(name), held.enter_context(texts.opened(name, called)))


_UNCHANGED = "stands, for nothing it rests on has changed"
_STANDS = {
    "frozen": "stands as it was signed off; --anew builds it from the record of now",
    "sent": "stands as it was sent; --anew builds it from the record of now",
}


def _missing(built: Known) -> list[str]:
    """What a draft lacks, section by section; who supplies all of a section is said once."""
    if not built["missing"]:
        return []
    total = count(len(built["missing"]), "thing")
    form = f"`record {built['ref']} --form --all` asks for what is to be recorded in one document"
    lines = printing.paragraph(f"Still missing, {total} in all; {form}:")
    for part in built["parts"]:
        everybody = {tuple(need["who"]) for need in part["said"]}
        who = next(iter(everybody)) if len(everybody) == 1 else ()
        title = part["title"] or "Needed beside what it prints"
        head = printing.need(f"{title}: {part['number']}", who, "")
        lines += ["", *printing.paragraph(head, 2, 2)]
        for need in part["said"]:
            said = printing.need(need["what"], () if who else need["who"], need["how"])
            lines += printing.paragraph(f"- {said}", 4, 2)
    return [*lines, ""]


def _differences(found: Known) -> str:
    sent = {**found["sent"], **found["compared"]}
    kept = f"it is kept as version {sent['no']}."
    if sent["draft"] and SAME in sent["files"].values():
        return f"What went is of version {sent['draft']}, which is a draft and stays one; {kept}"
    if sent["draft"]:
        return f"Beside version {sent['draft']}, which is a draft: {_listed(sent)}; {kept}"
    if sent["as_built"]:
        return f"What went is version {sent['no']}, as it was built."
    if sent["unlike"]:
        return f"Nothing of the generated pack is in it; {kept}"
    if not sent["files"]:
        return f"Nothing that was built here by then is left to compare it with; {kept}"
    return f"Beside version {sent['no']} as it was built: {_listed(sent)}."


def _listed(sent: Known) -> str:
    """How what went differs from what it was compared with, file by file."""
    others = [f"{name} is {how}" for name, how in sent["files"].items() if how != SAME]
    added = [f"{count(sent['added'], 'file')} more went"] if sent["added"] else []
    return printing.listed([*others, *added]) or "nothing else"


def _titled(found: Known) -> str:
    """What a pack is called by people; its name where the process has no such pack."""
    return f'"{found["title"]}"' if found["title"] else str(found["pack"])


def _list(door: Visit, ref: str) -> None:
    found = door.ask("pack", ref=ref)
    lines = []
    for one in found["packs"]:
        missing = len(one["missing"])
        ready = f"{count(missing, 'thing')} missing" if missing else "can be built"
        lines += printing.item(f"{one['title']} [{one['pack']}]; {ready}")
        for version in one["versions"]:
            lines += printing.paragraph(_version(version), 6, 2)
    door.answer(found, lines or ["This process has no packs."])


def _version(version: Known) -> str:
    when = f", sent {printing.when(version['sent_on'])}" if version["sent_on"] else ""
    gone = "; its file was destroyed by an erasure" if version["erased"] else ""
    return f"version {version['no']}: {version['status']}, {day(version['built_on'])}{when}{gone}"


def _folder(given: str) -> Path:
    """The folder to write to, made if need be; nobody else may look into one that is made."""
    if not given:
        raise UsageError("Say which folder the pack is written to; give --out DIR.")
    folder = Path(given)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name cannot be one"
        raise UsageError(f"The folder given for --out cannot be made ({reason}).") from None
    return folder


def _write(file: Path, content: bytes) -> Path:
    """Let a file appear whole or not at all, readable by its owner only.

    One that is there already and the same is left alone; another is never replaced.
    """
    beside = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        if file.exists() and file.read_bytes() == content:
            return file
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as target:
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        os.link(beside, file)
    except FileExistsError:
        raise UsageError(
            f"{file.name} is there already and is another file; name another folder with --out."
        ) from None
    except OSError as error:
        raise UsageError(
            f"The pack is kept, but cannot be written to that folder ({error.strerror}); give "
            "another --out."
        ) from None
    finally:
        with suppress(OSError):
            beside.unlink()
    return file
