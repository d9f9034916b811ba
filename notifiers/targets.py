"""Which web addresses messages may be posted to: spelt in one way, allowed by name, and not inside.

Nothing here asks the network: it tells a good address from a bad one, and no more.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from typing import Final, NamedTuple

PORTS: Final = {"https": 443, "http": 80}

_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_NAME = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*")
_LIKE_A_NUMBER = re.compile(r"(?:.*\.)?(?:[0-9]+|0x[0-9a-f]*)")
_SEGMENT = r"[A-Za-z0-9._~!$&'()*+,;=:@%/-]"
_URL = re.compile(
    rf"(https?)://([a-z0-9.-]+|\[[0-9a-f:.]+\])(?::([1-9][0-9]{{0,4}}))?"
    rf"(/{_SEGMENT}*)?(\?(?:{_SEGMENT}|\?)*)?"
)

# Not ipaddress.is_global: what that says has changed from one Python to the next.
_NOT_PUBLIC_4: Final = tuple(
    ip_network(text)
    for text in (
        "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "168.63.129.16/32",
        "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24",
        "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/3",
    )
)  # fmt: skip
_PUBLIC_6: Final = ip_network("2000::/3")
"""All else is loopback, local, mapped from IPv4, multicast or for nobody yet."""
_NOT_PUBLIC_6: Final = tuple(
    ip_network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
_INSIDE: Final = tuple(
    ip_network(text)
    for text in (
        "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",
        "::1/128", "fc00::/7",
    )
)  # fmt: skip
"""What an own network is made of; never link-local, where machines tell secrets of themselves."""
_METADATA: Final = tuple(
    ip_network(text) for text in ("100.100.100.200/32", "fd00:ec2::254/128", "fd20:ce::254/128")
)
"""Where hosting services tell secrets of a machine from within such networks."""


class Target(NamedTuple):
    """A web address in its parts."""

    scheme: str
    host: str
    """As it stands in the address; a number of IPv6 in its brackets."""
    port: int
    path: str
    """With the question, if there is one."""

    @property
    def name(self) -> str:
        """The host without brackets: what is looked up, and what a certificate is for."""
        return self.host.strip("[]")

    @property
    def place(self) -> str:
        """The host, and its port if it is not the usual one."""
        return self.host if self.port == PORTS[self.scheme] else f"{self.host}:{self.port}"


def target(url: str) -> Target:
    """Take a web address apart. Raises ValueError unless it is spelt in the one plain way:

    in small plain letters up to its path, with no user name, and numbers as they are printed.
    """
    found = _URL.fullmatch(url)
    if not found:
        raise ValueError("it is no plain web address")
    scheme, host, port, path, question = found.groups()
    if not is_host(host) or int(port or 1) > 65535:
        raise ValueError("its host or port is not spelt plainly")
    return Target(scheme, host, int(port or PORTS[scheme]), (path or "/") + (question or ""))


def is_host(host: str) -> bool:
    """Tell a plain name, or a number of IPv4 or bracketed IPv6 in the form it is printed in."""
    if host.startswith("["):
        number = host[1:-1]
        return ":" in number and _printed(number) == number
    if _LIKE_A_NUMBER.fullmatch(host):
        return _printed(host) == host
    return _NAME.fullmatch(host) is not None


def is_place(text: str, *, with_port: bool) -> bool:
    """Tell a host, and if it may have one, a host with its port, as config.toml lists them."""
    host, colon, port = text.rpartition(":")
    if with_port and colon and not text.endswith("]"):
        return is_host(host) and re.fullmatch(r"[1-9][0-9]{0,4}", port) is not None
    return is_host(text)


def number_of(target: Target) -> str | None:
    """The number that the host of an address is, if it is one and no name."""
    return target.name if _printed(target.name) else None


def may_reach(address: str, *, inside: bool) -> bool:
    """Whether a number may be connected to; `inside` is said of hosts on the own network."""
    try:
        number = ip_address(address)
    except ValueError:
        return False
    if inside and not _within(number, _METADATA) and _within(number, _INSIDE):
        return True
    if isinstance(number, IPv4Address):
        return not _within(number, _NOT_PUBLIC_4)
    if number.scope_id or number not in _PUBLIC_6 or _within(number, _NOT_PUBLIC_6):
        return False
    # ISATAP: the number of IPv4 that stands in the lower half is where it would go.
    return int(number) >> 32 & 0xFDFF_FFFF != 0x0000_5EFE


def _within(number: IPv4Address | IPv6Address, networks: Collection[object]) -> bool:
    return any(number in network for network in networks)  # type: ignore[operator]


def _printed(number: str) -> str | None:
    try:
        return str(ip_address(number))
    except ValueError:
        return None
