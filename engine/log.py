"""What the machine is told of itself: JSON lines on standard error, with ids and counts alone.

Never a name, an answer or a value of a database: what is not on the list of keys is dropped, and so
is what does not look like an id. A sentence is there only where whoever logs it knows that nothing
personal can stand in it: why a message waits; what is wrong with config.toml, without its values.
"""

from __future__ import annotations

import re
import sys
from functools import cache
from typing import Any, Final

KEYS: Final = frozenset(
    {
        "code",
        "failed",
        "fault",
        "fired",
        "folder",
        "given_up",
        "held",
        "hook",
        "kind",
        "left",
        "log",
        "messages",
        "method",
        "milliseconds",
        "notifier",
        "number",
        "parted",
        "rebuilt",
        "refused",
        "seconds",
        "sealed",
        "sent",
        "set_aside",
        "since",
        "source",
        "status",
        "taken",
        "ticks",
        "verb",
        "where",
        "why",
    }
)
"""What a line may hold beside its event, its level and its time."""

LONGEST: Final = 600
"""Characters of a sentence."""


class Sentence(str):
    """Words of our own that hold nothing personal: a cause of sending, a place of config.toml."""


_EVENT = re.compile(r"[a-z][a-z ]{0,59}")
_ID = re.compile(r"[A-Za-z0-9_.:-]{1,64}")


def note(event: str, **facts: str | int) -> None:
    """Say what happened in fixed words, with ids and counts."""
    _logger().info(_words(event), **_fit(facts))


def alarm(event: str, **facts: str | int) -> None:
    """Say in fixed words what somebody must look after, with ids and counts."""
    _logger().error(_words(event), **_fit(facts))


def _fit(facts: dict[str, str | int]) -> dict[str, str | int]:
    found = {key: fact for key, fact in facts.items() if key in KEYS and _is_id(fact)}
    return {key: fact if isinstance(fact, int) else fact[:LONGEST] for key, fact in found.items()}


def _is_id(fact: str | int) -> bool:
    return isinstance(fact, int | Sentence) or _ID.fullmatch(fact) is not None


def _words(event: str) -> str:
    return event if _EVENT.fullmatch(event) else "something happened"


def _logger() -> Any:
    # Half of a cold start's time, for a command that mostly has nothing to log.
    import structlog

    return structlog.wrap_logger(
        structlog.PrintLogger(sys.stderr),
        processors=_processors(),
        wrapper_class=structlog.BoundLogger,
        cache_logger_on_first_use=False,
    )


@cache
def _processors() -> list[Any]:
    # They cost more to make than a line does to write.
    import structlog

    return [
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.JSONRenderer(sort_keys=True),
    ]
