"""How people wish to be told, as config.toml says it and as it may say it wrongly."""

from __future__ import annotations

from datetime import time
from pathlib import Path

import pytest

from engine.directory import directory_digest, directory_plain
from engine.preferences import NOTHING_SAID, Preference, Quiet
from tests.partnership import BASE, refusal, settings

ROBIN = 'name = "Robin Example"\n'
SMTP = '[notify.smtp]\nhost = "mail.example"\nfrom = "casetrail@a.example"\n'


def said(*lines: str, tables: str = "") -> str:
    """The base with what Robin says, who stands in lines 24 to 26."""
    assert BASE.count(ROBIN) == 1
    return BASE.replace(ROBIN, ROBIN + "".join(f"{line}\n" for line in lines)) + tables


def test_wishes_are_read(tmp_path: Path) -> None:
    text = said(
        'mail = "robin@council.example"',
        'by = "smtp"',
        'also = ["file"]',
        'address = { smtp = "robin@home.example" }',
        'digest = "daily 08:30"',
        'quiet = { from = "18:00", to = "08:00", days_off = true }',
        tables=SMTP,
    )
    found = settings(tmp_path, text).directory
    assert found.preference("robin") == Preference(
        by="smtp",
        also=("file",),
        addresses={"smtp": "robin@home.example"},
        digest="08:30",
        quiet=Quiet(time(18), time(8), days_off=True),
    )
    assert found.preference("avery") == NOTHING_SAID
    assert found.people["robin"].mail == "robin@council.example"


def test_wishes_are_on_record_with_the_people_and_nothing_is_where_there_are_none(
    tmp_path: Path,
) -> None:
    plain, wished = (
        settings(tmp_path, text).directory for text in (BASE, said("quiet = { days_off = true }"))
    )
    assert directory_digest(plain) != directory_digest(wished)
    assert "told" not in directory_plain(plain)["robin"]
    assert directory_plain(wished)["robin"]["told"]["days_off"] == 1


MISTAKES = {
    "a notifier that there is not": (
        ['by = "smpt"'],
        '27: "by" names "smpt", but there is no such notifier. Did you mean "smtp"?',
    ),
    "another that there is not": (
        ['also = ["fiel"]'],
        '27: "also" names "fiel", but there is no such notifier. Did you mean "file"?',
    ),
    "an address for none": (
        ['address = { pigeon = "loft 3" }'],
        '27: "address" names "pigeon", but there is no such notifier.',
    ),
    "a notifier of which nothing is said": (
        ['by = "smtp"', 'mail = "robin@council.example"'],
        '27: "by" names "smtp", but nothing is said of it. Add [notify.smtp] with what it needs, '
        "or name another notifier.",
    ),
    "the same notifier twice": (
        ['also = ["file"]'],
        '27: "also" names a notifier that tells them already; leave it out.',
    ),
    "no list": (
        ['also = "console"'],
        '27: "also" must be a list such as ["chat"], not text.',
    ),
    "a wrong mail address": (
        ['address = { smtp = "Robin" }'],
        '27: "address" for smtp cannot be "Robin"; write one plain address, as in '
        "avery@council.example.",
    ),
    "quiet all day": (
        ['quiet = { from = "08:00", to = "08:00" }'],
        '27: "quiet" would last all day; leave an hour at which they can be told.',
    ),
    "quiet without an end": (
        ['quiet = { from = "18:00" }'],
        '27: "quiet" needs both "from" and "to", as { from = "18:00", to = "08:00", days_off = '
        "true }.",
    ),
    "quiet at no time": (
        ['quiet = { from = "18:00", to = "24:00" }'],
        '27: "quiet" has "24:00", which is no time of day such as "18:00".',
    ),
    "quiet with another key": (
        ["quiet = { weekends = true }"],
        '27: "quiet" has no key "weekends"; write it as { from = "18:00", to = "08:00", '
        "days_off = true }.",
    ),
    "quiet of some kind": (
        ['quiet = { days_off = "yes" }'],
        '27: "quiet" has a days_off that is not true or false.',
    ),
    "a digest of another kind": (
        ['digest = "weekly"'],
        '27: "digest" cannot be "weekly"; write "hourly" or "daily 08:30".',
    ),
    "a digest in the quiet": (
        ['digest = "daily 07:00"', 'quiet = { from = "18:00", to = "08:00" }'],
        '27: "digest" goes out at 07:00, when "quiet" says not to; choose another hour.',
    ),
    "no address for mail": (
        ['also = ["smtp"]'],
        '24: "mail" is missing of "robin", who is told by mail. Write mail = "..." below their id.',
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_wrong_wish_is_told_with_its_line(name: str, tmp_path: Path) -> None:
    lines, expected = MISTAKES[name]
    tables = SMTP if "smtp" in lines[0] and "by" not in lines[0] else ""
    [told] = refusal(tmp_path, said(*lines, tables=tables))
    assert told.startswith(f"config.toml:{expected}"), told
