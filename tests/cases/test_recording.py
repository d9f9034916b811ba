from __future__ import annotations

import io
from pathlib import Path

import pytest

from engine.case import Given
from engine.errors import RefusedError
from engine.service import cases
from engine.service.changing import Outcome
from engine.service.looking import documents, reading
from engine.service.looking.documents import File
from engine.service.workplace import By
from tests.worlds import BESS, World, given


def needs(error: pytest.ExceptionInfo[RefusedError]) -> str:
    return "\n".join(f"{need.what} [{need.how}]" for need in error.value.unmet)


def silence(asked_on: str = "", no: int = 0) -> list[Given]:
    return [Given("opinion", None, "police", no, "no reply", asked_on=asked_on)]


def test_nobody_failed_to_reply_who_is_not_on_record_as_asked(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    with pytest.raises(RefusedError) as error:
        cases.record(world.place, BESS, ref, silence())
    assert "opinion/police is not on record as asked" in needs(error)
    assert "record --no-reply opinion/police=DAY" in error.value.unmet[0].how
    cases.record(world.place, BESS, ref, silence("2025-12-11"))
    shown = reading.show(world.place, BESS, ref)["answers"]
    assert [a["asked_on"] for a in shown if a["question"] == "opinion"] == ["2025-12-11"]


def test_a_silence_keeps_the_day_of_the_asking_before_it(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    asked = Given("opinion", None, "police", status="asked")
    cases.record(world.place, By("bess", on="2025-12-11"), ref, [asked])
    with pytest.raises(RefusedError) as error:
        cases.record(world.place, By("bess", on="2025-12-10"), ref, silence())
    assert "was asked on 11 December 2025, and this happened on 10 December 2025" in needs(error)
    cases.record(world.place, BESS, ref, silence())
    shown = reading.show(world.place, BESS, ref)["answers"]
    assert [a["asked_on"] for a in shown if a["question"] == "opinion"] == ["2025-12-11"]


@pytest.mark.parametrize("day", ["2025-12-16", "2025-12"])
def test_the_day_of_an_asking_is_a_day_that_has_come(world: World, day: str) -> None:
    ref = world.open()
    for status in ("asked", "no reply"):
        given_ = Given("opinion", None, "police", status=status, asked_on=day)
        with pytest.raises(RefusedError) as error:
            cases.record(world.place, BESS, ref, [given_])
        assert "was asked on" in needs(error)


def test_an_answer_is_not_replaced_by_having_been_asked(world: World) -> None:
    ref = world.open()
    world.take(ref, "start_deciding")
    world.opinions(ref)
    for one in (silence("2025-12-11"), [Given("opinion", None, "police", status="asked")]):
        with pytest.raises(RefusedError) as error:
            cases.record(world.place, BESS, ref, one)
        assert "is already answered" in needs(error)


def test_an_answer_or_a_document_recorded_more_than_two_working_days_later_is_marked_late(
    world: World,
) -> None:
    place, refs = world.place, (world.notified(), world.notified())
    world.clock.go_to("2025-12-24")

    def late(kind: str, made: Outcome) -> int:
        return int(next(e for e in made.events if e["type"] == kind)["body"]["late"])

    for ref, on, expected in zip(refs, ("2025-12-19", "2025-12-22"), (1, 0), strict=True):
        by, paper = By("bess", on=on, reason="it was misread"), File("a.pdf", io.BytesIO(b"A"))
        recorded = cases.record(place, by, ref, given(happened_on="2025-12-10"))
        assert late("answers recorded", recorded) == expected
        corrected = cases.correct(place, by, ref, given(happened_on="2025-12-09"))
        assert late("answers corrected", corrected) == expected
        attached = documents.attach(place, by, ref, "form", paper)
        assert late("document attached", attached) == expected


class Growing(io.FileIO):
    """A file on a disk to which somebody writes while it is read."""

    def read(self, size: int | None = -1) -> bytes:
        piece = super().read(size)
        if b"form" in piece:
            with open(self.name, "ab") as file:
                file.write(b"more")
        return piece


class Torn(io.BytesIO):
    """A file that a disk cannot give to its end."""

    def read(self, size: int | None = -1) -> bytes:
        raise OSError(5, "Input/output error")


def test_a_file_that_is_not_whole_is_refused_and_leaves_nothing(
    world: World, tmp_path: Path
) -> None:
    ref = world.notified()
    before = world.events(ref)
    (tmp_path / "form.pdf").write_bytes(b"The form.")
    (tmp_path / "none.pdf").write_bytes(b"")
    for source, sentence in (
        (io.BytesIO(b""), "The file is empty"),
        ((tmp_path / "none.pdf").open("rb"), "The file is empty"),
        (Growing(tmp_path / "form.pdf"), "was changed while it was read"),
        (Torn(), r"cannot be read to its end \(Input/output error\)"),
    ):
        with source, pytest.raises(RefusedError, match=sentence):
            documents.attach(world.place, BESS, ref, "form", File("form.pdf", source))
    assert world.events(ref) == before
    with world.place.database.read() as tx:
        assert tx.row("SELECT count(*) FROM chunks") == (0,)
    with (tmp_path / "form.pdf").open("rb") as source:
        documents.attach(world.place, BESS, ref, "form", File("form.pdf", source))
    assert world.verdict().problems == []
