"""Who may come in through another door: `account password`, `code` and `clear`; `token issue`,
`list` and `revoke`.

A password or a code is asked for, and never a word of the command; a token is printed once.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from getpass import getpass
from typing import Any

from engine import guessing
from engine.cli import printing, texts
from engine.cli.commands import COMMANDS
from engine.cli.door import argument, option
from engine.cli.printing import day, listed, paragraph, strong
from engine.cli.visit import Visit, reads, signature
from engine.errors import UsageError
from engine.service.accounts import codes
from engine.service.accounts.credentials import CODE
from engine.verbs.naming import names

WHEN_GONE = "Nothing came; type the password where it is asked for."
AGAIN = "The two are not the same, so nothing was changed; type it once more."


@reads("password", argument("person", "PERSON"))
def password(door: Visit, person: str) -> None:
    """Set the password by which a person signs in; it is asked for twice, and shown nowhere.

    Through standard input it comes as one line. Whoever signed in under an old one is signed out.
    """
    typed = _secret(f"New password for {_named(door, person)}: ")
    if texts.at_keyboard() and _secret("The same once more: ") != typed:
        raise UsageError(AGAIN)
    found = door.settle("account password", {"password": typed}, person=person)
    said = f"{_name(found, person)} signs in with the new password from now on."
    _answer(door, found, paragraph(said))


@reads("code", argument("person", "PERSON"))
def code(door: Visit, person: str) -> None:
    """Have a person give a code from an app beside the password.

    What the app must be given is shown once; a first code then shows that it was read.
    """
    place, by = door.place, door.visitor
    setup = codes.begin(place, by, person, door.settings.partnership)
    said = "Give this to the app, as text or as a picture made of it. It is not shown again."
    printing.say_aside(paragraph(said))
    # Not wrapped, as a sentence would be: it is copied whole.
    sys.stderr.write(f"{setup.uri}\n")
    typed = texts.asked("The code that the app shows now:", "the code", one_line=True)
    codes.confirm(place, by, person, setup.secret, typed)
    door.state.changed = True
    found = {
        "person": person,
        "kind": CODE,
        "recorded_by": by.person,
        "proof": by.claimed,
    }
    called = {**found, "names": names(place, by.person, person)}
    said = f"{_name(called, person)} gives a code beside the password from now on."
    door.answer(found, [*paragraph(said), signature(called)])


@reads("clear", argument("person", "PERSON"))
def clear(door: Visit, person: str) -> None:
    """Destroy the password and the codes of a person, who then cannot sign in.

    It is what helps who has lost the app: clear, then set both anew.
    """
    found = door.settle("account clear", person=person)
    named = listed([f"the {kind}" for kind in found["cleared"]])
    gone = f"Gone: {named} of {_name(found, person)}."
    _answer(door, found, paragraph(gone if named else "There was nothing to clear."))


@reads(
    "issue",
    argument("holder", "HOLDER"),
    option("--verb", "verbs", metavar="VERB", multiple=True, help="For this command; repeat it."),
    option(
        "--process", "processes", metavar="NAME", multiple=True, help="In its cases; repeat it."
    ),
    option("--until", metavar="DAY", required=True, help="The last day on which it is good."),
)
def issue(
    door: Visit, holder: str, verbs: Sequence[str], processes: Sequence[str], until: str
) -> None:
    """Give a person or a service account a token; it is printed once.

    Without --verb it is good for all that its holder may do, without --process in all cases.
    """
    _check_verbs(verbs)
    found = door.settle(
        "token issue",
        holder=holder,
        verbs=list(verbs),
        processes=list(processes),
        until=texts.exact_day(until),
    )
    lines = [
        found["text"],
        *paragraph("Keep it as one keeps a password: it is not shown again."),
        *paragraph(f"Whoever shows it comes in as {_name(found, holder)}. {_scope(found)}"),
    ]
    _answer(door, found, lines)


@reads("list")
def list_(door: Visit) -> None:
    """The tokens that were issued: to whom, for what, until when, and when each was used last."""
    found = door.ask("token list")
    lines: list[str] = []
    for one in found["tokens"]:
        lines += [strong(f"{one['token']}  {_name(found, one['holder'])}"), *_about(one)]
    door.answer(found, lines or ["No token has been issued."])


@reads(
    "revoke",
    argument("token", "ID"),
    option("--reason", metavar="TEXT", default="", help=f"Why: {texts.FREE}"),
)
def revoke(door: Visit, token: str, reason: str) -> None:
    """Let nobody in by a token any more, from the next request on."""
    because = texts.free_text(reason, "--reason")
    found = door.settle("token revoke", token=token, reason=because)
    _answer(door, found, ["Nobody comes in by this token any more."])


def _named(door: Visit, person: str) -> str:
    """What a person is called, before anything is asked of them; their id, where it is nobody's."""
    known = None if door.away else door.settings.directory.people.get(person)
    return known.name if known else person


def _name(found: Mapping[str, Any], person: str) -> str:
    return str(found["names"].get(person, person))


def _secret(prompt: str) -> str:
    """What somebody types unseen, or what comes through standard input as one line."""
    if not texts.at_keyboard():
        return texts.asked(prompt, "the password", one_line=True)
    try:
        return getpass(prompt)
    except EOFError:
        raise UsageError(WHEN_GONE) from None


def _check_verbs(verbs: Sequence[str]) -> None:
    known = [name for name, entry in COMMANDS.items() if entry.module]
    for verb in verbs:
        if verb not in known:
            near = guessing.meant(verb, known) if len(verb) < 40 else "."
            raise UsageError(f"--verb names no command{near}")


def _about(one: Mapping[str, Any]) -> list[str]:
    used = f"last used on {day(one['used_on'])}" if one["used_on"] else "never used"
    until = {
        "in use": f"good until {day(one['until'])}",
        "expired": f"EXPIRED on {day(one['until'])}",
        "revoked": f"REVOKED on {day(one['revoked_on'])}" if one["revoked_on"] else "",
    }[one["status"]]
    said = f"Issued on {day(one['since'])}, {until}, {used}. {_scope(one)}"
    return paragraph(said, 2)


def _scope(one: Mapping[str, Any]) -> str:
    verbs = listed(one["verbs"]) or "all that its holder may do"
    processes = listed(one["processes"])
    return f"For {verbs}, {f'in cases of {processes}' if processes else 'in every process'}."


def _answer(door: Visit, found: Mapping[str, Any], lines: Sequence[str]) -> None:
    door.answer(found, [*lines, signature(found)])
