"""The command line on a machine whose clock stands elsewhere: `machine.py SECONDS WORD...`.

Nothing else of the process is other than in use. The clock is set where the product looks at it,
which is one place, and before anything has looked; it goes on from there as clocks do.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta

from engine import bootstrap


def main() -> None:
    """Set the clock by as many seconds, then do what the words say."""
    ahead = timedelta(seconds=float(sys.argv.pop(1)))
    bootstrap.now = lambda: datetime.now(UTC) + ahead
    from engine.cli.main import main

    main()


if __name__ == "__main__":
    main()
