"""Coming in by a provider: from this server to the provider, back, and to whoever began it.

Nothing is kept on the way: what comes back was sealed here, is bound to who began it by their
challenge, and is taken once.
"""

from __future__ import annotations

import hmac
import re
from typing import Final, NamedTuple
from urllib.parse import urlencode

from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from engine import statements
from engine.errors import NotSignedInError, UsageError
from engine.queries import doors
from engine.service import access
from engine.service.accounts import sealed, signing_in
from engine.service.accounts.openid import id_token
from engine.service.accounts.openid.id_token import Expected
from engine.service.accounts.openid.provider import Provider
from engine.service.accounts.openid.refusal import (
    ANOTHER_CLIENT,
    ANOTHER_ISSUER,
    NOT_OURS,
    SAID_NO,
    TOO_LATE,
    USED,
    Refusal,
)
from engine.service.accounts.sealed import Note
from engine.service.accounts.visitor import Visitor
from engine.service.ticking import micros
from engine.service.workplace import Workplace
from engine.vouching import EMAIL

STATE: Final = "sign-in state"
CODE: Final = "sign-in code"
"""Under what it is kept that a note was taken; no endpoint of a hook has a space in its id."""
AT_PROVIDER: Final = 600
"""Seconds that somebody may take at the provider."""
TO_REDEEM: Final = 60
"""Seconds for which the code holds with which they go back."""

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_RETURN_TO = re.compile(r"http://(?:127\.0\.0\.1|\[::1\]):[1-9][0-9]{0,4}/[A-Za-z0-9._~/-]{0,100}")


class Back(NamedTuple):
    """What the browser has come back with from the provider."""

    state: str
    code: str = ""
    error: str = ""
    issuer: str = ""


def begin(place: Workplace, provider: Provider, challenge: str, return_to: str) -> str:
    """The address at the provider to which the browser goes.

    Raises UsageError for what cannot be returned to, and Refusal where the provider is not there.
    """
    wrong = []
    if not _CHALLENGE.fullmatch(challenge):
        wrong.append('"challenge" is the SHA-256 of a verifier, in base64url of 43 characters.')
    if not _RETURN_TO.fullmatch(return_to):
        wrong.append('"return_to" is on this computer alone: "http://127.0.0.1:PORT/PATH".')
    if wrong:
        raise UsageError("\n".join(wrong))
    terms, metadata = provider.terms, provider.metadata()
    mark = place.randomness(16).hex()
    said = {"mark": mark, "challenge": challenge, "return_to": return_to, "issuer": terms.issuer}
    more = {"acr_values": " ".join(terms.require_acr)} if terms.require_acr else {}
    address: str = prepare_grant_uri(
        metadata.authorization,
        terms.client_id,
        "code",
        redirect_uri=terms.callback,
        scope=" ".join(terms.scopes),
        state=sealed.seal(place, STATE, said, AT_PROVIDER),
        nonce=_drawn(place, "nonce", mark),
        code_challenge=create_s256_code_challenge(_drawn(place, "verifier", mark)),
        code_challenge_method="S256",
        **more,
    )
    return address


def come_back(place: Workplace, provider: Provider, back: Back) -> str:
    """The address to which the browser goes back, with a code or the word that there is none.

    Raises NotSignedInError where it is not known who began it.
    """
    try:
        note = _taken(place, STATE, back.state)
    except Refusal as refusal:
        _log(place, refusal)
        raise NotSignedInError from None
    to = note.said["return_to"]
    try:
        person = _vouched(place, provider, back, note)
    except Refusal as refusal:
        _log(place, refusal)
        return f"{to}?{urlencode({'error': 'access_denied'})}"
    said = {"mark": note.said["mark"], "person": person, "challenge": note.said["challenge"]}
    code = sealed.seal(place, CODE, said, TO_REDEEM)
    return f"{to}?{urlencode({'code': code})}"


def finish(place: Workplace, code: str, verifier: str) -> Visitor:
    """Let in who began it, and nobody else who has seen the code. Raises NotSignedInError."""
    try:
        note = _read(place, CODE, code)
        if not _is_its_own(note, verifier):
            raise Refusal(ANOTHER_CLIENT)
        note = _taken(place, CODE, code)
    except Refusal as refusal:
        _log(place, refusal)
        raise NotSignedInError from None
    return signing_in.vouched_for(place, note.said["person"])


def _vouched(place: Workplace, provider: Provider, back: Back, note: Note) -> str:
    """For whom the provider vouches; unknown where config.toml names nobody of that claim."""
    terms = provider.terms
    another = back.issuer != terms.issuer if back.issuer else provider.metadata().says_issuer
    if another or note.said["issuer"] != terms.issuer:
        raise Refusal(ANOTHER_ISSUER)
    if back.error or not back.code:
        raise Refusal(SAID_NO)
    mark = note.said["mark"]
    given = provider.redeem(back.code, _drawn(place, "verifier", mark))
    expected = Expected(
        _drawn(place, "nonce", mark),
        str(given.get("access_token") or ""),
        micros(place) // 1_000_000,
    )
    claim = id_token.vouched(provider, given.get("id_token"), expected)
    return _person(place, claim, plain=terms.claim == EMAIL)


def _person(place: Workplace, claim: str, *, plain: bool) -> str:
    """Whom config.toml names by a claim; of mail addresses capitals do not count."""
    wanted = claim.casefold() if plain else claim
    for one in place.directory.people.values():
        if one.openid and (one.openid.casefold() if plain else one.openid) == wanted:
            return one.id
    return access.UNKNOWN


def _is_its_own(note: Note, verifier: str) -> bool:
    made = create_s256_code_challenge(verifier) if _VERIFIER.fullmatch(verifier) else ""
    return hmac.compare_digest(made, note.said["challenge"])


def _read(place: Workplace, purpose: str, text: str) -> Note:
    note = sealed.unseal(place, purpose, text)
    if note is None:
        raise Refusal(NOT_OURS)
    if note.until <= micros(place):
        raise Refusal(TOO_LATE)
    return note


def _taken(place: Workplace, purpose: str, text: str) -> Note:
    """A note that comes back for the first time. Raises Refusal."""
    note = _read(place, purpose, text)
    key = (place.log, purpose, note.said["mark"])
    with place.database.write() as tx:
        tx.exclusive("|".join(key))
        if tx.row(doors.REPLAY, key):
            raise Refusal(USED)
        tx.run(statements.insert("replays"), (*key, micros(place)))
    return note


def _drawn(place: Workplace, what: str, mark: str) -> str:
    """What belongs to one sign-in, and need not be kept."""
    return place.keys.mac(f"sign-in {what}|{place.log}|{mark}".encode())


def _log(place: Workplace, refusal: Refusal) -> None:
    with place.database.write() as tx:
        signing_in.refuse(place, tx, access.UNKNOWN, refusal.why)
