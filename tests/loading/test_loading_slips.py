from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import UsageError
from engine.loading import find
from engine.loading.files import slips
from tests.definitions import SOUND, changed, line_of, mistakes, write
from tests.fuzzing import OVER, broken, is_toml
from tests.overlays import HEAD, OWN


def places(found: list[str]) -> list[str]:
    return [said.split(": ")[0] for said in found]


def test_a_slip_of_form_hides_no_other_mistake_of_its_file(tmp_path: Path) -> None:
    files = changed(
        ('title   = "Notify the Panel"', 'title   = "Notify the Panel'),
        ('who     = "unit"\nonly_if', "who     = unit\nonly_if"),
        ('starts_in  = "reviewing"', 'starts_in  = "reviewin"'),
        ('due        = "every 1 month"', 'dew        = "every 1 month"'),
    )
    assert mistakes(tmp_path, files) == [
        "steps.toml:2: A text has no closing quote on its line. Close it there; a text of several "
        'lines stands between """ and """.',
        "steps.toml:23: This is no value; text stands in quotes, true and false in small letters. "
        'Put it in quotes: who = "unit".',
        'steps.toml:64: A timescale has no key "dew". Did you mean "due"?',
        'steps.toml:65: There is no state "reviewin". Did you mean "reviewing"?',
    ]


def test_two_slips_of_one_table_are_both_told(tmp_path: Path) -> None:
    files = changed(
        ('title   = "national Panel"', 'title   = "national Panel'),
        ("outside = true", "outside = True"),
    )
    assert places(mistakes(tmp_path, files)) == ["process.toml:18", "process.toml:19"]


def test_a_slip_in_the_head_hides_nothing_of_the_tables(tmp_path: Path) -> None:
    files = changed(
        ('edition      = "1"', "edition      = 01"), ("outside = true", "outsid = true")
    )
    assert places(mistakes(tmp_path, files)) == ["process.toml:2", "process.toml:19"]


def test_what_comes_of_a_slip_is_not_told_beside_it(tmp_path: Path) -> None:
    open_list = changed(
        ('kinds = ["local authority", "police"]', 'kinds = [\n  "police"\n  "x"\n]')
    )
    assert places(mistakes(tmp_path / "a", open_list)) == ["process.toml:25"]
    not_closed = changed(('kinds = ["local authority", "police"]', 'kinds = ["police",'))
    assert len(mistakes(tmp_path / "b", not_closed)) == 1
    open_text = changed(('ask    = "Why was it decided so?"', 'ask    = """Why?'))
    assert len(mistakes(tmp_path / "c", open_text)) == 1


@pytest.mark.parametrize(
    "header",
    ["transition.finish]", "[transition.the finish]", "[transition.fin", '"[transition.finish]'],
)
def test_a_table_whose_header_is_spoilt_is_not_unknown_elsewhere(
    tmp_path: Path, header: str
) -> None:
    files = changed(("[transition.finish]", header))
    assert places(mistakes(tmp_path, files)) == ["steps.toml:20"]


def test_a_date_whose_own_table_is_spoilt_is_guessed_where_its_name_is_misspelt(
    tmp_path: Path,
) -> None:
    files = changed(
        ('ask      = "When did the authority become aware?"', "ask      = When?"),
        ('"within 5 working days of aware_on"', '"within 5 working days of awere_on"'),
    )
    told = [said for said in mistakes(tmp_path, files) if "awere_on" in said]
    assert [said.split(": ", 1)[1] for said in told] == [
        'There is no question "awere_on". Did you mean "aware_on"?'
    ]


def test_words_in_place_of_the_name_of_a_date_are_told_with_the_dates_there_are(
    tmp_path: Path,
) -> None:
    files = changed(
        ('"within 5 working days of aware_on"', '"within 5 working days of becoming aware of it"'),
    )
    (said,) = mistakes(tmp_path, files)
    assert said.endswith('There are "aware_on" and "sent_on".')


def test_a_part_of_a_table_that_is_spoilt_is_not_missing_from_it(tmp_path: Path) -> None:
    files = changed(("until     = 2022-08-31", "until     = 31/08/2022"))
    said = mistakes(tmp_path, files)
    assert said == [
        f"steps.toml:{line_of(files, 'steps.toml', 'until ')}: Something follows where the line "
        "should end. A day is written year first, without quotes: 2022-08-31."
    ]


def test_windows_line_ends_change_no_line(tmp_path: Path) -> None:
    files = changed(("outside = true", "outside = True"))
    windows = {name: text.replace("\n", "\r\n").encode() for name, text in files.items()}
    assert places(mistakes(tmp_path, windows)) == ["process.toml:19"]


def test_of_very_many_slips_the_first_ten_are_told_and_nothing_is_made_of_the_rest(
    tmp_path: Path,
) -> None:
    more = "".join(f'[role.r{n}]\ntitle = no\nname = "x"\n' for n in range(50))
    found = mistakes(tmp_path, {**SOUND, "more.toml": more})
    assert places(found) == [f"more.toml:{3 * n + 2}" for n in range(slips.MOST_SLIPS)]


def test_a_file_too_long_to_read_on_tells_its_first_slip(tmp_path: Path) -> None:
    more = "[role.a]\ntitle = no\n[role.b]\ntitle = no\n#" + "x" * slips.LONGEST
    assert places(mistakes(tmp_path, {**SOUND, "more.toml": more})) == ["more.toml:2"]


def test_no_more_is_parsed_behind_slips_than_may_be() -> None:
    table = "[role.r%]\ntitle = no\n" + 'x = "' + '\\"' * 2000 + '"\n'
    text = "".join(table.replace("%", str(n)) for n in range(9))
    spent, rests = 0, []
    for _ in range(60):
        _, rest, spent = slips.go_on(text, spent)
        rests.append(rest)
    assert rests[0] is not None
    assert rests[-1] is None
    assert spent < slips.MOST_PARSED + 60 * len(text)
    again = 0
    for rest in rests:
        _, other, again = slips.go_on(text, again)
        assert other == rest
    assert again == spent


def told_beside(folder: Path, files: dict[str, str], name: str, seed: int) -> list[str]:
    """What is told of sound files in which one line of one is spoilt, but for the slip itself."""
    text = broken(files[name], seed)
    if is_toml(text):
        return []
    found = mistakes(folder, {**files, name: text})
    assert found, text
    assert found[0].split(":")[0].endswith(name)
    return found[1:]


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(sorted(SOUND)), st.integers(0, 10**9))
def test_a_line_that_is_spoilt_makes_no_other_line_a_mistake(
    tmp_path_factory: pytest.TempPathFactory, name: str, seed: int
) -> None:
    folder = tmp_path_factory.mktemp("spoilt") / "sample"
    assert told_beside(folder, SOUND, name, seed) == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("since     = 2022-09-01", "since     = 1 September 2022", "quotes: 2022-09-01."),
        (
            "since     = 2022-09-01",
            'since     = "01/09/2022"',
            "Write since = 2022-09-01, or 2022-01-09 if the month stands first.",
        ),
        (
            "from = 2025-06-01,",
            "from = 01/06/2025,",
            "without quotes: 2025-06-01, or 2025-01-06 if the month stands first.",
        ),
        ("[state.ended]", "[state.the end]", "no spaces; write [state.the_end]."),
        ("[state.ended]", "[state.Ended]", 'Did you mean "ended"?'),
        ("[state.ended]", "[state.ended", "Write [state.ended]."),
        ('edition      = "1"', "edition      = 01", 'in quotes: edition = "01".'),
        ('edition      = "1"', "edition      = 2026-01", 'in quotes: edition = "2026-01".'),
        ('edition      = "1"', "edition      = 2026", 'Write edition = "2026".'),
        ('starts_in  = "reviewing"', 'starts_in  = "Reviewing"', 'Did you mean "reviewing"?'),
        ('title   = "national Panel"', "title   = \u201cPanel\u201d", 'type straight ones: ".'),
        ('title   = "national Panel"', 'title   =\u00a0"Panel"', "type a space."),
        ('title   = "national Panel"', "title   = 'Panel's'", "an apostrophe in double quotes."),
        ('title   = "national Panel"', 'title   = "a "Panel""', "is written \\\", or '."),
        (
            'who  = ["authority", "unit"]',
            'who  = "authority, unit"',
            'Each name has its own quotes: "authority", "unit".',
        ),
        ("outside = true", "outside = yes", "Write outside = true."),
        ("outside = true", "outside: true", 'Write "=", not ":", after outside.'),
        ("outside = true", "outside = true;", 'Take the ";" at its end away.'),
        ("outside = true", 'outside = "True"', "Write outside = true."),
        ("outside = true", "outside = true\n// told", "A comment begins with #."),
        (
            'title = "business unit"',
            'title = "business unit" outside = true',
            "Each key begins a line of its own.",
        ),
        ("since     = 2022-09-01", "since     = 2022-31-08", "without quotes: 2022-08-31."),
        ("from = 2025-06-01,", "from = 2025-31-05,", "without quotes: 2025-05-31."),
        ("since     = 2022-09-01", "since     = 08/31/2022", "without quotes: 2022-08-31."),
        ("[state.ended]", "[state ended]", "A name has no spaces; write [state.ended]."),
        ("[state.ended]", "state.ended]", "Write [state.ended]."),
        ("outside = true", "outside true", 'Write "=" after outside.'),
        ("outside = true", "out side = true", "A key has no spaces; write out_side = ..."),
        ('kinds = ["local authority", "police"]', "kinds = [police]", 'quotes: "police".'),
        (
            'title   = "national Panel"',
            'title   = "Panel\u201d',
            'closing quote is curly, as a word processor makes it; type a straight one: ".',
        ),
        (
            'title   = "national Panel"',
            'title   = "national',
            'Close it there; a text of several lines stands between """ and """.',
        ),
        ('title   = "national Panel"', r'title   = "C:\Users"', 'must be written "\\\\".'),
        ("outside = true", "outside = true\noutside = true", "first is in line 19; take one out."),
    ],
)
def test_what_people_write_is_told_with_what_to_write(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    files = changed((old, new))
    name = next(name for name in files if files[name] != SOUND[name])
    (found,) = mistakes(tmp_path, files)
    line = line_of(SOUND, name, old) + new.count("\n")
    assert found.startswith(f"{name}:{line}: ")
    assert found.endswith(said)


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ('met_by     = ["finish"]', 'met_by     = ["finish"', 'no closing "]".'),
        ('kinds = ["local authority", "police"]', 'kinds = [\n"police",\n', 'no closing "]".'),
        ('kinds = ["local authority", "police"]', 'kinds = ["police"\nx = true', 'closing "]".'),
        ('says = "should", source = "chapter 5" }', 'says = "should"', 'closing "}" on this line.'),
        ('ask    = "Why was it decided so?"', 'ask    = """Why?', "has no closing quotes."),
    ],
)
def test_what_is_not_closed_is_told_where_it_is_opened(
    tmp_path: Path, old: str, new: str, what: str
) -> None:
    files = changed((old, new))
    name = next(name for name in files if files[name] != SOUND[name])
    (found,) = mistakes(tmp_path, files)
    assert found.startswith(f"{name}:{line_of(SOUND, name, old)}: The ")
    assert found.endswith(what)


def test_a_file_copied_onto_its_own_end_is_told_with_where_each_part_stood_first(
    tmp_path: Path,
) -> None:
    files = {**SOUND, "process.toml": SOUND["process.toml"] * 2}
    found = mistakes(tmp_path, files)
    lines, last = SOUND["process.toml"].count("\n"), SOUND["process.toml"].rindex("\ntitle")
    first = SOUND["process.toml"][: last + 1].count("\n") + 1
    assert found[:2] == [
        f"process.toml:{lines + 1}: A key stands twice in this table. "
        f"The first is in line {first}; take one out.",
        f"process.toml:{lines + 11}: This table stands twice in the file. "
        "The first is in line 11; take one out, or give it another name.",
    ]
    assert all("stands twice" in said for said in found)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"PK\x03\x04" + bytes(range(256)), "a word processor's file; save it as plain text"),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 9, "a word processor's file; save it as plain text"),
        (rb"{\rtf1\ansi title = 1}", "a word processor's file; save it as plain text"),
        ("title = 1".encode("utf-16-le"), "is saved as UTF-16; save it as UTF-8"),
        ("title = 1".encode("utf-16-be"), "is saved as UTF-16; save it as UTF-8"),
    ],
)
def test_a_file_that_a_word_processor_saved_is_told_as_what_it_is(
    tmp_path: Path, content: bytes, said: str
) -> None:
    (found,) = mistakes(tmp_path, {**SOUND, "more.toml": content})
    assert found.startswith("more.toml:1: This ")
    assert said in found


def test_each_table_of_a_section_that_is_misspelt_is_told(tmp_path: Path) -> None:
    text = SOUND["process.toml"].replace("[role.", "[roles.")
    found = mistakes(tmp_path, {**SOUND, "process.toml": text})
    assert found == [
        f'process.toml:{line}: A definition has no table "roles". Did you mean "role"?'
        for line in (11, 14, 17)
    ]


def test_a_section_and_a_name_in_capitals_make_no_other_line_a_mistake(tmp_path: Path) -> None:
    files = changed(("[state.ended]", "[State.Ended]"))
    assert mistakes(tmp_path, files) == [
        f"process.toml:{line_of(SOUND, 'process.toml', '[state.ended]')}: "
        'A definition has no table "State". Did you mean "state"?'
    ]


def test_a_file_that_notepad_saved_with_a_mark_is_read_like_any_other(tmp_path: Path) -> None:
    marked = {
        name: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").replace("   = ", "\t= ").encode()
        for name, text in SOUND.items()
    }
    assert mistakes(tmp_path, marked) == []


def test_a_file_in_place_of_its_folder_is_told_with_the_folder(tmp_path: Path) -> None:
    folder = write(tmp_path / "sample", SOUND)
    for file in (folder / "process.toml", folder / "packs" / "letter.toml"):
        with pytest.raises(UsageError) as refused:
            find(file)
        said = f'"{file}" is a file; name the folder in which it is: {folder}'
        assert str(refused.value) == said


@pytest.mark.parametrize("lost", ['extends = "../national', "extends = ../national"])
def test_files_that_may_stand_on_others_are_not_judged_as_if_they_stood_alone(
    tmp_path: Path, lost: str
) -> None:
    write(tmp_path / "national", SOUND)
    own = f'{lost}\nedition = "1 local"\n\n[transition.notify.also]\non_file = ["opinion"]\n'
    assert places(mistakes(tmp_path / "local", {"process.toml": own})) == ["process.toml:1"]


def test_an_edition_that_a_slip_hides_is_not_missing(tmp_path: Path) -> None:
    write(tmp_path / "national", SOUND)
    own = 'extends = "../national"\nedition = 1 local\n[question.form]\nask = "x"\nanswer = "txt"\n'
    assert places(mistakes(tmp_path / "local", {"process.toml": own})) == [
        "process.toml:2",
        "process.toml:5",
    ]


@pytest.mark.parametrize("seed", range(40))
def test_a_line_that_is_spoilt_in_an_overlay_makes_no_other_line_a_mistake(
    tmp_path: Path, seed: int
) -> None:
    write(tmp_path / "national", SOUND)
    files = {"process.toml": HEAD + OWN + OVER}
    assert told_beside(tmp_path / "local", files, "process.toml", seed) == []
