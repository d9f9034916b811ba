"""At a keyboard a password and a code are asked for, and are seen nowhere."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import time
from pathlib import Path

from tests.client.standing_in import Said, standing_in
from tests.client.test_signing_in import IN, SECRETS, WAYS
from tests.offices import COMMAND

ROOT = Path(__file__).parents[2]


def until(leader: int, wanted: bytes) -> bytes:
    """What the terminal shows, up to this."""
    seen, end = b"", time.monotonic() + 20
    while wanted not in seen:
        assert time.monotonic() < end, seen
        seen += os.read(leader, 4096)
    return seen


def test_what_is_typed_at_a_keyboard_is_not_shown(tmp_path: Path) -> None:
    leader, follower = pty.openpty()
    own = {"XDG_STATE_HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    env = {**os.environ, **own, "PYTHONPATH": str(ROOT)}
    env = {name: value for name, value in env.items() if not name.startswith("CASETRAIL_")}
    with standing_in(Said(200, WAYS), Said(201, IN)) as it:
        words = [*COMMAND, "sign-in", "--server", it.url]
        command = subprocess.Popen(
            words, env=env, stdin=follower, stdout=follower, stderr=follower, start_new_session=True
        )
        seen = until(leader, b"Who are you there?")
        os.write(leader, b"bess\n")
        seen += until(leader, b"Password at Sample Partnership: ")
        os.write(leader, f"{SECRETS[0]}\n".encode())
        seen += until(leader, b"(nothing, if you have none): ")
        os.write(leader, f"{SECRETS[1]}\n".encode())
        seen += until(leader, b"You are signed in at")
        assert command.wait(20) == 0
    os.close(follower)
    os.close(leader)

    given = json.loads(it.asked[1][2][""])
    assert given == {"person": "bess", "password": SECRETS[0], "code": SECRETS[1]}
    assert not any(secret.encode() in seen for secret in SECRETS)
