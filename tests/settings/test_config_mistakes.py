from __future__ import annotations

from pathlib import Path

import hypothesis
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fuzzing import broken, is_toml
from tests.partnership import BASE, NAMES, edited, refusal, settings

MISTAKES = {
    "a key": (
        ('name = "Sample Safe', 'nmae = "Sample Safe'),
        '3: [partnership] has no key "nmae". Did you mean "name"?',
    ),
    "a table": (
        ("[store]", "[stroe]"),
        '4: This file has no key "stroe". Did you mean "store"?',
    ),
    "a table that is missing": (
        ('[fallback]\n"any role" = "robin"\n', "[fallbacks]\n"),
        '41: This file has no key "fallbacks". Did you mean "fallback"?',
    ),
    "a key that is missing": (
        ('keys     = "casetrail.keys"\n', ""),
        '4: [store] has no "keys". Write keys = "casetrail.keys".',
    ),
    "an id that is missing": (
        ('[[person]]\nid   = "robin"\n', "[[person]]\n"),
        '24: [[person]] has no "id". Write id = "..." by which the other tables name them.',
    ),
    "a number for text": (
        ('"Robin Example"', "7"),
        '26: "name" must be text in quotes, not a number.',
    ),
    "true for text": (
        ('"Director"', "true"),
        '21: "post" must be text in quotes, not true or false.',
    ),
    "nothing for text": (
        ('"Director"', '" "'),
        '21: "post" is empty; write something or leave it out.',
    ),
    "two lines": (
        ('"Director"', '"Director\\nof much"'),
        '21: "post" must be one line of at most 200 characters.',
    ),
    "a control character": (
        ('"Director"', '"Dir\\u0007ector"'),
        '21: "post" is at fault: The text holds a control character, U+0007 at character 4; '
        "remove it and try again.",
    ),
    "a table for a list": (
        ("[[absence]]", "[absence]"),
        "37: Write [[absence]] with two brackets, anew above each of them.",
    ),
    "a list for a table": (
        ("[fallback]", "[[fallback]]"),
        "41: [fallback] must be a table, not a list.",
    ),
    "a table that nobody knows": (
        ('[[absence]]\nperson = "avery"\nfrom   = 2025-08-01\nto     = 2025-08-15', "[x]"),
        '37: This file has no key "x". It may have partnership, store, notify, names, openid, '
        "inbox, break_glass, agency, person, appointment, absence, hook, after and fallback.",
    ),
    "the partnership's id": (
        ('"sample"', '"Sample Council"'),
        '2: "id" cannot be "Sample Council"; use 2 to 40 small letters, digits and "-", as in '
        '"sample".',
    ),
    "a person's id": (
        ('id   = "robin"', 'id   = "Robin!"'),
        '25: "id" cannot be "Robin!"; use at most 40 small letters, digits, "-" and "_", and begin '
        "with a letter.",
    ),
    "an id used twice": (
        (
            '[[person]]\nid   = "robin"',
            '[[person]]\nid = "robin"\nname = "R"\n[[person]]\nid = "robin"',
        ),
        '28: Another [[person]] has the id "robin"; give each its own.',
    ),
    "an account used twice": (
        ('name = "Robin Example"', 'name = "Robin Example"\naccount = "aexample"'),
        '27: Another [[person]] has the account "aexample"; give each its own.',
    ),
    "an agency nobody knows": (
        ('agency = "council"', 'agency = "counsil"'),
        '30: "agency" is "counsil", but no [[agency]] has that id. Did you mean "council"?',
    ),
    "a contact nobody knows": (
        ('contact = "avery"', 'contact = "averi"'),
        '16: "contact" is "averi", but no [[person]] has that id. Did you mean "avery"?',
    ),
    "an absence of somebody nobody knows": (
        ('[[absence]]\nperson = "avery"', '[[absence]]\nperson = "zoe"'),
        '38: "person" is "zoe", but no [[person]] has that id. There are "avery" and "robin".',
    ),
    "a fallback nobody knows": (
        ('"any role" = "robin"', '"any role" = "robyn"'),
        '42: "any role" is "robyn", but no [[person]] has that id. Did you mean "robin"?',
    ),
    "the fallback of any role": (
        ('"any role" =', "any_role ="),
        '42: [fallback] has no key "any_role". Did you mean "any role"?',
    ),
    "a role": (
        ('role   = "local_authority"', 'role   = "local authority"'),
        '29: "role" cannot be "local authority"; use the name that the role has in the definition.',
    ),
    "a deputy of nobody": (
        ('role       = "local_authority"', 'role       = "executive"'),
        '36: "deputy_for" is "avery", who has no appointment of their own as "executive".',
    ),
    "a deputy of themselves": (
        ('deputy_for = "avery"', 'deputy_for = "robin"'),
        '36: "deputy_for" is the deputy; name whom they stand for.',
    ),
    "a day in quotes": (
        ("from   = 2024-01-01", 'from   = "2024-01-01"'),
        '31: "from" must be a day as YYYY-MM-DD, without quotes, not text.',
    ),
    "a moment": (
        ("from   = 2024-01-01", "from   = 2024-01-01T09:00:00"),
        '31: "from" must be a day as YYYY-MM-DD, without quotes, not a date or time.',
    ),
    "a year": (
        ("from   = 2024-01-01", "from   = 0204-01-01"),
        '31: "from" must be in the years 1900 to 2199; check the year.',
    ),
    "an end before the beginning": (
        ("to     = 2025-08-15", "to     = 2025-07-31"),
        '40: "to" is before "from"; give 2025-08-01 or a later day.',
    ),
    "an address": (
        ("avery@council.example", "Avery <avery@council.example>"),
        '22: "mail" cannot be "Avery <avery@council.example>"; write one plain address, as in '
        "avery@council.example.",
    ),
    "a database without a file": (
        ("sqlite:///casetrail.db", "sqlite:///"),
        '5: "database" must name a file after "sqlite:///": "sqlite:///casetrail.db".',
    ),
    "a database in memory": (
        ("sqlite:///casetrail.db", "sqlite:///:memory:"),
        '5: "database" must name a file after "sqlite:///": "sqlite:///casetrail.db".',
    ),
    "a home": (
        ('"casetrail.keys"', '"~/casetrail.keys"'),
        '6: "keys" cannot begin with "~"; write the whole path.',
    ),
    "a link": (
        ('link = ""', 'link = "casetrail.example"'),
        '9: "link" must begin "https://" or "http://", or be "" for no link.',
    ),
    "a notifier": (
        ('by   = "file"', 'by   = "flie"'),
        '8: "by" is "flie", but there is no such notifier. Did you mean "file"?',
    ),
    "a notifier's table": (
        ("[notify.file]", "[notify.flie]"),
        '10: There is no notifier for the table [notify.flie]. Did you mean "file"?',
    ),
    "a notifier's key in the wrong table": (
        ('link = ""', 'folder = "messages"'),
        '9: [notify] has no key "folder". What a notifier is told stands below its own name, as in '
        "[notify.file].",
    ),
    "somebody told by mail without an address": (
        ('by   = "file"', 'by   = "smtp"'),
        '24: "mail" is missing of "robin", who is told by mail. Write mail = "..." below their id.',
    ),
    "a file of names that is not there": (
        ("[fallback]", '[names]\nfile = "nmaes.toml"\n[fallback]'),
        '42: "file" is "nmaes.toml", but there is no such file.',
    ),
    "a text that is not closed": (
        ('"Director"', '"Director'),
        "21: A text has no closing quote on its line. Close it there; a text of several lines "
        'stands between """ and """.',
    ),
    "a key twice": (
        ('post    = "Director"', 'name    = "Director"'),
        "21: A key stands twice in this table. The first is in line 20; take one out.",
    ),
    "a day as it is written by hand": (
        ('post    = "Director"', "from    = 01/07/2022"),
        "21: Something follows where the line should end. A day is written year first, without "
        "quotes: 2022-07-01, or 2022-01-07 if the month stands first.",
    ),
    "a text without quotes": (
        ('post    = "Director"', "post    = Director"),
        "21: This is no value; text stands in quotes, true and false in small letters. Put it in "
        'quotes: post = "Director".',
    ),
    "dots without end": (
        ("[store]", "a" + ".a" * 101 + " = 1\n[store]"),
        "4: This line has too many dots; break it up.",
    ),
    "a number without end": (
        ("[store]", f"x = {'9' * 5000}\n[store]"),
        "1: A number in this file has too many digits.",
    ),
    "lists without end": (
        ("[store]", f"x = {'[' * 5000}\n[store]"),
        "1: Lists or tables are nested too deeply in this file.",
    ),
    "a key that would disguise the message": (
        ("[store]", '[store]\n"a\\u001b[2K\\nb" = 1'),
        '5: [store] has no key "a?[2K?b". There are "database" and "keys".',
    ),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_told_with_its_line_in_one_sentence(tmp_path: Path, mistake: str) -> None:
    (old, new), sentence = MISTAKES[mistake]

    assert refusal(tmp_path, edited(old, new)) == [f"config.toml:{sentence}"]


def test_all_mistakes_of_both_files_are_told_in_one_reading(tmp_path: Path) -> None:
    text = BASE.replace("sample", "X").replace("Avery Example", "").replace("2025-08-15", "1")
    text = text.replace("2024-12-31", "2023-12-31") + '[names]\nfile = "names.toml"\n'

    assert refusal(tmp_path, text, NAMES.replace("2021-01-01", "2021")) == [
        'config.toml:2: "id" cannot be "X"; use 2 to 40 small letters, digits and "-", as in '
        '"sample".',
        'config.toml:20: "name" is empty; write something or leave it out.',
        'config.toml:32: "to" is before "from"; give 2024-01-01 or a later day.',
        'config.toml:40: "to" must be a day as YYYY-MM-DD, without quotes, not a number.',
        'names.toml:5: "from" must be a day as YYYY-MM-DD, without quotes, not a number.',
    ]


def test_slips_of_form_hide_no_other_mistake_and_make_up_none(tmp_path: Path) -> None:
    text = (
        edited('name    = "Avery Example"', "name    = \u201cAvery Example\u201d")
        .replace('"Robin Example"', "Robin Example")
        .replace("[store]", "[store")
        .replace('role   = "local_authority"\nagency = "council"', 'rol    = "local_authority"')
        .replace("2025-08-15", "15/08/2025")
        .replace('contact = "avery"', 'contact = "nobody"\nkindd = "police"')
    )

    assert refusal(tmp_path, text + '[names]\nfile = "names.toml"\n', "[[names]]\nfrom = \n") == [
        'config.toml:4: The name of a table is not followed by "]". Write [store].',
        'config.toml:17: [[agency]] has no key "kindd". Did you mean "kind"?',
        "config.toml:21: This is no value; text stands in quotes, true and false in small letters. "
        'These quotes are curly, as a word processor makes them; type straight ones: ".',
        "config.toml:27: This is no value; text stands in quotes, true and false in small letters. "
        'Put it in quotes: name = "Robin Example".',
        'config.toml:30: [[appointment]] has no key "rol". Did you mean "role"?',
        "config.toml:40: Something follows where the line should end. A day is written year first, "
        "without quotes: 2025-08-15.",
        "names.toml:2: This is no value; text stands in quotes, true and false in small letters.",
    ]


def test_a_name_that_no_table_has_is_told_beside_a_slip_of_another_kind_of_table(
    tmp_path: Path,
) -> None:
    text = edited('contact = "avery"', 'contact = "averry"').replace('"casetrail.keys"', "keys")

    assert [said.split(":")[1] for said in refusal(tmp_path, text)] == ["6", "16"]


@hypothesis.settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**9))
def test_a_line_that_is_spoilt_makes_no_other_line_a_mistake(
    tmp_path_factory: pytest.TempPathFactory, seed: int
) -> None:
    text = broken(BASE, seed)
    if not is_toml(text):
        (said,) = refusal(tmp_path_factory.mktemp("spoilt"), text)
        assert said.startswith("config.toml:")


def test_where_a_database_is_stands_in_no_message_though_its_quotes_are_forgotten(
    tmp_path: Path,
) -> None:
    url = "postgresql://casetrail:hidden@localhost/cases"
    (said,) = refusal(tmp_path, edited('"sqlite:///casetrail.db"', url))

    assert said.endswith('Put it in quotes: database = "...".')


def test_an_empty_file_is_told_what_it_needs(tmp_path: Path) -> None:
    assert refusal(tmp_path, "") == [
        'config.toml:1: This file has no "partnership". Add [partnership] with an id and a name.',
        'config.toml:1: This file has no "store". Add [store] with a database and keys.',
        'config.toml:1: This file has no "notify". Add [notify] with by = "file".',
    ]


def test_an_unreadable_id_hides_no_other_mistake_and_makes_up_none(tmp_path: Path) -> None:
    text = edited('id      = "avery"', 'idd     = "avery"').replace('"Director"', "1")

    assert refusal(tmp_path, text) == [
        'config.toml:19: [[person]] has no key "idd". Did you mean "id"?',
        'config.toml:21: "post" must be text in quotes, not a number.',
    ]


@pytest.mark.parametrize("name", ["agency", "person"])
def test_a_list_that_is_called_wrongly_is_one_mistake(tmp_path: Path, name: str) -> None:
    line = BASE[: BASE.index(f"[[{name}]]")].count("\n") + 1

    assert refusal(tmp_path, BASE.replace(f"[[{name}]]", f"[[{name}s]]")) == [
        f'config.toml:{line}: This file has no key "{name}s". Did you mean "{name}"?'
    ]


def test_whoever_is_ended_needs_no_address(tmp_path: Path) -> None:
    text = edited('by   = "file"', 'by   = "smtp"').replace(
        'mail    = "avery@council.example"\n', ""
    )
    text = text.replace('contact = "avery"\n', "")
    text = text.replace('name = "Robin', 'mail = "robin@council.example"\nname = "Robin')

    assert settings(tmp_path, text).directory.people["avery"].mail == ""


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "[[names]]\nfrom  = 2024-01-01\n",
            "[[name]]\n[[names]]\n",
            '1: This file has no key "name". Did you mean "names"?',
        ),
        (
            'words = { "review group" = "Case Review Panel" }',
            'word = { a = "b" }',
            '3: [[names]] has no key "word". Did you mean "words"?',
        ),
        (
            'words = { "review group" = "Case Review Panel" }',
            "words = {}",
            '3: "words" must be a table of phrases and names, as '
            '{ "review group" = "Review Advisory Group" }.',
        ),
        (
            "from  = 2021-01-01",
            "from  = 2021-01-01\nto = 2024-01-01",
            '6: "to" must be before 2024-01-01, when the next names begin.',
        ),
        (
            "from  = 2021-01-01",
            "from  = 2024-01-01",
            "4: Other names begin on the same day; put the two together.",
        ),
        (
            "from  = 2021-01-01",
            "from  = 2021-01-01\nto = 2020-01-01",
            '6: "to" is before "from"; give 2021-01-01 or a later day.',
        ),
    ],
)
def test_a_mistake_among_the_names_is_told_with_its_own_file(
    tmp_path: Path, old: str, new: str, sentence: str
) -> None:
    assert NAMES.count(old) == 1

    found = refusal(tmp_path, BASE + '[names]\nfile = "names.toml"\n', NAMES.replace(old, new))

    assert found == [f"names.toml:{sentence}"]
