"""`serve` opens the door for other systems: every verb over HTTP."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from engine import bootstrap, posting
from engine.cli import printing
from engine.cli.door import Door, command, option
from engine.errors import UsageError

MOST_PORT = 65535
CLOSED = (
    "No call comes in by a hook that does not fit before it is put right; by the others it does."
)


@command(
    "serve",
    option("--port", type=int, metavar="N", default=None, help="The port to listen at."),
    option("--host", metavar="ADDRESS", default="127.0.0.1", help="127.0.0.1 if left out."),
    option("--tls-cert", metavar="FILE", default="", help="A certificate, with its chain (PEM)."),
    option("--tls-key", metavar="FILE", default="", help="Its key (PEM)."),
    option("--behind-proxy", is_flag=True, help="A proxy in front takes care of TLS."),
    option("--openapi", is_flag=True, help="Print the description of the API, and no more."),
)
def serve(door: Door, port: int | None, openapi: bool, **given: Any) -> None:
    """Open the door for other systems, until it is stopped with SIGTERM or Ctrl-C.

    It listens to this computer alone, unless --host names another address; then what is sent there
    must be encrypted. Who comes in shows a token. --openapi prints what it takes and gives, as
    OpenAPI 3.1.
    """
    if openapi:
        _describe()
        return
    if port is None or not 0 <= port <= MOST_PORT:
        raise UsageError(f"Say at which port to listen: --port and a number up to {MOST_PORT}.")
    from engine.hooks import asgi, fitting, receiving
    from engine.web.identity import identify
    from engine.web.partnership import Partnership
    from engine.web.reception import Reception
    from engine.web.serving import Address, check, run

    certificate, key = _file(given["tls_cert"]), _file(given["tls_key"])
    proxied: bool = given["behind_proxy"]
    address = Address(given["host"], port, certificate, key, proxied)
    check(address)
    partnership = Partnership(bootstrap.config_file(door.options["config"]).resolve())
    try:
        place, settings = partnership.both()
        if wrong := fitting.check(place, settings):
            door.remark("\n".join((*map(str, wrong), CLOSED)), loud=True)
        # What could send nothing says so here, and not to the first whom it was to tell.
        posting.sender(place, settings)
        calls = receiving.Reception(place, settings, partnership.both)
        if provider := partnership.provider():
            provider.check()
        how: dict[str, Any] = {"behind_proxy": proxied, "provider": partnership.provider}
        reception = Reception(partnership.place, identify, **how)
        code = run(reception, address, lambda at: _say(door, at.shown), [asgi.route(calls)])
        calls.settle()
    finally:
        partnership.close()
    if code:
        raise click.exceptions.Exit(code)


def _describe() -> None:
    from engine.web.openapi import description

    printing.say([json.dumps(description(), indent=2, ensure_ascii=False)])


def _say(door: Door, address: str) -> None:
    door.answer({"serving": address}, [f"Serving at {address}/v1; stop it with Ctrl-C."])


def _file(name: str) -> Path | None:
    return Path(name).resolve() if name else None
