"""References that are not one's own: everybody asks for them, and must learn nothing by it."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests import idor
from tests.authorities import cells


def main() -> int:
    """Probe, and print what was answered and who learnt what they should not."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--probes", type=int, default=50_000)
    parser.add_argument("--seed", type=int, default=1)
    a = parser.parse_args()
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as folder, cells(Path(folder)) as world:
        found = idor.sweep(world, a.probes, a.seed)
    told = {
        "probes": a.probes,
        "seconds": round(time.perf_counter() - began),
        "visitors": len(idor.visitors()),
        "verbs": len(idor.ABOUT_A_CASE),
        "answers": dict(sorted(found.answers.items())),
        "told apart": sorted(found.told_apart),
        "let in": sorted(found.let_in),
    }
    print(json.dumps(told, indent=2))
    return 1 if found.told_apart or found.let_in else 0


if __name__ == "__main__":
    sys.exit(main())
