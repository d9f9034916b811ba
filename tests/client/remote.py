"""A partnership's folder that is served, and somebody who works on it from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine import bootstrap, log
from engine.cli.main import root
from tests.offices import Office
from tests.web.servers import Served, served

UNSAID = dict.fromkeys(
    ("CASETRAIL_SERVER", "CASETRAIL_SERVER_CA", "CASETRAIL_PROXY", "CASETRAIL_TOKEN")
)
"""What whoever runs the tests may have set for themselves."""
OWN = ("XDG_CONFIG_HOME", "XDG_STATE_HOME")


class Away:
    """Somebody at a machine where no store is, with a token for one person."""

    def __init__(self, url: str, person: str, home: Path) -> None:
        self.url, self.home = url, home
        self.token = f"token-{person}" if person else ""

    def run(self, *words: str, typed: str | bytes | None = None, **more: str) -> Result:
        """What a command says and how it ends, at the server."""
        own = {name: str(self.home / name.lower()) for name in OWN}
        token = {"CASETRAIL_TOKEN": self.token} if self.token else {}
        env = {"COLUMNS": "100", "NO_COLOR": "1", **UNSAID, **own, **token, **more}
        runner = CliRunner(env=env)
        before = ("--server", self.url) if self.url else ()
        return runner.invoke(root(), [*before, *words], input=typed)

    def ok(self, *words: str, typed: str | bytes | None = None) -> str:
        """What a command says that does what it was asked."""
        result = self.run(*words, typed=typed)
        assert result.exit_code == 0, result.output
        assert result.stderr == "", result.stderr
        return result.stdout

    def refused(self, code: int, *words: str, **more: str) -> str:
        """The sentence with which a command is refused; nothing is on standard output."""
        result = self.run(*words, **more)
        assert (result.exit_code, result.stdout) == (code, ""), (result.exit_code, result.output)
        assert "Traceback" not in result.stderr
        assert "fault of its own" not in result.stderr
        return " ".join(result.stderr.split())


@contextmanager
def office_served(office: Office, **more: Any) -> Iterator[Served]:
    """Serve a partnership's folder, as `casetrail serve` would."""
    place = bootstrap.workplace(bootstrap.settings(str(office.config)))
    with pytest.MonkeyPatch.context() as patch:
        # What the server logs would stand in what the command says: both are in one process.
        patch.setattr(log, "note", lambda *said, **more: None)
        try:
            with served(place.at("http"), **more) as made:
                yield made
        finally:
            place.database.close()


def address(made: Served) -> str:
    """Where it is served, as somebody names it."""
    return made.url.removesuffix("/v1")
