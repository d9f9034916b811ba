"""What tests of packs look at: an archive's files, the versions of a case, all that was sealed."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Mapping

from engine.case import Given
from engine.definition import Workflow
from engine.service import access, cases
from engine.service.looking.documents import File
from engine.service.packs import following, gathering, packing
from engine.service.packs.packing import Built
from engine.service.packs.posting import Sending
from engine.service.workplace import By
from tests.reviews import SAM, SUBMISSION, Review
from tests.stories import PROCESS

SENT_TO = "Robin Recipient of the national Panel"


def unpacked(built: Built) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(built.content)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def packs(review: Review, pack: str = SUBMISSION) -> list[tuple[int, str]]:
    found = packing.listed(review.place, SAM, review.ref)
    [one] = [one for one in found if one["pack"] == pack]
    return [(version["no"], version["status"]) for version in one["versions"]]


def rebuild(review: Review) -> packing.Rebuilt:
    """What a tick does to packs that are out of date."""
    return packing.rebuild(review.place, following.out_of_date(review.place))


def logged(review: Review) -> list[Mapping[str, object]]:
    with review.place.database.read() as tx:
        texts = review.place.store.events(tx, access.STREAM)
    return [json.loads(text) for text in texts]


def everything_sealed(review: Review) -> str:
    with review.place.database.read() as tx:
        rows = tx.rows('SELECT "text" FROM "events" ORDER BY "stream", "n"')
        told = tx.rows('SELECT "what" FROM "messages"')
        left = tx.rows('SELECT "what" FROM "tasks"')
    return "\n".join(str(row[0]) for row in (*rows, *told, *left))


def workflow_of(review: Review) -> Workflow:
    return gathering.gather(review.place, SAM, review.ref, SUBMISSION).own.workflow


def new_case(review: Review) -> str:
    asked = {
        "place_of_incident": "in our area",
        "place_of_residence": "in our area",
        "referred_on": "2026-01-06",
    }
    given = [Given(name, value) for name, value in asked.items()]
    return cases.open_new(review.place, SAM, PROCESS.name, given).ref


def send(review: Review, content: bytes, name: str = "sent.zip", **more: object) -> packing.Posted:
    by = By("sam", on=str(more.get("on", "2026-01-07")))
    receipt = more.get("receipt")
    shown = (
        File("receipt of Robin.txt", io.BytesIO(receipt)) if isinstance(receipt, bytes) else None
    )
    sending = Sending(File(name, io.BytesIO(content)), SENT_TO, shown, more.get("other") is True)
    pack = str(more.get("pack", SUBMISSION))
    return packing.sent(review.place, by, review.ref, pack, sending)
