"""What a name in a definition may be."""

from __future__ import annotations

import re

from engine.filetext import foreign

NAME = re.compile(r"[a-z][a-z0-9_]{0,60}")

# What the library that moves a case from state to state puts on its own objects: a transition of
# such a name would call, or hide, the library's own.
_LIBRARY = """
add_model add_ordered_transitions add_state add_states add_transition add_transitions
after_state_change auto_transitions before_state_change callback callbacks dispatch event_cls
events final finalize_event get_model_state get_state get_states get_transitions get_triggers
has_queue has_trigger ignore_invalid_triggers initial is_state machine model model_attribute
model_override models name on_exception on_final prepare_event remove_model remove_transition
resolve_callable self_literal send_event separator set_state state state_cls states
transition_cls transitions trigger wildcard_all wildcard_same
"""
RESERVED = frozenset(_LIBRARY.split())
RESERVED_BEGINNINGS = ("after_", "before_", "is_", "may_", "on_enter_", "on_exit_", "to_")


def title_from(name: str) -> str:
    """What a thing without a title is called: by its name, `Add note` for `add_note`."""
    return name.replace("_", " ").capitalize()


def proper(name: str) -> str:
    """The name that was meant by one in capitals, or with spaces or hyphens; "" if none was."""
    meant = re.sub(r"[ \t-]+", "_", name[:80].strip()).lower()
    return meant if meant != name and NAME.fullmatch(meant) else ""


def name_problem(section: str, name: str) -> str:
    """Why something of a section may not be called so, as a sentence; "" when it may."""
    if not NAME.fullmatch(name):
        strange = foreign(name[:80])
        return (
            f'"{name[:80]}" cannot be a name; use small letters, digits and "_", begin with a '
            f"letter, and stay within 61 characters.{strange and f' {strange}'}"
        )
    if section == "transition" and (name in RESERVED or name.startswith(RESERVED_BEGINNINGS)):
        return f'A transition cannot be called "{name}", which is a word of the engine.'
    return ""
