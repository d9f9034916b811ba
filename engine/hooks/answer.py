"""What a call is answered: the same words for everybody who is not let in, never a value."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

KIND: Final = "urn:casetrail:problem:"
"""Before the kind of a problem, as at every door of the web."""
UNFIT: Final = 422
"""The status of what is wrong in itself, and not in how it came."""


class Wrong(NamedTuple):
    """One thing that is wrong with what a call says; its value is never repeated."""

    name: str
    """The question, or `case`, `key`, `on` or `reason`; empty where it is about none of them."""
    pointer: str
    """Where in the body it stands; empty where it stands nowhere."""
    what: str

    def plain(self) -> dict[str, str]:
        """The same for the answer."""
        return {"name": self.name, "pointer": self.pointer, "what": self.what}


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a call."""

    status: int
    """As HTTP has it."""
    document: Mapping[str, Any]
    again_after: int = 0
    """Seconds after which the call may be made again; 0 where that is not said."""

    @property
    def taken(self) -> bool:
        """Whether it was done, now or before."""
        return self.status == 200


def done(document: Mapping[str, Any]) -> Answer:
    """It is done; the same, word for word, whenever it is asked again."""
    return Answer(200, document)


def wrong(mistakes: Iterable[Wrong]) -> Answer:
    """The sender is known, and this cannot be done; nothing was changed."""
    document = {
        **_problem(
            UNFIT, "mistaken-request", "What was sent cannot be recorded; nothing was changed."
        ),
        "mistakes": [one.plain() for one in mistakes],
    }
    return Answer(UNFIT, document)


def _problem(status: int, kind: str, title: str) -> dict[str, Any]:
    return {"type": f"{KIND}{kind}", "title": title, "status": status}


REFUSED: Final = Answer(
    401, _problem(401, "not-signed-in", "This call is not accepted; nothing was changed.")
)
"""For whoever is not let in, whatever it was."""
TOO_LARGE: Final = Answer(
    413, _problem(413, "request-entity-too-large", "The body is too large; nothing was changed.")
)
TOO_OFTEN: Final = Answer(
    429,
    _problem(429, "too-many-requests", "There are too many calls; make it again in a minute."),
    60,
)
LATER: Final = Answer(
    503,
    _problem(503, "outcome-unknown", "It may or may not be done; make the same call again later."),
    60,
)
"""A repeat is safe: whatever was done is not done twice."""


def sentences(answer: Answer) -> tuple[str, ...]:
    """What is wrong, for those who may see it at the partnership; nothing of what was sent."""
    said = [
        " ".join(
            filter(None, (one["name"], f"({one['pointer']})" * bool(one["pointer"]), one["what"]))
        )
        for one in answer.document.get("mistakes", ())
    ]
    return tuple(said) or (str(answer.document.get("title", "")),)


def response(answer: Answer) -> tuple[int, list[tuple[str, str]], bytes]:
    """The status, the headers and the body with which HTTP answers."""
    kind = "application/json" if answer.taken else "application/problem+json"
    headers = [
        ("content-type", kind),
        ("cache-control", "no-store"),
        ("x-content-type-options", "nosniff"),
    ]
    if answer.again_after:
        headers.append(("retry-after", str(answer.again_after)))
    return answer.status, headers, text(answer).encode()


def text(answer: Answer) -> str:
    """The document as it is sent, or written beside a file."""
    return json.dumps(answer.document, sort_keys=True, ensure_ascii=False) + "\n"
