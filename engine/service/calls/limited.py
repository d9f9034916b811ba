"""Becomes the program of a call: limits itself first, so that the program is limited.

It is run as a file, in a Python that reads nothing else. It changes nothing of the environment, the
folder or what is open, which are as the worker made them.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys
from contextlib import suppress

MOST_DATA = 1024**3
"""Bytes of memory that each process of a call may have written to."""
MOST_FILE = 64 * 1024**2
"""Bytes of a file that it may write."""
MOST_OPEN = 256
"""Files that it may have open."""
NOT_FOUND, NOT_RUN = 127, 126
"""How it ends where there is no such program, or one that cannot be run: as a shell does."""
PR_SET_PDEATHSIG = 1


def main() -> None:
    """Limit this process and become the program; the arguments are whose child it is, the seconds
    of processor time, the names of the environment with commas between them, and the command.
    """
    parent, seconds, names, *command = sys.argv[1:]
    _end_with(int(parent))
    limits = (
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_CPU, int(seconds)),
        (resource.RLIMIT_DATA, MOST_DATA),
        (resource.RLIMIT_FSIZE, MOST_FILE),
        (resource.RLIMIT_NOFILE, MOST_OPEN),
    )
    for which, most in limits:
        # Where the machine allows less already, that holds.
        with suppress(ValueError, OSError):
            resource.setrlimit(which, (most, most))
    # Python ignores these for itself, and has a say in LC_CTYPE.
    for number in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(number, signal.SIG_DFL)
    environment = {name: os.environ[name] for name in names.split(",") if name in os.environ}
    try:
        os.execve(command[0], command, environment)
    except FileNotFoundError:
        sys.exit(NOT_FOUND)
    except OSError:
        sys.exit(NOT_RUN)


def _end_with(parent: int) -> None:
    """See to it that the program ends when the worker does, on Linux."""
    if not sys.platform.startswith("linux"):
        return
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
    if os.getppid() != parent:
        sys.exit(NOT_RUN)


if __name__ == "__main__":
    main()
