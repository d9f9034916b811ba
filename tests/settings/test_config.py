from __future__ import annotations

import subprocess
import sys
import time
import tomllib
from collections.abc import Callable
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from engine.config import person_of_account, read
from engine.directory import ANY_ROLE, Absence, Agency, Appointment, Person, unknown_roles
from engine.names import NamesPeriod, named
from notifiers import NOTIFIERS
from tests.partnership import BASE, NAMES, edited, refusal, settings

ROOT = Path(__file__).parents[2]
SAMPLE = ROOT / "config.toml"
PROCESS = ROOT / "workflows/child_safeguarding_practice_review/process.toml"


def test_a_file_is_read_into_settings(tmp_path: Path) -> None:
    found = settings(tmp_path, BASE)

    assert (found.log, found.partnership) == ("sample", "Sample Safeguarding Children Partnership")
    assert (found.folder, found.keys) == (tmp_path, tmp_path / "casetrail.keys")
    assert found.database == f"sqlite:///{tmp_path}/casetrail.db"
    assert (found.notify.by, found.notify.link) == ("file", "")
    assert found.notify.tables == {"file": {"folder": "messages"}}
    assert found.names == ()
    assert found.directory.people == {
        "avery": Person("avery", "Avery Example", "Director", "avery@council.example", "aexample"),
        "robin": Person("robin", "Robin Example"),
    }
    assert found.directory.agencies == {
        "council": Agency(
            "council", "Sample Borough Council", "local authority", "avery", "2020-01-01"
        )
    }
    assert found.directory.appointments == (
        Appointment("avery", "local_authority", "council", "2024-01-01", "2024-12-31"),
        Appointment("robin", "local_authority", deputy_for="avery"),
    )
    assert found.directory.absences == (Absence("avery", "2025-08-01", "2025-08-15"),)
    assert found.directory.fallbacks == {ANY_ROLE: "robin"}


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    found = settings(tmp_path, BASE)

    with pytest.raises(FrozenInstanceError):
        found.log = "other"  # type: ignore[misc]
    with pytest.raises(TypeError):
        found.directory.people["avery"] = Person("sam", "Sam")  # type: ignore[index]


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("sqlite:////var/casetrail.db", "sqlite:////var/casetrail.db"),
        (
            "postgresql://casetrail@localhost/casetrail",
            "postgresql://casetrail@localhost/casetrail",
        ),
    ],
)
def test_a_whole_path_or_a_server_stays_as_it_is(tmp_path: Path, said: str, expected: str) -> None:
    assert settings(tmp_path, edited("sqlite:///casetrail.db", said)).database == expected


def test_file_names_count_from_the_folder_of_the_file_and_not_from_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings(tmp_path, BASE)
    (tmp_path / "link.toml").symlink_to("config.toml")
    monkeypatch.chdir(tmp_path.parent)

    found = read(Path(tmp_path.name) / "link.toml")

    assert found.keys == tmp_path / "casetrail.keys"
    assert found.database == f"sqlite:///{tmp_path}/casetrail.db"


def test_a_file_from_windows_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    assert settings(tmp_path, "\ufeff" + BASE.replace("\n", "\r\n")).log == "sample"


def test_text_is_kept_in_one_normal_form(tmp_path: Path) -> None:
    found = settings(tmp_path, edited("Robin Example", " Zoe\u0308 Example "))

    assert found.directory.people["robin"].name == "Zo\u00eb Example"


def test_a_password_is_printed_neither_with_the_settings_nor_in_a_refusal(tmp_path: Path) -> None:
    secret = "postgresql://casetrail:hunter2@localhost/casetrail"
    wrong = secret.replace("postgresql", "postgres")

    assert "hunter2" not in repr(settings(tmp_path, edited("sqlite:///casetrail.db", secret)))
    assert refusal(tmp_path, edited("sqlite:///casetrail.db", wrong)) == [
        'config.toml:5: "database" must begin "sqlite:///" or "postgresql://".'
    ]


def test_an_account_names_its_person(tmp_path: Path) -> None:
    found = settings(tmp_path, BASE)

    assert person_of_account(found, "aexample") == "avery"
    assert person_of_account(found, "robin") is None
    assert person_of_account(found, "") is None


def test_a_partnership_may_have_names_of_its_own_with_dates(tmp_path: Path) -> None:
    found = settings(tmp_path, BASE + '[names]\nfile = "names.toml"\n', NAMES)

    assert found.names == (
        NamesPeriod("2021-01-01", "2023-12-31", {"review group": "Review Advisory Group"}),
        NamesPeriod("2024-01-01", "9999-12-31", {"review group": "Case Review Panel"}),
    )
    assert named("a review group", found.names, "2022-01-01") == "a Review Advisory Group"


def test_the_sample_is_one_that_an_administrator_can_start_from() -> None:
    found = read(SAMPLE, NOTIFIERS)
    process = tomllib.loads(PROCESS.read_text())
    inside = {name for name, role in process["role"].items() if not role.get("outside")}

    assert {one.role for one in found.directory.appointments} == inside
    assert unknown_roles(found.directory, process["role"]) == []
    assert person_of_account(found, "sam") == "sam"
    for name, group in process["group"].items():
        assert found.directory.of_kinds(group["kinds"], "2025-08-08"), name
    for kind in process["group"]["statutory_partners"]["kinds"]:
        assert len(found.directory.of_kinds([kind], "2025-08-08")) == 1


def test_everybody_in_the_sample_is_made_up() -> None:
    people = read(SAMPLE).directory.people.values()

    assert all(person.name.endswith(" Example") for person in people)
    assert all(person.mail.endswith(".example") for person in people)


def test_in_the_sample_every_role_reaches_somebody_on_every_day_of_the_absence() -> None:
    directory = read(SAMPLE).directory

    assert [r.person for r in directory.to_tell("local_authority", "2025-07-31")] == ["avery"]
    assert [r.person for r in directory.to_tell("local_authority", "2025-08-01")] == ["robin"]
    assert [r.person for r in directory.contact("council", "2025-08-15")] == ["robin"]
    assert [r.person for r in directory.to_tell("review_group_chair", "2024-12-31")] == ["gray"]
    assert [r.person for r in directory.to_tell("review_group_chair", "2025-01-01")] == ["frances"]
    assert [r.person for r in directory.to_tell("review_group_chair", "2023-01-01")] == ["sam"]


def test_reading_the_settings_imports_nothing_heavy() -> None:
    program = (
        "import sys; from pathlib import Path; from engine.config import read; "
        f"read(Path({str(SAMPLE)!r})); print(*sys.modules)"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT
    )

    heavy = {"sqlalchemy", "pydantic", "sqlmodel", "jinja2", "difflib", "engine.loading"}
    assert heavy.isdisjoint(run.stdout.split())


def test_sixty_people_take_little_longer_to_read_than_their_toml_to_parse(tmp_path: Path) -> None:
    person = '[[person]]\nid = "p{0}"\nname = "P Example"\npost = "Head"\nmail = "p{0}@a.example"\n'
    held = '[[appointment]]\nperson = "p{0}"\nrole = "agency_lead"\nfrom = 2024-01-01\n'
    text = BASE + "".join((person + held).format(n) for n in range(60))
    settings(tmp_path, text)

    parsing = _least(lambda: tomllib.loads(text))
    reading = _least(lambda: read(tmp_path / "config.toml"))

    assert reading < 2 * parsing + 0.001


def _least(work: Callable[[], object]) -> float:
    """The seconds of processor time that work takes when nothing disturbs it."""

    def once() -> float:
        start = time.process_time()
        work()
        return time.process_time() - start

    return min(once() for _ in range(20))
