"""Makes a notifier from its table in config.toml; every one of them is in the table MAKERS."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

from engine.errors import ConfigError
from notifiers.message import Notifier
from notifiers.settings import Settings, hint

if TYPE_CHECKING:
    from notifiers.posting import Gate  # only what speaks to the network needs it
    from notifiers.smtp import Server
    from notifiers.targets import Target

_MAIL = ("host", "port", "tls", "from", "login_file", "login_env", "ca_file", "timeout")
_GATE = ("inside", "allow_insecure", "ca_file", "timeout")


@dataclass(frozen=True, slots=True)
class Wiring:
    """What a notifier is given, so that it need not take it from the machine."""

    now: Callable[[], datetime]
    stream: TextIO
    """Where the console notifier writes."""
    folder: Path
    """The folder of config.toml, from which its relative paths are counted."""
    environment: Mapping[str, str]


def build(name: str, table: Mapping[str, object], wiring: Wiring) -> Notifier:
    """Make the notifier of this name from its table in config.toml.

    Raises ConfigError for a name, key or value that is not known, with the nearest that is.
    """
    if name not in MAKERS:
        raise ConfigError(f"config.toml: there is no notifier '{name}'; {hint(name, MAKERS)}")
    return MAKERS[name](table, wiring)


def check_address(notifier: Notifier, person: str, address: str) -> None:
    """Raise ConfigError for somebody's own address at which they would never be reached."""
    cannot_reach = getattr(notifier, "cannot_reach", None)
    if cannot_reach and address and (problem := cannot_reach(address)):
        said = f'config.toml: the address of "{person}" for {notifier.name} cannot be used'
        raise ConfigError(f"{said}: {problem}")


def goes_to(name: str, table: Mapping[str, object], address: str) -> str:
    """Where a message goes: one place for all, as its table says, or the address of a person."""
    if name == "chat" or (name == "webhook" and table.get("url")):
        return f"the one {'room' if name == 'chat' else 'url'} of [notify.{name}]"
    return address


def _console(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    from notifiers.console import ConsoleNotifier

    _settings("console", table, (), wiring)
    return ConsoleNotifier(wiring.stream)


def _file(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    from notifiers.file import FileNotifier

    settings = _settings("file", table, ("folder", "from"), wiring)
    folder = wiring.folder / settings.text("folder")
    return FileNotifier(folder, settings.sender("casetrail@casetrail.invalid"), wiring.now)


def _smtp(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    from notifiers.smtp import SmtpNotifier

    return SmtpNotifier(_server(_settings("smtp", table, _MAIL, wiring)), wiring.now)


def _calendar(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    from notifiers.calendar import CalendarNotifier

    return CalendarNotifier(_server(_settings("calendar", table, _MAIL, wiring)), wiring.now)


def _server(settings: Settings) -> Server:
    from notifiers.smtp import PORTS, Server

    tls = settings.choice("tls", PORTS, "starttls")
    return Server(
        host=settings.host(),
        port=settings.number("port", 65535, PORTS[tls]),
        tls=tls,
        sender=settings.sender(),
        timeout=settings.number("timeout", 300, 15),
        login=_login(settings),
        ca_file=settings.file("ca_file"),
    )


def _login(settings: Settings) -> tuple[str, str] | None:
    """Read "user name:password"."""
    found = settings.secret("login")
    if found is None:
        return None
    secret, source = found
    username, _, password = secret.partition(":")
    if not (username and password and (username + password).isascii()):
        raise settings.wrong(
            f"{source} is to hold the login as user name:password, in plain letters."
        )
    return username, password


def _webhook(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    from engine.signing import secrets_in
    from notifiers.webhook import WebhookNotifier

    keys = ("url", "allow", "secret_file", "secret_env", *_GATE)
    settings = _settings("webhook", table, keys, wiring)
    url = _url(settings, "url") if settings.text("url", "") else None
    allow = settings.texts("allow") or ((url.place,) if url else ())
    if not allow:
        raise settings.wrong("'url' is missing; add url = \"https://...\", or 'allow'.")
    if url and url.place not in allow:
        raise settings.wrong("the host of 'url' is not in 'allow'; add it, or leave 'allow' out.")
    text, source = settings.secret_needed("secret")
    try:
        secrets = secrets_in(text)
    except ConfigError as error:
        raise settings.wrong(f"{source}: {error}") from None
    return WebhookNotifier(_gate(settings, allow, url), secrets, wiring.now, url)


def _notify(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    keys = ("key_file", "key_env", "template", "reference", "base_url", *_GATE)
    settings = _settings("notify", table, keys, wiring)
    settings.needs("notifications_python_client", "notify")
    from notifiers.notify import BASE_URL, Account, NotifyNotifier, is_key, is_template

    base = _url(settings, "base_url", BASE_URL)
    if base.path != "/":
        raise settings.wrong("'base_url' is to be the address of a host alone.")
    key, source = settings.secret_needed("key")
    if not is_key(key):
        raise settings.wrong(f"{source} is to hold the key of GOV.UK Notify, as it was shown.")
    template = settings.text("template")
    if not is_template(template):
        raise settings.wrong("'template' is to be the id of a template, as GOV.UK Notify shows it.")
    account = Account(key, template, settings.text("reference", ""))
    gate = _gate(settings, (base.place,), base, "base_url")
    return NotifyNotifier(account, base, gate)


def _chat(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    settings = _settings("chat", table, ("url_file", "url_env", "ca_file", "timeout"), wiring)
    settings.needs("apprise", "notify")
    from notifiers.chat import ChatNotifier, Room

    url, source = settings.secret_needed("url")
    timeout = settings.number("timeout", 60, 15)
    return ChatNotifier(Room(url, source, timeout, settings.file("ca_file")))


def _command(table: Mapping[str, object], wiring: Wiring) -> Notifier:
    from notifiers.command import CommandNotifier

    settings = _settings("command", table, ("program", "timeout"), wiring)
    program = Path(settings.text("program"))
    if not program.is_absolute():
        raise settings.wrong("'program' is to be the whole path of a program, from / on.")
    if not program.is_file() or not os.access(program, os.X_OK):
        raise settings.wrong(f"{program} is no program that can be run; give the path of one.")
    if program.stat().st_mode & 0o022:
        raise settings.wrong(f"{program} can be changed by others; use: chmod go-w {program}")
    return CommandNotifier(str(program), settings.number("timeout", 60, 15))


def _settings(
    name: str, table: Mapping[str, object], keys: tuple[str, ...], wiring: Wiring
) -> Settings:
    return Settings(name, table, keys, wiring.folder, wiring.environment)


def _url(settings: Settings, key: str, default: str | None = None) -> Target:
    from notifiers.targets import target

    try:
        return target(settings.text(key, default))
    except ValueError as error:
        raise settings.wrong(
            f"'{key}' is to be a web address in small plain letters, without a user name; {error}."
        ) from None


def _gate(settings: Settings, allow: tuple[str, ...], url: Target | None, key: str = "url") -> Gate:
    """Which machines it may speak to; raises ConfigError where that is not its own address."""
    from notifiers.posting import refusal

    gate = _limits(settings, allow)
    if url and (problem := refusal(gate, url)):
        raise settings.wrong(f"'{key}' cannot be used: {problem}")
    return gate


def _limits(settings: Settings, allow: tuple[str, ...]) -> Gate:
    import ssl

    from notifiers.posting import Gate
    from notifiers.targets import is_place

    lists = {"allow": allow, **{key: settings.texts(key) for key in ("inside", "allow_insecure")}}
    for key, hosts in lists.items():
        for host in hosts:
            if not is_place(host, with_port=key == "allow"):
                raise settings.wrong(
                    f"'{key}' is to hold names of hosts alone, in small plain letters."
                )
    ca_file = settings.file("ca_file")
    try:
        trust = ssl.create_default_context(cafile=ca_file)
    except OSError:
        raise settings.wrong(
            f"no certificates can be read from {ca_file}; give ca_file a file in PEM form."
        ) from None
    return Gate(
        allow=frozenset(allow),
        timeout=settings.number("timeout", 60, 15),
        trust=trust,
        inside=frozenset(lists["inside"]),
        allow_insecure=frozenset(lists["allow_insecure"]),
    )


MAKERS: Final[Mapping[str, Callable[[Mapping[str, object], Wiring], Notifier]]] = {
    "console": _console,
    "file": _file,
    "smtp": _smtp,
    "calendar": _calendar,
    "webhook": _webhook,
    "notify": _notify,
    "chat": _chat,
    "command": _command,
}
"""What makes each notifier from its table in config.toml."""
