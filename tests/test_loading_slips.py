from __future__ import annotations

from pathlib import Path

from tests.definitions import SOUND, changed, mistakes


def lines(found: list[str]) -> list[str]:
    return [said.split(": ")[0] for said in found]


def test_a_slip_of_form_hides_no_other_mistake_of_its_file(tmp_path: Path) -> None:
    files = changed(
        ('title   = "Notify the Panel"', "title   = \u201cNotify the Panel\u201d"),
        ('from = "referred"\nto   = "ended"', 'from = "referred"\nto   = "endded"'),
        ('who     = "unit"', "who     = unit"),
        ('starts_in  = "reviewing"', 'starts_in  = "reviewin"'),
    )
    assert lines(mistakes(tmp_path, files)) == [
        "steps.toml:2",
        "steps.toml:16",
        "steps.toml:23",
        "steps.toml:65",
    ]


def test_two_slips_of_one_table_are_both_told(tmp_path: Path) -> None:
    files = changed(
        ('title   = "national Panel"', 'title   = "national Panel'),
        ("outside = true", "outside = True"),
    )
    assert lines(mistakes(tmp_path, files)) == ["process.toml:18", "process.toml:19"]


def test_what_comes_of_a_slip_is_not_told_beside_it(tmp_path: Path) -> None:
    open_list = changed(
        ('kinds = ["local authority", "police"]', 'kinds = [\n  "police"\n  "x"\n]')
    )
    assert lines(mistakes(tmp_path / "a", open_list)) == ["process.toml:25"]
    not_closed = changed(('kinds = ["local authority", "police"]', 'kinds = ["police",'))
    assert len(mistakes(tmp_path / "b", not_closed)) == 1
    open_text = changed(('ask    = "Why was it decided so?"', 'ask    = """Why?'))
    assert len(mistakes(tmp_path / "c", open_text)) == 1


def test_a_table_lost_to_a_slip_is_not_unknown_elsewhere(tmp_path: Path) -> None:
    files = changed(("[transition.finish]", "[transition.the finish]"))
    said = mistakes(tmp_path, {n: t.replace('"finish"', '"the_finish"') for n, t in files.items()})
    assert lines(said) == ["steps.toml:20"]


def test_a_slip_in_each_table_is_told_and_nothing_comes_of_it(tmp_path: Path) -> None:
    for name, text in SOUND.items():
        written = text.split("\n")
        for at, line in enumerate(written):
            if " = " in line and not line.startswith(" "):
                slipped = [*written[:at], line.replace(" = ", "   ", 1), *written[at + 1 :]]
                said = mistakes(tmp_path, {**SOUND, name: "\n".join(slipped)})
                assert len(said) == 1, said


def test_curly_quotes_are_told_as_such(tmp_path: Path) -> None:
    files = changed(('title   = "Notify the Panel"', "title   = \u201cNotify the Panel\u201d"))
    (said,) = mistakes(tmp_path, files)
    assert said.startswith("steps.toml:2: ")
    assert said.endswith(
        "These quotes are curly, as a word processor makes them; type straight ones."
    )
