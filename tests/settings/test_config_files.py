from __future__ import annotations

import random
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import kinds, read
from engine.errors import ConfigError
from notifiers.message import is_mail_address
from tests.partnership import BASE, NAMES, settings


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("partnership")


def test_a_missing_file_is_told_how_to_make_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)

    with pytest.raises(ConfigError) as refused:
        read(Path("config.toml"))
    assert str(refused.value) == (
        "There is no config.toml here; `casetrail init` makes one, or give --config."
    )
    with pytest.raises(ConfigError, match=f"There is no {tmp_path}/other.toml; `casetrail init`"):
        read(tmp_path / "other.toml")


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot be read \(Is a directory\)"):
        read(tmp_path)
    with pytest.raises(ConfigError, match="cannot be read"):
        read(tmp_path / "config\0.toml")
    loop = tmp_path / "loop.toml"
    loop.symlink_to(loop)
    with pytest.raises(ConfigError, match="cannot be read"):
        read(loop)


def test_a_file_of_ten_megabytes_is_refused_without_reading_it(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(b"#" * 10_000_000)

    with pytest.raises(ConfigError, match=r"config.toml:1: This file is larger than 512 kB; "):
        read(file)
    with pytest.raises(ConfigError, match="/dev/zero:1: This is no file but a pipe or a device; "):
        read(Path("/dev/zero"))


def test_a_character_that_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_bytes(BASE.replace("Robin E", "Zo\u00eb E").encode("latin-1"))

    with pytest.raises(ConfigError) as refused:
        read(file)
    assert str(refused.value) == (
        "config.toml:26: This line has a character that is not UTF-8; save the file as UTF-8."
    )


TOKENS = [
    "[", "]", "[[", "]]", "{", "}", "=", ",", ".", '"', '"""', "'", "#", "\n", "\\", "\0", "\ufeff",
    "\r", "é", "1", "-1", "1e400", "nan", "true", "2025-13-01", "2025-01-01", "9999-12-31",
    "0001-01-01", "09:00:00", "[]", "{}", '""', '"\\u0000"', '"x" = 1', "[person]", "[[person]]",
    "[names]\nfile = \".\"\n",
    "[names]\nfile = \"names.toml\"\n", '[[notify]]\n', "a.b.c = {d = [{}]}",
    '"\\u001b\\n" = 1', '"any role"', "9" * 5000, "\U0001f600", '"\\ud800"',
]  # fmt: skip


def mutated(text: str, seed: int) -> str:
    dice = random.Random(seed)
    for _ in range(dice.randrange(1, 8)):
        start = dice.randrange(len(text) + 1)
        match dice.randrange(5):
            case 0:
                text = text[:start] + dice.choice(TOKENS) + text[start:]
            case 1:
                text = text[:start] + text[start + dice.randrange(1, 40) :]
            case 2:
                lines = text.split("\n")
                dice.shuffle(lines)
                text = "\n".join(lines)
            case 3:
                lines = text.split("\n")
                lines.insert(dice.randrange(len(lines)), dice.choice(lines))
                text = "\n".join(lines)
            case _:
                words = text.split(" ")
                words[dice.randrange(len(words))] = dice.choice([*TOKENS, *words])
                text = " ".join(words)
    return text


@given(st.integers(0, 2**32), st.booleans())
def test_no_file_raises_anything_but_a_config_error(folder: Path, seed: int, own: bool) -> None:
    text = mutated(BASE + '[names]\nfile = "names.toml"\n', seed) if not own else BASE
    names = mutated(NAMES, seed) if own else NAMES
    text = text + '[names]\nfile = "names.toml"\n' if own else text

    try:
        found = settings(folder, text, names)
    except ConfigError as error:
        for line in str(error).split("\n"):
            file, number, problem = line.split(":", 2)
            assert file in ("config.toml", "names.toml")
            assert 1 <= int(number) <= (names if file == "names.toml" else text).count("\n") + 1
            assert problem.endswith((".", "?"))
            assert problem.isprintable()
    else:
        assert found.log


values = st.recursive(
    st.sampled_from(['"avery"', '"x"', '""', "1", "1.5", "true", "2025-01-01", "09:00:00"]),
    lambda inner: (
        st.lists(inner, max_size=2).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(inner, max_size=2).map(
            lambda items: f"{{{', '.join(f'k{n} = {item}' for n, item in enumerate(items))}}}"
        )
    ),
    max_leaves=4,
)


@given(st.integers(0, BASE.count(" = ") - 1), values)
def test_any_value_in_any_place_is_read_or_refused(folder: Path, place: int, value: str) -> None:
    lines = BASE.split("\n")
    number = [n for n, line in enumerate(lines) if " = " in line][place]
    lines[number] = f"{lines[number].split(' = ')[0]} = {value}"

    with suppress(ConfigError):
        assert settings(folder, "\n".join(lines)).folder == folder


@given(st.from_regex(r"[^\n]{0,30}@?[^\n]{0,30}", fullmatch=True))
def test_an_address_that_is_taken_is_one_that_a_notifier_takes(text: str) -> None:
    try:
        found = kinds.mail(text)
    except kinds.WrongValueError:
        return
    assert is_mail_address(found)


@given(st.from_regex(r"[a-z0-9.+-]{1,20}@[a-z0-9.-]{1,20}", fullmatch=True))
def test_an_address_that_a_notifier_takes_is_taken(text: str) -> None:
    try:
        taken = kinds.mail(text) == text
    except kinds.WrongValueError:
        taken = False
    assert taken is is_mail_address(text)
