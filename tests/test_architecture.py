from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from engine import errors

ROOT = Path(__file__).parents[1]
PACKAGES = ("engine", "workflows", "notifiers")
FOLDERS = (*PACKAGES, "tests", "docs", "bench", ".ci")
LOCKS = ("requirements.lock", "requirements-notify.lock", "requirements-dev.lock")

LONGEST_FILE = 400
LONGEST_FUNCTION = 40
GENERATED: tuple[str, ...] = ("engine/statements.py",)

HEAVY = {
    "alembic",
    "apscheduler",
    "jinja2",
    "pydantic",
    "sqlalchemy",
    "sqlmodel",
    "structlog",
    "typst",
}
HEAVY_AT_THE_TOP = ("engine/compiling.py", "engine/migrations/", "engine/tables")
"""No step passes here, so a cold command does not pay for it."""

LAZY = {
    "engine/cli/": "a cold command imports only what it uses",
    "engine/bootstrap.py": "wires only what the configuration names",
    "engine/posting.py": "a notifier is wanted only where something is sent",
    "engine/config/sheet.py": "the loader is wanted only to tell where a mistake is",
    "engine/database/": "only one of the database libraries is there, or wanted",
    "engine/migrations/": "alembic is wanted only where a store is made or migrated",
    "engine/keys.py": "cryptography is wanted only where a personal value is",
    "engine/checkpoint.py": "cryptography is wanted only where a head is signed",
    "engine/packs/": "typst and jinja2 are wanted only where a pack is rendered",
    "engine/describing/page.py": "jinja2 is wanted only where a description is made a page",
    "engine/service/editions.py": "a definition is read only where an edition is activated",
    "engine/service/accounts/": "passwords and codes are checked only where somebody signs in",
    "engine/guessing.py": "names are compared only to tell what was probably meant",
    "engine/service/workplace.py": "what reads a pack's file is wanted only where one is made",
    "engine/verbs/processes.py": "jinja2 is wanted only where a process is described",
    "engine/log.py": "structlog is wanted only where something is logged",
    "engine/service/ticks.py": "a pack is built again only where one is out of date",
    "engine/verbs/": "a request imports only what its verb does",
    "engine/worker.py": "apscheduler is wanted only by a worker that stays",
}
"""The only places in engine/ where a function may import, each with its reason."""

FORBIDDEN = (
    "py" r"pi\.org", "python" r"hosted\.org", r"registry\.np" "mjs", r"deb\.de" "bian",
    r"(?<![\w.])/wo" "rk/", r"(?<![\w.])/ro" r"ot\b", r"/tm" r"p/ct\b",
    "farm" "-studio", "farm" "-bench", "sub" "agent",
)  # fmt: skip
"""Hosts of package indexes, paths of one machine and tools of one workplace, spelt in pieces."""


def sources(*folders: str) -> Iterator[tuple[str, ast.Module]]:
    for folder in folders:
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def texts() -> Iterator[tuple[str, str]]:
    found = [path for path in ROOT.iterdir() if path.suffix not in (".db", ".key")]
    found += [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    for path in found:
        if path.is_file() and "__pycache__" not in path.parts:
            yield path.relative_to(ROOT).as_posix(), path.read_text(errors="ignore")


def imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def pins(lock: str) -> dict[str, tuple[str, str]]:
    entries = re.split(r"\n(?=[A-Za-z])", (ROOT / lock).read_text())
    parsed = (re.match(r"([\w.-]+)==(\S+)(.*)", entry, re.DOTALL) for entry in entries)
    return {canonicalize_name(m[1]): (m[2], m[3]) for m in parsed if m}


def project() -> dict[str, list[str]]:
    table = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    base, extras = table["dependencies"], table["optional-dependencies"]
    return {
        "requirements.lock": base,
        "requirements-notify.lock": base + extras["notify"],
        "requirements-dev.lock": base + extras["notify"] + extras["dev"],
    }


def test_no_file_is_longer_than_four_hundred_lines() -> None:
    lengths = {
        path.relative_to(ROOT).as_posix(): path.read_text().count("\n")
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
    }

    assert lengths
    assert {f: n for f, n in lengths.items() if n > LONGEST_FILE and f not in GENERATED} == {}


def test_no_function_is_longer_than_forty_lines() -> None:
    lengths = {
        f"{file}:{node.lineno} {node.name}": (node.end_lineno or 0) - node.lineno + 1
        for file, tree in sources("engine", "notifiers")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }

    assert {f: n for f, n in lengths.items() if n > LONGEST_FUNCTION} == {}


def test_every_module_with_code_postpones_its_annotations() -> None:
    wanting = [
        file
        for file, tree in sources("engine", "notifiers", "tests", "bench")
        if any(not isinstance(node, ast.Expr) for node in tree.body)
        and "from __future__ import annotations" not in map(ast.unparse, tree.body)
    ]

    assert wanting == []


def test_every_module_says_in_its_first_sentence_what_it_is() -> None:
    first = {
        file: (ast.get_docstring(tree) or "").split("\n\n")[0]
        for file, tree in sources("engine", "notifiers")
    }

    assert [file for file, sentence in first.items() if not sentence.endswith((".", ":"))] == []


def test_a_function_imports_only_where_there_is_a_reason() -> None:
    inside = [
        f"{file}:{top.lineno} {name}"
        for file, tree in sources("engine")
        if not file.startswith(tuple(LAZY))
        for top in tree.body
        if not isinstance(top, ast.Import | ast.ImportFrom)
        for node in ast.walk(top)
        for name in imported(node)
    ]

    assert inside == []


def test_no_step_pays_for_a_heavy_library_before_it_needs_it() -> None:
    at_the_top = [
        f"{file}: {name}"
        for file, tree in sources("engine", "notifiers")
        if not file.startswith(HEAVY_AT_THE_TOP)
        for node in tree.body
        for name in imported(node)
        if name.split(".")[0] in HEAVY
    ]

    assert at_the_top == []


@pytest.mark.parametrize("name", PACKAGES)
def test_a_package_of_ours_is_not_hidden_by_another_of_that_name(name: str) -> None:
    spec = importlib.util.find_spec(name)

    assert spec
    assert set(spec.submodule_search_locations or []) == {str(ROOT / name)}


def test_the_error_tree_lists_every_error_with_its_exit_code_and_its_status() -> None:
    listed = re.findall(r"(\w+Error)\s+(\d+)\s+(\d+)\s", errors.__doc__ or "")
    defined = [
        (name, str(thing.exit_code), str(thing.status))
        for name, thing in vars(errors).items()
        if isinstance(thing, type) and issubclass(thing, errors.EngineError)
    ]

    assert sorted(listed) == sorted(defined)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_every_requirement_by_hash_and_names_no_host(lock: str) -> None:
    pinned = pins(lock)

    assert len(pinned) > 20
    assert [name for name, (_, rest) in pinned.items() if "--hash=sha256:" not in rest] == []
    assert "://" not in (ROOT / lock).read_text()
    assert len(re.findall(r"^[A-Za-z]", (ROOT / lock).read_text(), re.MULTILINE)) == len(pinned)


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_satisfies_what_the_project_asks_for(lock: str) -> None:
    pinned = pins(lock)
    asked = [Requirement(line) for line in project()[lock]]

    assert [
        str(requirement)
        for requirement in asked
        if pinned.get(canonicalize_name(requirement.name), ("",))[0] not in requirement.specifier
    ] == []


def test_users_and_developers_run_the_same_versions() -> None:
    used, notifying, developed = (
        {name: version for name, (version, _) in pins(lock).items()} for lock in LOCKS
    )

    assert used.items() <= notifying.items() <= developed.items()


def test_the_wheel_ships_every_file_of_the_three_packages(tmp_path: Path) -> None:
    [wheel] = WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])
    shipped = {n for n in zipfile.ZipFile(wheel).namelist() if n.split("/")[0] in PACKAGES}
    ours = {
        path.relative_to(ROOT).as_posix()
        for name in PACKAGES
        for path in (ROOT / name).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }

    assert shipped == ours


@pytest.mark.parametrize(("name", "end"), [("demo", "casetrail demo"), ("tests", "pytest")])
def test_each_readme_command_is_one_line_that_ci_can_find(name: str, end: str) -> None:
    found = subprocess.run(
        ["bash", ROOT / ".ci/readme-command", name], capture_output=True, text=True, check=True
    ).stdout

    assert found.count("\n") == 1
    assert found.startswith("python3 -m venv ")
    assert found.rstrip().endswith(end)


def test_no_file_names_a_package_host_a_machine_or_a_workplace() -> None:
    pattern = re.compile("|".join(FORBIDDEN))
    found = [f"{file}: {match[0]}" for file, text in texts() if (match := pattern.search(text))]

    assert found == []
