"""What config.toml says of a provider of OpenID Connect, at which people sign in."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from engine.config import kinds
from engine.config.kinds import Kind, WrongValueError
from engine.config.sheet import Shape, Sheet
from engine.vouching import EMAIL, OpenId

MOST_NAMED: Final = 20

_NAME = r"[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?"
_ISSUER = re.compile(rf"https://{_NAME}(?::[1-9][0-9]{{0,4}})?(?:/[A-Za-z0-9._~/-]{{0,150}})?")
_SERVER = re.compile(
    rf"(?:https://{_NAME}|http://127\.0\.0\.1|http://localhost)(?::[1-9][0-9]{{0,4}})?"
)
_WORD = re.compile(r"[!#-\[\]-~]{1,100}")


def _matching(form: re.Pattern[str], wanted: str) -> Kind:
    def read(value: Any) -> str:
        text = kinds.line(value)
        if not form.fullmatch(text):
            raise WrongValueError(f"must be {wanted}.")
        return text

    return read


def _words(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not 0 < len(value) <= MOST_NAMED:
        raise WrongValueError('must be a list such as ["mfa"].')
    return tuple(dict.fromkeys(_WORD_OF(one) for one in value))


_WORD_OF: Final[Callable[[Any], str]] = _matching(_WORD, "words without spaces or quotes")

SHAPE = Shape(
    "[openid]",
    {
        "issuer": _matching(_ISSUER, 'the address as the provider has it, "https://..."'),
        "client_id": _WORD_OF,
        "client_secret_file": kinds.file_name,
        "server": _matching(_SERVER, 'the address of this server, "https://..." without a path'),
        "claim": _WORD_OF,
        "scopes": _words,
        "require_amr": _words,
        "require_acr": _words,
        "only": kinds.yes_or_no,
        "emergency": kinds.identity,
        "inside": kinds.yes_or_no,
        "ca": kinds.file_name,
    },
    needed={
        "issuer": 'Write issuer = "https://..." as the provider has it.',
        "client_id": 'Write client_id = "..." as the provider gave it.',
        "client_secret_file": 'Write client_secret_file = "openid.secret".',
        "server": 'Write server = "https://..." as browsers reach this server.',
    },
)
"""What [openid] may say."""


def judge_openid(sheet: Sheet, parts: Mapping[str, Any]) -> None:
    """Note what [openid] and the people say of one another that makes no sense."""
    said, seen = parts.get("openid", {}), set()
    services = {one.get("id") for one in parts["person"] if one.get("service")}
    for number, one in enumerate(parts["person"]):
        if "openid" not in one:
            continue
        where, known = ("person", number, "openid"), one["openid"].casefold()
        if one.get("service"):
            sheet.wrong(where, "A service account comes in by a token alone.", "Leave openid out.")
        if known in seen:
            problem = "Another [[person]] has the same openid; give each their own."
            sheet.wrong(where, problem)
        seen.add(known)
    if "scopes" in said and "openid" not in said["scopes"]:
        hint = 'Write scopes = ["openid", ...].'
        sheet.wrong(("openid", "scopes"), 'The scopes lack "openid".', hint)
    if "emergency" in said and not said.get("only"):
        problem = '"emergency" is for only = true, where passwords open nothing else.'
        sheet.wrong(("openid", "emergency"), problem, "Leave it out.")
    if said.get("emergency", "") in services:
        problem = f'"emergency" is "{said["emergency"]}", which is a service account.'
        sheet.wrong(("openid", "emergency"), problem, "Name a person.")


def openid(folder: Path, said: Mapping[str, Any] | None) -> OpenId | None:
    """The provider that a file without mistakes names, if any."""
    if said is None:
        return None
    scopes = ("openid", "email") if said.get("claim") == EMAIL else ("openid",)
    files = {name: folder / said[name] for name in ("client_secret_file", "ca") if name in said}
    return OpenId(**{"scopes": scopes, **said, **files})
