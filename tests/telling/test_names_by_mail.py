from __future__ import annotations

import os
import re
import subprocess
import time
from pathlib import Path

from tests.mailing import SENDER, Inbox, mail_server
from tests.offices import COMMAND, Office, ago
from tests.test_names_stay_inside import CANARIES, hits, told_everything

NOTIFY = f"""[notify]
by = "smtp"
link = ""
[notify.smtp]
host = "127.0.0.1"
port = {{port}}
tls  = "none"
from = "{SENDER}"
"""


def unlogged(office: Office, ref: str, person: str, name: str) -> list[str]:
    """What is said of a search, of somebody who is erased, and of a store that is damaged."""
    said = [office.ok("find", "-", "--json", typed=name)]
    basis = ("--basis", f"@{typed(office, name)}", "--yes-erase", ref)
    said += [office.ok("erase", ref, "--person", person, *basis)]
    said += [office.ok("audit", "verify", "--json")]
    with office.store().write() as tx:
        tx.run("UPDATE cases SET about = ? WHERE ref = ?", (name, ref))
        tx.run("UPDATE answers SET value = ? WHERE value IS NOT NULL", (name,))
        tx.run("UPDATE tasks SET what = ?", (name,))
        tx.run("UPDATE store SET library = ?", (name,))
    return said + [office.run(*words).output for words in (("audit", "verify"), ("tick",))]


def typed(office: Office, name: str) -> Path:
    """A file of somebody's own with a name in it."""
    file = office.folder.parent / "typed.txt"
    file.write_text(name)
    return file


def test_a_worker_that_sends_by_mail_and_a_verification_that_fails_name_nobody(
    office: Office, tmp_path: Path
) -> None:
    name, inbox = CANARIES[0], Inbox()
    ref, _ = told_everything(office, tmp_path / "desk", name)
    with mail_server(inbox) as port:
        text = office.config.read_text()
        office.config.write_text(
            re.sub(r"(?ms)^\[notify\].*?(?=^\[[^n]|^\[\[)", NOTIFY.format(port=port), text)
        )
        office.ok("take", office.open(f"aware_on={ago(20)}", "place=in our area"), "start_deciding")
        said = worked(office, inbox)
    assert inbox.mails
    said += unlogged(office, ref, "p1", name)
    assert [text for text in said if hits(text.encode())] == []
    assert [mail for mail in inbox.mails if hits(mail)] == []


def worked(office: Office, inbox: Inbox) -> list[str]:
    """What a worker says that runs until it has sent something, on both of its outputs."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    words = [*COMMAND, "worker", "--config", str(office.config)]
    worker = subprocess.Popen(
        words, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    given_up_at = time.monotonic() + 60
    while not inbox.mails and time.monotonic() < given_up_at:
        time.sleep(0.05)
    worker.terminate()
    return list(worker.communicate())
