from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.verbs.fields import MOST_ANSWERS, MOST_TEXT
from engine.web import limits
from tests.offices import COMMAND, Office

PAGE = (Path(__file__).parents[2] / "docs" / "api.md").read_text(encoding="utf-8")


@pytest.fixture
def around(tmp_path: Path) -> Iterator[dict[str, str]]:
    """What a reader has who has just made a partnership and opened its door."""
    office = Office(tmp_path)
    office.ok("init", "--partnership", "sample", "--name", "Sample Partnership")
    me = tomllib.loads(office.config.read_text(encoding="utf-8"))["person"][0]["id"]
    until = f"{date.today() + timedelta(days=30)}"
    token = office.json("token", "issue", me, "--until", until)["text"]
    served = [*COMMAND, "serve", "--port", "0", "--json", "--config", str(office.config)]
    with subprocess.Popen(served, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as running:
        try:
            assert running.stdout is not None
            text = ""
            while not text.rstrip().endswith("}"):
                text += running.stdout.readline().decode()
            yield {"URL": f"{json.loads(text)['serving']}/v1", "TOKEN": token}
        finally:
            running.terminate()


@pytest.mark.skipif(not shutil.which("curl"), reason="there is no curl here")
def test_the_calls_of_the_page_do_what_it_says_after_init(
    around: dict[str, str], tmp_path: Path
) -> None:
    blocks = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    calls = "\n".join(blocks).replace("curl -sS ", 'curl -sS -w "\\n%{http_code}\\n" ')
    # What is taken from an answer is asked for without its status.
    calls = re.sub(r'\$\(curl -sS -w "\\n%\{http_code\}\\n" ', "$(curl -sS ", calls)
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", calls],
        cwd=tmp_path,
        env={**around, "PATH": os.environ["PATH"], "no_proxy": "*"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    said = re.findall(r"^(\d{3})$", done.stdout, re.MULTILINE)
    assert said == ["200"] * (len(said) - 1) + ["409"], done.stdout
    assert len(said) == len(re.findall("curl -sS", "\n".join(blocks))) - 1
    assert (tmp_path / "found.txt").read_text() == "What was found.\n"


def test_the_page_names_every_limit_as_it_is() -> None:
    said = PAGE.partition("## Limits")[2]
    for number in (
        f"{limits.MOST_JSON // 1_000_000} MB; {limits.MOST_DEPTH}",
        f"{limits.MOST_HEAD // 1000} kB; {limits.MOST_QUERY:,} characters",
        f"{limits.MOST_FILE // 2**20} MB; {limits.MOST_TOGETHER // 1_000_000} MB; "
        f"{limits.MOST_PARTS}",
        f"{MOST_TEXT:,} characters; {MOST_ANSWERS}",
        f"{limits.ASKED_BY_ONE}; {limits.SIGN_INS_OF_ONE}",
        f"{limits.SIGNING_IN_AT_ONCE}; {limits.WAITING_TO_SIGN_IN}; "
        f"{limits.MOST_SIGN_IN // 1000} kB",
        f"{limits.MOST_CONNECTIONS}; {limits.MOST_AT_ONCE}; {limits.THREADS}",
        f"{limits.TO_BEGIN:.0f} s; {limits.TO_SEND:.0f} s; {limits.TO_SEND_FILES:.0f} s; "
        f"{limits.TO_TAKE:.0f} s",
    ):
        assert number in said
    assert "the first ten in a minute" in PAGE
    assert limits.DENIED_AT_ONCE == 10
