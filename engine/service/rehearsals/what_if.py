"""A whole casebook replayed under another definition: what would differ, case by case and in all.

Nothing is written, and no personal value is read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from engine import queries
from engine.database import Transaction
from engine.decide.what_if.differing import Deadline, Notice, Stands
from engine.decide.what_if.replaying import Impossible, Replay
from engine.definition import Workflow
from engine.edition import Edition
from engine.errors import TrailError, UsageError
from engine.service import barriers
from engine.service.rehearsals.replaying import Replays, within
from engine.service.titles import title_of
from engine.service.workplace import Workplace

UNREADABLE = (TrailError, LookupError, TypeError, ValueError)
"""What comes of a record that somebody has altered; it is left out, and said to be."""


@dataclass(slots=True)
class _Totals:
    """How often each thing differs, over all cases."""

    impossible: dict[tuple[str, str, str], list[str]] = field(
        default_factory=lambda: defaultdict(list)
    )
    deadlines: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
    notices: dict[tuple[str, str, str, str], dict[str, int]] = field(default_factory=dict)

    def add(self, case: Mapping[str, Any]) -> None:
        for one in case["impossible"]:
            self.impossible[one["kind"], one["subject"], one["title"]].append(case["ref"])
        for one in case["deadlines"]:
            counts = self.deadlines.setdefault(
                (one["timescale"], one["title"]), dict.fromkeys(DEADLINE_COUNTS, 0)
            )
            for name in _verdicts(one):
                counts[name] += 1
        for one in case["notices"]:
            key = (one["timescale"], one["title"], one["notice"], one["at"])
            counts = self.notices.setdefault(key, dict.fromkeys(NOTICE_COUNTS, 0))
            counts[_moved(one)] += 1

    def plain(self) -> dict[str, list[dict[str, Any]]]:
        return {
            "impossible": [
                dict(zip(("kind", "subject", "title"), key, strict=True))
                | {"entries": len(refs), "cases": len(set(refs))}
                for key, refs in sorted(self.impossible.items())
            ],
            "deadlines": [
                {"timescale": key[0], "title": key[1], **counts}
                for key, counts in sorted(self.deadlines.items())
            ],
            "notices": [
                dict(zip(("timescale", "title", "notice", "at"), key, strict=True)) | counts
                for key, counts in sorted(self.notices.items())
            ],
        }


DEADLINE_COUNTS = ("other_day", "now_missed", "now_in_time", "begun", "gone", "other_end")
NOTICE_COUNTS = ("fired", "not_fired", "other_day")


def what_if(place: Workplace, workflow: str, edition: Edition) -> dict[str, Any]:
    """The casebook of a process as it would be under a definition, in a stable form.

    The definition may have another name, as that of an overlay has. Raises UsageError where no
    case of the process is here.
    """
    differing: list[dict[str, Any]] = []
    unreadable: list[dict[str, str]] = []
    totals, events = _Totals(), 0
    with place.database.read() as tx:
        refs = _casebook(place, tx, workflow)
        replays = Replays(place, tx, edition)
        for number, (ref, process) in enumerate(refs):
            place.came(number, len(refs))
            try:
                found, count = _one(replays, ref, process)
            except UNREADABLE as error:
                unreadable.append({"ref": ref, "why": type(error).__name__})
                continue
            events += count
            if found:
                differing.append(found)
                totals.add(found)
    return {
        "workflow": workflow,
        "title": edition.workflow.title,
        "edition": edition.workflow.edition,
        "hash": edition.hash,
        "cases": len(refs),
        "events": events,
        "unreadable": unreadable,
        "totals": totals.plain(),
        "differing": differing,
        "caution": edition.workflow.caution,
    }


def _casebook(place: Workplace, tx: Transaction, workflow: str) -> list[tuple[str, str]]:
    """The cases of a process, each with the linked ones after it, and of which process each is."""
    out = barriers.hidden(place, tx)
    every = [(str(row[0]), str(row[2])) for row in tx.rows(queries.PINNED, (place.log,))]
    rows = [row for row in every if not barriers.is_hidden(row[0], out)]
    main = {ref for ref, process in rows if process == workflow and "." not in ref}
    if not main:
        known = sorted({process for ref, process in rows if "." not in ref})
        raise UsageError(
            f'There is no case of "{workflow[:60]}" here; there are cases of: '
            f"{', '.join(known) or 'none'}."
        )
    own = [row for row in rows if row[0].partition(".")[0] in main]
    return sorted(own, key=lambda row: _numbers(row[0]))


def _numbers(ref: str) -> tuple[str, int]:
    case, _, linked = ref.partition(".")
    return case, int(linked) if linked.isdigit() else 0


def _one(replays: Replays, ref: str, process: str) -> tuple[dict[str, Any] | None, int]:
    """What differs in one case, if anything does, and how many events were decided once more."""
    try:
        within(replays.edition, ref, process)
    except UsageError:
        return _without_process(ref, process), 0
    done = replays.of(ref)
    count = sum(len(command.events) for command in done.record.commands)
    moved = [one for one in done.deadlines if one.differs]
    notices = done.notices
    if not (done.impossible or moved or notices):
        return None, count
    titles = _Titles(replays.place, done)
    return {
        "ref": ref,
        "workflow": process,
        "edition": done.old.workflow.edition,
        "impossible": [titles.impossible(one) for one in done.impossible],
        "deadlines": [titles.deadline(one) for one in moved],
        "notices": [titles.notice(one) for one in notices],
    }, count


def _without_process(ref: str, process: str) -> dict[str, Any]:
    said = f"The definition has no linked process {process} any more."
    one = {
        "n": 1,
        "kind": "case opened",
        "on": "",
        "subject": process,
        "title": process,
        "said": said,
        "missing": [],
    }
    more: dict[str, Any] = {"edition": "", "deadlines": [], "notices": []}
    return {"ref": ref, "workflow": process, "impossible": [one], **more}


class _Titles:
    """What the things of a replayed case are called, by its new definition or else by its old."""

    def __init__(self, place: Workplace, done: Replay) -> None:
        self.place = place
        self.workflows: Sequence[Workflow] = (done.edition.workflow, done.old.workflow)

    def impossible(self, one: Impossible) -> dict[str, Any]:
        return {
            "n": one.n,
            "kind": one.kind,
            "on": one.on,
            "subject": one.subject,
            "title": self._step(one),
            "said": one.sentence,
            "missing": [n.plain() for n in one.needs],
        }

    def _step(self, one: Impossible) -> str:
        for workflow in self.workflows:
            if one.kind == "transition taken" and one.subject in workflow.transitions:
                return workflow.transitions[one.subject].title
        return KINDS.get(one.kind, one.kind)

    def deadline(self, one: Deadline) -> dict[str, Any]:
        return {
            "timescale": one.timescale,
            "title": self._timescale(one.timescale),
            "of": one.of,
            "of_title": title_of(self.place, one.of),
            "no": one.no,
            "old": one.old and _stands(one.old),
            "new": one.new and _stands(one.new),
        }

    def notice(self, one: Notice) -> dict[str, Any]:
        known = self._notice(one)
        return {
            "timescale": one.timescale,
            "title": self._timescale(one.timescale),
            "of": one.of,
            "of_title": title_of(self.place, one.of),
            "no": one.no,
            "notice": one.notice,
            "kind": known.get("kind", ""),
            "at": known.get("at", one.notice),
            "roles": list(one.roles),
            "old_on": one.old_on,
            "new_on": one.new_on,
        }

    def _timescale(self, name: str) -> str:
        found = (w.timescales[name].title for w in self.workflows if name in w.timescales)
        return next(found, name)

    def _notice(self, one: Notice) -> dict[str, str]:
        for workflow in self.workflows:
            timescale = workflow.timescales.get(one.timescale)
            for notice in timescale.notices if timescale else ():
                if notice.id == one.notice:
                    return {"kind": notice.kind, "at": notice.at}
        return {}


KINDS = {
    "case opened": "Opening the case",
    "answers recorded": "Recording answers",
    "answers corrected": "Putting answers right",
    "step undone": "Setting a step aside",
    "step re-dated": "Giving a step another day",
    "person added": "Adding a person",
    "approval given": "Approving an answer",
    "target set": "Setting a target",
    "delay explained": "Explaining a delay",
    "task closed": "Ending a task",
}
"""What was done by an entry that is no step."""


def _stands(one: Stands) -> dict[str, Any]:
    return one._asdict() | {"missed": one.missed}


def _verdicts(one: Mapping[str, Any]) -> Iterable[str]:
    old, new = one["old"], one["new"]
    if old is None or new is None:
        yield "begun" if old is None else "gone"
    elif any(old[name] != new[name] for name in ("due_on", "due_from", "due_to")):
        yield "other_day"
    elif old["missed"] == new["missed"]:
        yield "other_end"
    was, is_ = bool(old and old["missed"]), bool(new and new["missed"])
    if was != is_:
        yield "now_missed" if is_ else "now_in_time"


def _moved(one: Mapping[str, Any]) -> str:
    if one["old_on"] and one["new_on"]:
        return "other_day"
    return "fired" if one["new_on"] else "not_fired"
