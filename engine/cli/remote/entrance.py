"""Signing in at a server and out again: with a password and a code, or where one is known already,
by a browser (OpenID Connect, RFC 8252).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any, Final

from engine.cli.remote import answers, listening, tokens
from engine.cli.remote.address import Server, server
from engine.cli.remote.tokens import Kept
from engine.cli.remote.wire import Call, Wire
from engine.errors import NotSignedInError, UnreachableError, UsageError

PATH: Final = "/sign-in"
PASSWORD, OPENID = "password", "openid"
BYTES: Final = 32
"""Of what proves that whoever began to sign in is who ends it."""


class Entrance:
    """The ways in and out of one server."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._wire = Wire(server)

    def ways(self) -> dict[str, Any]:
        """How one signs in there, and at whose partnership. Raises UnreachableError."""
        return self._asked("GET", PATH)

    def by_password(self, person: str, password: str, code: str) -> dict[str, Any]:
        """What comes of a password and a code. Raises NotSignedInError."""
        given = {"person": person, "password": password, **({"code": code} if code else {})}
        return self._keep(self._asked("POST", PATH, given))

    def by_browser(self, show: listening.Show) -> dict[str, Any]:
        """What comes of whoever the browser shows to be there; `show` is given the address that it
        goes to. Raises NotSignedInError.
        """
        verifier = secrets.token_urlsafe(BYTES)
        hashed = hashlib.sha256(verifier.encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).decode().rstrip("=")
        with listening.Listener() as listener:
            began = {"challenge": challenge, "return_to": listener.address}
            found = self._asked("POST", f"{PATH}/openid", began)
            show(_checked(str(found.get("address", ""))))
            code = listener.wait()
        given = {"code": code, "verifier": verifier}
        return self._keep(self._asked("POST", f"{PATH}/openid/token", given))

    def sign_out(self, token: str) -> bool:
        """Have a token revoked; whether it still was good."""
        call = Call("DELETE", PATH, {"Authorization": f"Bearer {token}"})
        reply = self._wire.send(call)
        if reply.status not in (204, 401):
            raise answers.error(reply, call, self.server.url)
        return reply.status == 204

    def _keep(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """What was signed in with, of which only the token is not told."""
        token, said = str(found.get("token", "")), dict(found)
        said.pop("token", None)
        if not token:
            raise UnreachableError(answers.NOT_OURS.format(url=self.server.url))
        kept = Kept(self.server.url, token, str(said.get("person", "")), str(said.get("until", "")))
        tokens.keep(self.server, kept)
        return said

    def _asked(
        self, method: str, path: str, given: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        headers = {"Accept": "application/json"}
        body = None
        if given is not None:
            headers["Content-Type"] = "application/json"
            body = json.dumps(given).encode()
        call = Call(method, path, headers, body)
        try:
            reply = self._wire.send(call)
            if reply.status == NotSignedInError.status:
                raise NotSignedInError
            if reply.status == 429:
                wait = reply.headers.get("Retry-After", "60")
                raise UsageError(f"Too many have tried to come in; try again in {wait} seconds.")
            if reply.status == 201:
                reply.status = 200
            return answers.document(reply, call, self.server.url)
        except (OSError, HTTPException) as error:
            raise self._wire.broken(call, error) from None
        finally:
            self._wire.close()


def _checked(address: str) -> str:
    """The address that a browser is sent to. Raises UnreachableError for what is none of the web,
    or could be read on the way.
    """
    try:
        server(address.partition("?")[0])
    except UsageError:
        raise UnreachableError(
            "The server names an address to sign in at that cannot be one; tell whoever runs it."
        ) from None
    if not address.isascii() or not address.isprintable() or " " in address:
        raise UnreachableError("The server names an address to sign in at that cannot be one.")
    return address
