"""Messages handed to a program of the administrator's, as JSON on its standard input.

It is started by its path, without a shell, with nothing of our environment. What it prints goes
nowhere: it may hold a secret, and nobody needs it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from engine.errors import DeliveryError
from notifiers.message import Message, Receipt, thin

ENVIRONMENT: Final = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}
"""All that the program has of an environment."""


@dataclass(frozen=True, slots=True)
class CommandNotifier:
    """Runs the program once for each message; a repeat shows by its id."""

    program: str
    timeout: float
    """Seconds that it may take; then it is killed, and what it has started with it."""
    name: str = field(default="command", init=False)

    def send(self, message: Message) -> Receipt:
        """Run it; 0 is delivered, 75 (EX_TEMPFAIL) is to be tried again, all else is not."""
        told = json.dumps({**thin(message), "to": message.to}).encode()
        try:
            code = self._run(told)
        except subprocess.TimeoutExpired:
            code = None
        except OSError as error:
            raise DeliveryError(
                f"The program {self.program} could not be started ({error.strerror}); "
                "make it a file that Casetrail may run."
            ) from None
        if code is None:
            raise DeliveryError(
                f"The program {self.program} took longer than {self.timeout} seconds and was "
                "ended; find out why, or give it a longer timeout."
            )
        if code != 0:
            again = code == os.EX_TEMPFAIL
            raise DeliveryError(
                f"The program {self.program} delivered nothing (it ended with {code}); "
                "find out why by running it.",
                again=again,
            )
        return Receipt(self.name, "ended with 0")

    def _run(self, told: bytes) -> int:
        with subprocess.Popen(
            [self.program],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env=ENVIRONMENT,
            cwd="/",
            start_new_session=True,
        ) as running:
            try:
                running.communicate(told, self.timeout)
            finally:
                # Not waited for yet, so the number still is its own, and that of its group.
                if running.returncode is None:
                    with suppress(OSError):
                        os.killpg(running.pid, signal.SIGKILL)
            return running.returncode
