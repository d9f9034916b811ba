"""One event of each type, as the product seals it with a clock and a chance that repeat themselves.

`python -m tests.sealing` keeps those of which no sample in this form is kept yet; it never
replaces one.
"""

from __future__ import annotations

import io
import json
import shutil
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from engine import database
from engine.apply import changes
from engine.apply_clocks import parts
from engine.canonical import event_hash, parse
from engine.case import Given
from engine.decide.steps.taking import Step
from engine.errors import DeliveryError, NotSignedInError, RefusedError
from engine.hooks import flooding
from engine.hooks.flooding import Refusals
from engine.loading import load, sources
from engine.service import (
    breaking,
    cases,
    deliveries,
    editions,
    handing_over,
    outbox,
    people,
    restricting,
    starting,
    ticking,
)
from engine.service.accounts import codes, passwords, signing_in, tokens
from engine.service.bank_holidays import holidays
from engine.service.bank_holidays.almanac import ADDED
from engine.service.bank_holidays.holidays import Holiday
from engine.service.calls import declaring, settling
from engine.service.calls.after import EVERY, After
from engine.service.calls.running import Ran
from engine.service.looking import documents, listing, private
from engine.service.looking.documents import File
from engine.service.packs import posting
from engine.service.trail import sequencing
from engine.service.workplace import By
from engine.store import Store
from tests import moving, reviews
from tests.worlds import BESS, ED, EVE, LEE, SAMPLE, World, given, place_on

KEPT = Path(__file__).with_name("golden") / "events"
BECAUSE = By("bess", reason="it was misread")


def one_of_each(folder: Path) -> dict[str, str]:
    """The sealed text of the first event of each type, in stores that are made in a folder.

    Of what becomes of clocks it is the first event in which that stands.
    """
    found: dict[str, str] = {}
    for name, told in (("sample", _sample), ("review", _review)):
        url = f"sqlite:///{folder / name}.db"
        for text in told(url):
            for part in parts(parse(text)):
                found.setdefault(part["type"], text)
    return found


def sample_of(text: str) -> dict[str, Any]:
    """An event as it is kept: its text, its hash, and all that it does to the rows."""
    made = [
        {"table": table, "key": list(key), "columns": dict(columns), "new": new}
        for table, key, columns, new in changes(parse(text))
    ]
    return {"text": text, "hash": event_hash(text), "changes": made}


def file_of(kind: str, version: int = 1) -> Path:
    """Where the sample of a type of event is kept."""
    return KEPT / f"{kind.replace(' ', '_').replace('-', '')}.{version}.json"


def latest(kind: str) -> int:
    """The number of the latest sample of a type; 0 where there is none."""
    return max((v for v in range(1, 100) if file_of(kind, v).exists()), default=0)


def kept(kind: str) -> dict[str, Any]:
    """The latest sample of a type."""
    found: dict[str, Any] = json.loads(file_of(kind, latest(kind)).read_text(encoding="utf-8"))
    return found


def form(kind: str, text: str) -> Any:
    """What the body of an event, or of a clock in it, is made of: parts and kinds, without what
    they say.
    """
    return _shape(body_of(kind, text))


def body_of(kind: str, text: str) -> dict[str, Any]:
    """The body of an event, or of the first clock of a type in it."""
    body = next(part["body"] for part in parts(parse(text)) if part["type"] == kind)
    return {name: part for name, part in body.items() if name != "type"}


def _shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _shape(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_shape(part) for part in value[:1]]
    return type(value).__name__


def _sample(url: str) -> Iterable[str]:
    database.create(url, "sample", durable=False)
    opened = database.open(url)
    place, clock = place_on(opened)
    world = World(place, clock)
    starting.begin(place)
    people.note_changes(place, "0" * 64, {"bess": {"name": "Bess Sample"}})
    editions.activate(place, BESS, load(SAMPLE), sources(SAMPLE))
    every = (_steps, _linked, _notices, _putting_right, _calendar, _moved, _accounts, _barriers)
    for tell in (*every, _calls):
        tell(world)
    with opened.read() as tx:
        texts = [row[0] for row in tx.rows("SELECT text FROM events ORDER BY rowid")]
    opened.close()
    return texts


def _steps(world: World) -> None:
    ref = world.notified()
    place = world.place
    person, _ = cases.add_person(place, BESS, ref, "child", [Given("name", "Robin Sample")])
    file = File("form.pdf", io.BytesIO(b"The form of the sample case."))
    documents.attach(place, BESS, ref, "form", file)
    world.record(ref, report="The report.")
    cases.approve(place, EVE, ref, "report")
    cases.approve(place, ED, ref, "report")
    cases.correct(place, BECAUSE, ref, given(report="The report, whole."))
    cases.extend(place, BECAUSE, ref, "review", "2026-03-02", "the chair")
    cases.delay(place, BECAUSE, ref, "review", "the Panel")
    documents.erase_person(place, BESS, ref, person, "a court's order")
    private.answers(place, LEE, ref, "to check the rationale")
    listing.find(place, LEE, "report")
    Refusals(place).note("form", flooding.NOT_SIGNED)
    _refuse(lambda: world.take(ref, "publish"))
    by = By("bess", decided_by="lee", evidence="minutes-1")
    missing = world.open(aware_on="2025-12-12")
    done = Step("decide_to_notify", already_done=True, pass_over=True)
    cases.take_step(place, by, missing, done)
    world.record(missing, rationale="It was said in the meeting.")


def _linked(world: World) -> None:
    ref = world.notified()
    linked = world.take(ref, "ask_for_summaries", agencies_asked="police,hospital").opened
    world.take(linked[0], "decline")
    cases.undo(world.place, BECAUSE, linked[0])


def _notices(world: World) -> None:
    ref = world.open(aware_on="2025-12-12", happened_on="2025-12-10")
    lost = world.open(aware_on="2025-12-12")
    with world.place.database.write() as tx:
        tx.run("DELETE FROM deadlines WHERE ref = ?", (lost,))
    # Another process, which has nothing of the case in its memory, finds it so.
    world.place.store = Store(world.place.log, world.place.keys.mac)
    world.clock.go_to("2025-12-22", 9)
    for _ in range(ticking.TRIES):
        ticking.fire_due(world.place)
    outbox.send_waiting(world.place, lambda message: "file: taken", most=3)
    outbox.send_waiting(world.place, _hopeless, most=1)
    with world.place.database.read() as tx:
        sent = tx.rows("SELECT message FROM messages WHERE status = 'sent' ORDER BY message")
    deliveries.settle_delivery(world.place, sent[0][0], "delivered")
    deliveries.settle_delivery(world.place, sent[1][0], "permanent-failure")
    cases.correct(world.place, BECAUSE, ref, given(aware_on="2025-12-11"))
    wanted = handing_over.Handover("lee", "dee", "2025-12-22", "2025-12-24")
    handing_over.note(world.place, BECAUSE, wanted)


def _putting_right(world: World) -> None:
    ref = world.notified(aware_on="2025-12-12")
    step = next(e["n"] for e in reversed(world.events(ref)) if e["type"] == "transition taken")
    cases.redate(world.place, BECAUSE, ref, step, "2025-12-19")
    cases.undo(world.place, BECAUSE, ref)
    other = world.open(aware_on="2025-12-18")
    world.take(other, "start_deciding")
    world.take(other, "decide_not_to_notify", LEE, rationale="Not met.")
    world.take(other, "reopen", LEE, aware_on="2025-12-19")
    again = world.notified(aware_on="2025-12-18")
    world.record(again, agencies_asked="police")
    world.take(again, "ask_for_summaries")
    cases.undo(world.place, BECAUSE, again)


def _moved(world: World) -> None:
    ref = world.notified()
    with tempfile.TemporaryDirectory() as folder:
        moving.another(world, Path(folder), *moving.IN_REVIEW, moving.TWENTY)
    moving.move(world, by=BECAUSE, refs=[ref], states={"reviewing": "in_review"})
    moving.back(world, ref)


def _calendar(world: World) -> None:
    for day in ("2025-12-18", "2025-12-19"):
        world.open(aware_on=day)
    announced = Holiday(ADDED, "2025-12-30", "A one-off day", "2025-12-22", "A sample source")
    holidays.change(world.place, BESS, announced)


def _accounts(world: World) -> None:
    place = world.place
    given_out = tokens.issue(place, LEE, "lee", ("show",), ("incident",), place.today().isoformat())
    passwords.put(place, LEE, "lee", "four plain words for this test")
    signing_in.sign_in(place, "lee", "four plain words for this test")
    _shut_out(lambda: signing_in.sign_in(place, "lee", "another"))
    codes.clear(place, LEE, "lee")
    tokens.revoke(place, LEE, tokens.id_of(given_out), "it was lost")


def _barriers(world: World) -> None:
    place, ref = world.place, world.open(aware_on="2025-12-12")
    world.clock.go_to("2025-12-29")
    ticking.fire_due(place)
    restricting.restrict(place, BECAUSE, ref, ["bess", "lee"])
    world.clock.go_to("2026-01-05")
    breaking.break_glass(place, By("eve", reason="nobody else is there"), ref, _takes)
    world.clock.go_to("2026-01-09")
    breaking.escalate(place)
    restricting.declare(place, BECAUSE, ref, "lee")
    restricting.end(place, BECAUSE, ref, "lee")
    restricting.lift(place, BECAUSE, ref)


def _takes(message: outbox.Outgoing) -> str:
    return "file: taken"


def _calls(world: World) -> None:
    place = world.place
    index = After("index", "incident", (EVERY,), ("/usr/local/lib/casetrail/index",))
    declaring.note(place, [index])
    world.take(world.open(), "start_deciding")
    sequencing.seal_new(place)
    [call] = settling.claim(place, index, 1)
    settling.settle(place, call, Ran("ended with 65", again=False))


def _review(url: str) -> Iterable[str]:
    reviews.make_store(url)
    with reviews.review_on(url) as review:
        review.build()
        paper = File("rapid-review-submission.pdf", io.BytesIO(b"%PDF- What went."))
        posting.sent(
            review.place, reviews.SAM, review.ref, reviews.SUBMISSION, posting.Sending(paper, "it")
        )
        with review.place.database.read() as tx:
            wanted = "SELECT text FROM events WHERE type LIKE 'pack%' OR type = 'exported'"
            return [row[0] for row in tx.rows(wanted)]


def _hopeless(message: outbox.Outgoing) -> str:
    raise DeliveryError("There is no such address.", again=False)


def _shut_out(act: Callable[[], object]) -> None:
    try:
        act()
    except NotSignedInError:
        return
    raise AssertionError("nobody was to be let in")


def _refuse(act: Callable[[], object]) -> None:
    try:
        act()
    except RefusedError:
        return
    raise AssertionError("it was to be refused")


def main() -> None:
    """Keep a sample of every type that has none, and another of every type in a new form."""
    folder = Path(tempfile.mkdtemp())
    KEPT.mkdir(parents=True, exist_ok=True)
    for kind, text in one_of_each(folder).items():
        version = latest(kind)
        if not version or form(kind, text) != form(kind, kept(kind)["text"]):
            sample = json.dumps(sample_of(text), ensure_ascii=False, indent=1, sort_keys=True)
            file_of(kind, version + 1).write_text(f"{sample}\n", encoding="utf-8")
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
