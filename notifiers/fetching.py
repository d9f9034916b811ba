"""Asking one machine for something, behind the same guard as what is posted."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from pathlib import Path

from engine.errors import ConfigError, DeliveryError
from notifiers.posting import Call, Gate, exchange
from notifiers.targets import target

Fetch = Callable[[str, str, Mapping[str, str], bytes], tuple[int, bytes]]
"""Asks by a method, an address, headers and a body; yields the status and what came.

Raises DeliveryError, which repeats nothing of what came.
"""


def asking(url: str, *, inside: bool, ca: Path | None, timeout: float) -> Fetch:
    """What asks the machine of this address, and no other, through TLS alone.

    `inside` says that it may be on the own network, `ca` which certificates to trust in the stead
    of the usual ones; each call lasts so many seconds. Raises ConfigError.
    """
    try:
        own = target(url)
        trust = ssl.create_default_context(cafile=str(ca) if ca else None)
    except ValueError:
        raise ConfigError("The issuer of [openid] is no plain web address; correct it.") from None
    except (OSError, ssl.SSLError):
        raise ConfigError(
            "The certificates of [openid] cannot be read; name a file of certificates in ca."
        ) from None
    hosts = frozenset([own.host]) if inside else frozenset[str]()
    gate = Gate(frozenset([own.place]), timeout, trust, hosts)

    def fetch(method: str, url: str, headers: Mapping[str, str], body: bytes) -> tuple[int, bytes]:
        try:
            where = target(url)
        except ValueError:
            raise DeliveryError("It names no plain web address.", again=False) from None
        answer = exchange(gate, where, Call(method, headers, body), wanted=True)
        return answer.status, answer.body

    return fetch
