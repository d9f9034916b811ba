"""Canaille, a provider of OpenID Connect, on a port of this computer: a process of its own.

`python tests/canaille_here.py CERTIFICATE KEY CALLBACK` prints its issuer, and serves until it is
ended. It knows one person and one client, which must show its secret and its verifier.
"""

from __future__ import annotations

import logging
import socket
import sys
from datetime import UTC, datetime
from typing import Any

from joserfc.jwk import RSAKey

PERSON, PASSWORD = "lee", "a password of the provider alone"
CLIENT, SECRET = "casetrail", "the secret: of/this client"


def main() -> None:
    # Here alone: who starts this process only wants the names above.
    from canaille import create_app
    from canaille.app import models
    from canaille.backends import Backend
    from werkzeug.serving import make_server

    certificate, key, callback = sys.argv[1:]
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    settings = {
        "SERVER_NAME": f"localhost:{port}",
        "PREFERRED_URL_SCHEME": "https",
        "SECRET_KEY": "for this test alone",
        "SESSION_COOKIE_SECURE": False,
        "CANAILLE": {"DATABASE": "memory", "TIMEZONE": "UTC", "ENABLE_REGISTRATION": False},
        "CANAILLE_OIDC": {"ACTIVE_JWKS": [signing_key()]},
    }
    app = create_app(settings)
    app.logger.setLevel(logging.CRITICAL)
    logging.getLogger("werkzeug").setLevel(logging.CRITICAL)
    with app.app_context(), Backend.instance.session():
        person = models.User(
            formatted_name="Lee Sample",
            family_name="Sample",
            user_name=PERSON,
            emails=["lee@council.example"],
            password=PASSWORD,
        )
        Backend.instance.save(person)
        client = models.Client(
            client_id=CLIENT,
            client_secret=SECRET,
            client_id_issued_at=datetime.now(UTC),
            client_secret_expires_at=None,
            client_name="Casetrail",
            redirect_uris=[callback],
            grant_types=["authorization_code"],
            response_types=["code"],
            scope=["openid", "email", "profile"],
            token_endpoint_auth_method="client_secret_basic",
            client_uri="http://127.0.0.1",
        )
        Backend.instance.save(client)
        client.audience = [client]
        Backend.instance.save(client)
    how: Any = {"threaded": True, "ssl_context": (certificate, key)}
    server = make_server("127.0.0.1", port, app, fd=listening.fileno(), **how)
    sys.stdout.write(f"https://localhost:{port}\n")
    sys.stdout.flush()
    server.serve_forever(0.05)


def signing_key() -> dict[str, str]:
    """A key by which it signs ID tokens."""
    made = RSAKey.generate_key(2048, {"use": "sig", "alg": "RS256"}, auto_kid=True)
    return {name: str(value) for name, value in made.as_dict(private=True).items()}


if __name__ == "__main__":
    main()
