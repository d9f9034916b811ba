"""`sign-in` and `sign-out`: who works at a server, from a machine on which no store is.

A password and a code are asked for without being shown, and never a word of the command; the token
that comes of them is kept where nobody else can read it, and printed nowhere.
"""

from __future__ import annotations

import os
import sys
import webbrowser
from collections.abc import Mapping
from datetime import datetime
from getpass import getpass
from typing import Any
from zoneinfo import ZoneInfo

import click

from engine.calendars import LONDON
from engine.cli import printing, texts
from engine.cli.door import Door, command, option
from engine.cli.printing import paragraph
from engine.cli.remote import choosing, tokens
from engine.cli.remote.address import Server
from engine.cli.remote.entrance import OPENID, PASSWORD, Entrance
from engine.cli.visit import DEMO
from engine.dates import short_day
from engine.errors import UsageError

NO_CODE = "The code of your app (nothing, if you have none): "


@command(
    "sign-in",
    option("--server", "address", metavar="URL", default="", help="The server's address."),
    option("--person", metavar="ID", default="", help="Who you are there; else it is asked."),
    option(
        "--way", type=click.Choice([PASSWORD, OPENID]), default=None, help="Where there are two."
    ),
)
def sign_in(door: Door, address: str, person: str, way: str | None) -> None:
    """Sign in at a server, for the commands that follow.

    A password is asked for, and the code of an app; or a browser opens where your organisation
    knows you already (OpenID Connect). Through standard input they come as two lines. What was
    signed in with is kept for you alone on this machine, until it ends or `sign-out`.
    """
    server = _server(door, address)
    entrance = Entrance(server)
    known = entrance.ways()
    if known.get("demo"):
        door.state.demo = True
        door.remark(DEMO)
    ways = [one for one in known.get("ways", ()) if one in (PASSWORD, OPENID)]
    chosen = way or (ways[0] if ways else "")
    if chosen not in ways:
        raise UsageError(f"One signs in at {server.url} by: {printing.listed(ways) or 'no way'}.")
    if chosen == OPENID:
        found = entrance.by_browser(_show)
    else:
        found = entrance.by_password(person or _person(), *_typed(known))
    document = {"server": server.url, "partnership": known.get("partnership", ""), **found}
    lines = paragraph(_said(document))
    if tokens.ENVIRONMENT in os.environ:
        lines += paragraph(f"{tokens.ENVIRONMENT} is set, and is what other commands come in by.")
    door.answer(document, lines)


@command(
    "sign-out",
    option("--server", "address", metavar="URL", default="", help="The server's address."),
    option("--only-here", is_flag=True, help="Forget it here, where the server cannot be asked."),
)
def sign_out(door: Door, address: str, only_here: bool) -> None:
    """Sign out at a server: nobody comes in any more by what is kept here, which is destroyed."""
    server = _server(door, address)
    kept = tokens.kept(server)
    good = bool(kept) and not only_here and Entrance(server).sign_out(kept.token if kept else "")
    tokens.forget(server)
    said = f"You are signed out at {server.url}."
    if kept is None:
        said = f"You were not signed in at {server.url}."
    elif only_here:
        said = f"What was kept here for {server.url} is destroyed; there, it is good until it ends."
    door.answer({"server": server.url, "signed_out": kept is not None, "was_good": good}, [said])


def _server(door: Door, address: str) -> Server:
    """The server that is meant. Raises UsageError where none is named."""
    if address:
        door.state.server = address
    found = choosing.named(door.state)
    if found is None:
        raise UsageError("Say at which server: --server URL, such as https://casetrail.example.")
    return found


def _person() -> str:
    if not texts.at_keyboard():
        raise UsageError("Say who you are there, by your id in its config.toml: --person ID.")
    return texts.asked(
        "Who are you there? Your id, such as sam:", "--person", one_line=True
    ).strip()


def _typed(known: Mapping[str, Any]) -> tuple[str, str]:
    """A password and a code, typed unseen, or as two lines of standard input."""
    if not texts.at_keyboard():
        lines = texts.asked("", "the password").split("\n")
        return lines[0], lines[1].strip() if len(lines) > 1 else ""
    whose = f" at {known['partnership']}" if known.get("partnership") else ""
    try:
        return getpass(f"Password{printing.visible(whose)}: "), getpass(NO_CODE).strip()
    except EOFError:
        raise UsageError("Nothing came; type the password where it is asked for.") from None


def _show(address: str) -> None:
    """Open a browser, and say where it is to go, for whoever has none here."""
    printing.say_aside(["Sign in with your browser, on this computer, at:"])
    # Not wrapped, as a sentence would be: it is copied whole.
    sys.stderr.write(f"{address}\n")
    sys.stderr.flush()
    webbrowser.open(address)


def _said(found: Mapping[str, Any]) -> str:
    whose = f", {found['partnership']}" if found["partnership"] else ""
    said = f"You are signed in at {found['server']}{whose}, as {found.get('person', '')}"
    try:
        until = datetime.fromisoformat(str(found.get("until", ""))).astimezone(ZoneInfo(LONDON))
    except ValueError:
        return f"{said}."
    return f"{said}, until {short_day(until.date())} {until:%H:%M}."
