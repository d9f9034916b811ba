"""A server as somebody names it, and whether what is sent there stays between the two."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit

from engine.errors import UsageError

ROOT = "/v1"
HTTPS, HTTP = 443, 80
FORM = "such as https://casetrail.example, or http://127.0.0.1:8080 on this computer"


@dataclass(frozen=True, slots=True)
class Server:
    """Where a Casetrail is served, and how it is reached."""

    url: str
    """As it is shown, without what stands behind the name and port."""
    host: str
    port: int
    tls: bool
    root: str = ROOT
    """Before the path of every verb."""
    ca: str = ""
    """The file of the authority that signed its certificate, where no system knows it."""
    proxy: str = ""
    """Of which it is asked to pass everything on; none unless somebody says so."""


def server(text: str, ca: str = "", proxy: str = "") -> Server:
    """The server that an address means. Raises UsageError for one that cannot be used."""
    host, port, tls, path = _parts(text, "The address of a server", FORM)
    if not (tls or is_loopback(host)):
        raise UsageError(
            f"{host} is another computer, and what is sent there could be read on the way; use "
            "https:// in the address of the server."
        )
    if proxy:
        _parts(proxy, "The address of a proxy", "such as http://proxy.example:3128")
    root = path if path.endswith(ROOT) else f"{path}{ROOT}"
    shown = f"[{host}]" if ":" in host else host
    usual = port == (HTTPS if tls else HTTP)
    url = f"{'https' if tls else 'http'}://{shown}{'' if usual else f':{port}'}"
    return Server(f"{url}{root.removesuffix(ROOT)}", host, port, tls, root, ca, proxy)


def proxy_of(known: Server) -> tuple[str, int]:
    """The name and the port of the proxy on the way to a server."""
    host, port, _, _ = _parts(known.proxy, "The address of a proxy", FORM)
    return host, port


def is_loopback(host: str) -> bool:
    """Whether a name means this computer and no other."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _parts(text: str, called: str, form: str) -> tuple[str, int, bool, str]:
    """Name, port, whether TLS, and path. Raises UsageError without what may be a password in it."""
    wrong = UsageError(f"{called} cannot be read; write it {form}.")
    try:
        parts = urlsplit(text.strip())
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise wrong from None
    tls = parts.scheme == "https"
    odd = parts.username or parts.password or parts.query or parts.fragment
    if not host or odd or not (tls or parts.scheme == "http") or not text.isprintable():
        raise wrong
    return host, port or (HTTPS if tls else HTTP), tls, parts.path.rstrip("/")
