"""The table of commands: what each is for, and the module that is imported when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple


class Entry(NamedTuple):
    """A command: one line of help, and where it is."""

    help: str
    module: str = ""
    name: str = ""
    """Of its command in the module; empty for a group, whose commands follow it in the table."""


COMMANDS: Final[Mapping[str, Entry]] = {
    "init": Entry("Begin here: config.toml, database and keys.", "beginning", "init"),
    "demo": Entry("See the whole job on made-up people.", "showing", "demo"),
    "open": Entry("Open a case, unless it is there already.", "opening", "open_"),
    "record": Entry("Record answers, or that an agency was asked.", "recording", "record"),
    "attach": Entry("Put a document on file.", "recording", "attach"),
    "document": Entry("List the documents on file, or read one back.", "reading", "document"),
    "person": Entry("Add or show the people a case is about.", "people", "person"),
    "take": Entry("Take a step, or record one already done.", "stepping", "take"),
    "next": Entry("What can happen next, and what is missing.", "ahead", "next_"),
    "why-not": Entry("One step: what is missing, and what to type.", "why_not", "why_not"),
    "correct": Entry("Put an answer, or the day of a step, right.", "stepping", "correct"),
    "undo": Entry("Set the latest step aside.", "stepping", "undo"),
    "done": Entry("Say that an open task is done, and how.", "stepping", "done"),
    "approve": Entry("Approve an answer as it stands.", "delaying", "approve"),
    "pack": Entry("Build a pack: what a body is to be sent.", "packing", "pack"),
    "sent": Entry("Record that a pack was sent, and keep it.", "packing", "sent"),
    "show": Entry("A case on one screen.", "looking", "show"),
    "history": Entry("What has happened on a case, in order.", "history", "history"),
    "find": Entry("Search all cases; the search is logged.", "listing", "find"),
    "list": Entry("The open cases, those first that are due.", "listing", "list_"),
    "today": Entry("What needs doing, on one sheet of paper.", "sheet", "today"),
    "deadlines": Entry("What is still to be met, in one case or all.", "clocks", "deadlines"),
    "explain": Entry("How a deadline came to its day, day by day.", "clocks", "explain"),
    "date": Entry("Count days without a case.", "counting", "date"),
    "extend": Entry("Set a target beside a deadline.", "delaying", "extend"),
    "delay": Entry("Record that a delay was explained.", "delaying", "delay"),
    "calendar": Entry("Bank holidays: list, add, remove, renew."),
    "calendar list": Entry("The lists of bank holidays in use.", "calendars", "list_"),
    "calendar add": Entry("Add a late one, and move the clocks.", "calendars", "add"),
    "calendar remove": Entry("Take off one that was moved.", "calendars", "remove"),
    "calendar renew": Entry("Move the clocks to the list in use.", "calendars", "renew"),
    "case": Entry("Restrict a case to those on a list."),
    "case restrict": Entry("Let only these people see a case.", "barring", "restrict"),
    "case unrestrict": Entry("Let everybody see it again.", "barring", "unrestrict"),
    "conflict": Entry("Conflicts of interest: declare, end."),
    "conflict declare": Entry("Keep somebody from a case.", "barring", "declare"),
    "conflict end": Entry("Let somebody back to a case.", "barring", "end"),
    "break-glass": Entry("Read a barred case for an hour.", "barring", "break_glass"),
    "erase": Entry("Destroy what is known about one person.", "people", "erase"),
    "authority": Entry("Who may do what, and in which role.", "authorities", "authority"),
    "tick": Entry("Remind, escalate and send what is due, once.", "working", "tick"),
    "worker": Entry("Remind, escalate and send, for ever.", "working", "worker"),
    "handover": Entry("Hand open work over between two days.", "handing_over", "handover"),
    "blank-forms": Entry("Paper for a day without this.", "blank_forms", "blank_forms"),
    "bounce": Entry("Record a mail that came back.", "bouncing", "bounce"),
    "message": Entry("Messages: see one before it goes out."),
    "message preview": Entry("What a message says, by each notifier.", "previewing", "preview"),
    "serve": Entry("Open the door for other systems (HTTP).", "serving", "serve"),
    "sign-in": Entry("Sign in at a server: casetrail --server.", "signing_in", "sign_in"),
    "sign-out": Entry("Sign out there again.", "signing_in", "sign_out"),
    "account": Entry("Passwords and codes of those who sign in."),
    "account password": Entry("Set a password; it is asked for.", "accounts", "password"),
    "account code": Entry("Ask for a code from an app as well.", "accounts", "code"),
    "account clear": Entry("Destroy a password and its codes.", "accounts", "clear"),
    "token": Entry("Tokens, by which programs come in."),
    "token issue": Entry("Give somebody a token, shown once.", "accounts", "issue"),
    "token list": Entry("The tokens there are.", "accounts", "list_"),
    "token revoke": Entry("Let nobody in by a token any more.", "accounts", "revoke"),
    "hook": Entry("Other systems: list, check, try, secret."),
    "hook list": Entry("The endpoints there are.", "hooking", "list_"),
    "hook check": Entry("Check them against the processes.", "hooking", "check"),
    "hook try": Entry("Show what a program would be told.", "hooking", "try_"),
    "hook secret": Entry("Make a new secret for one.", "hooking", "secret"),
    "inbox": Entry("Take what other systems left here.", "hooking", "inbox_"),
    "completion": Entry("Have your shell complete what you type.", "shells", "completion"),
    "workflow": Entry("Processes: write, prove, use and change them."),
    "workflow list": Entry("The processes there are.", "workflows", "list_"),
    "workflow new": Entry("Begin a process: a folder that works.", "writing", "new"),
    "workflow schema": Entry("The language as a JSON Schema, for editors.", "writing", "schema"),
    "workflow check": Entry("Check the files of a process.", "workflows", "check"),
    "workflow describe": Entry("Say a process in English.", "workflows", "describe"),
    "workflow questions": Entry("Its questions and steps, by name.", "naming", "questions"),
    "workflow diagram": Entry("Draw a process, or where a case is in it.", "drawing", "diagram"),
    "workflow verify": Entry("Search a process for faults on every way.", "proving", "verify_"),
    "workflow test": Entry("Play the scenarios of a process.", "trying", "test"),
    "workflow rehearse": Entry("What would be told until a day.", "rehearsing", "rehearse"),
    "workflow activate": Entry("Prove an edition; bring it into use.", "activating", "activate"),
    "workflow compare": Entry("What changed between two editions.", "comparing", "compare_"),
    "workflow replay": Entry("What another one makes of past cases.", "replaying", "replay"),
    "workflow migrate": Entry("Move open cases to another edition.", "migrating", "migrate"),
    "audit": Entry("The trail, and the access log."),
    "audit verify": Entry("Show whether the trail was altered.", "auditing", "verify"),
    "audit checkpoint": Entry("Sign the trail, to be kept elsewhere.", "auditing", "checkpoint"),
    "audit log": Entry("Who came in, and who read what.", "access_log", "log"),
    "migrate": Entry("Bring the database to this program's form.", "beginning", "migrate"),
}
"""In the order in which help lists them."""

HEADINGS: Final[Mapping[str, str]] = {
    "init": "Begin",
    "open": "A case",
    "show": "Look",
    "deadlines": "Dates",
    "case": "Who may see what",
    "tick": "Messages, and work that waits",
    "serve": "Doors",
    "workflow": "Processes",
    "audit": "The record itself",
}
"""Over which command of the first rank help puts what it lists from there on."""


def within(group: str) -> dict[str, Entry]:
    """The commands of a group by their own names; of "" those that are in none."""
    start = f"{group} " if group else ""
    return {
        name.removeprefix(start): entry
        for name, entry in COMMANDS.items()
        if name.startswith(start) and " " not in name.removeprefix(start)
    }
