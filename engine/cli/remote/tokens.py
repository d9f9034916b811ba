"""The token by which whoever types comes in at a server, kept where nobody else can read it.

It never stands in a command, and is printed by none.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import stat
from contextlib import suppress
from dataclasses import asdict, dataclass, replace

from engine.cli import own_folders
from engine.cli.remote.address import Server
from engine.errors import NotSignedInError, UsageError

ENVIRONMENT = "CASETRAIL_TOKEN"
MOST = 4_096
"""Characters of a token."""

_TOKEN = re.compile(r"[!-~]{1,4096}")


@dataclass(frozen=True, slots=True)
class Kept:
    """What is kept of having signed in at a server."""

    server: str
    token: str
    person: str = ""
    until: str = ""
    """The instant from which it is no longer good, UTC."""
    refused: bool = False
    """Whether the server has refused it since."""


def of(server: Server, token_file: str = "") -> str:
    """The token for a server: of a file that is named, of the environment, or the one that was
    kept. Raises NotSignedInError where there is none, and UsageError for one that cannot be used.
    """
    if token_file:
        try:
            return _checked(_read(token_file), "--token-file")
        except FileNotFoundError:
            raise UsageError("What --token-file names is not there.") from None
    if said := os.environ.get(ENVIRONMENT, "").strip():
        return _checked(said, ENVIRONMENT)
    found = kept(server)
    if found is None:
        raise NotSignedInError(
            f"You are not signed in at {server.url}: `casetrail sign-in --server {server.url}` "
            "asks for your password."
        )
    return found.token


def kept(server: Server) -> Kept | None:
    """What is kept for a server; None where nothing is. Raises UsageError."""
    try:
        found = Kept(**json.loads(_read(_file(server))))
    except FileNotFoundError:
        return None
    except (TypeError, ValueError):
        raise UsageError(
            f"What is kept of your signing in cannot be read; {_again(server)}"
        ) from None
    return found if found.server == server.url else None


def keep(server: Server, found: Kept) -> None:
    """Keep it, in the stead of what was kept before. Raises UsageError where that cannot be."""
    name = _file(server)
    beside = f"{name}.{os.getpid()}"
    try:
        os.makedirs(os.path.dirname(name), mode=0o700, exist_ok=True)
        descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(asdict(found), file)
        os.replace(beside, name)
    except OSError as error:
        with suppress(OSError):
            os.unlink(beside)
        raise UsageError(
            f"That you signed in cannot be kept in {os.path.dirname(name)} ({error.strerror})."
        ) from None


def mark_refused(server: Server, token: str) -> None:
    """Keep that a token was refused, so that nothing but a person tries it again."""
    with suppress(UsageError, OSError):
        found = kept(server)
        if found and found.token == token:
            keep(server, replace(found, refused=True))
            return
        os.makedirs(os.path.dirname(_mark(token)), mode=0o700, exist_ok=True)
        os.close(os.open(_mark(token), os.O_WRONLY | os.O_CREAT, 0o600))


def is_of_use(server: Server, token: str, now: str) -> bool:
    """Whether a token may still be good at an instant, as far as it is known here."""
    found = kept(server)
    if found and found.token == token:
        return not found.refused and (not found.until or now < found.until)
    return not os.path.exists(_mark(token))


def _mark(token: str) -> str:
    """The file that says that a token, which is not kept here, was refused."""
    name = hashlib.sha256(token.encode()).hexdigest()[:32]
    return os.path.join(own_folders.state_folder(), "refused", name)


def forget(server: Server) -> bool:
    """Destroy what is kept for a server; whether there was anything."""
    try:
        os.unlink(_file(server))
    except FileNotFoundError:
        return False
    return True


def _file(server: Server) -> str:
    name = hashlib.sha256(server.url.encode()).hexdigest()[:32]
    return os.path.join(own_folders.state_folder(), "tokens", f"{name}.json")


def _read(name: str) -> str:
    """What a file holds that nobody else can read. Raises UsageError, and FileNotFoundError."""
    try:
        with open(name, encoding="utf-8") as file:
            if os.name == "posix" and os.fstat(file.fileno()).st_mode & (
                stat.S_IRWXG | stat.S_IRWXO
            ):
                raise UsageError(
                    f"Others can read {name}, which holds a token; run: chmod 600 {name}"
                )
            return file.read(2 * MOST).strip()
    except FileNotFoundError:
        raise
    except (OSError, ValueError):
        raise UsageError(f"{name}, which holds a token, cannot be read.") from None


def _checked(token: str, where: str) -> str:
    if not _TOKEN.fullmatch(token):
        raise UsageError(f"What {where} holds is no token.")
    return token


def _again(server: Server) -> str:
    return f"sign in again: casetrail sign-in --server {server.url}"
