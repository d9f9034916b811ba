"""Spoils files that were written well, seed by seed, and reads them: nothing but mistakes may come.

python bench/fuzz.py [--minutes 5] [--from SEED] [--only KIND ...]
"""

from __future__ import annotations

import argparse
import resource
import shutil
import sys
import tempfile
import time
from collections import Counter
from itertools import count
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.fuzzing import KINDS, spoilt

SLOW = 2.0


def main() -> int:
    known = argparse.ArgumentParser(description=__doc__)
    known.add_argument("--minutes", type=float, default=5)
    known.add_argument("--from", dest="first", type=int, default=0)
    known.add_argument("--only", nargs="*", choices=[*KINDS], default=[*KINDS])
    asked = known.parse_args()
    tried, refused, spent = Counter[str](), Counter[str](), Counter[str]()
    slowest: dict[str, float] = {}
    wrong = 0
    end = time.monotonic() + asked.minutes * 60
    for seed in count(asked.first):
        if time.monotonic() > end:
            break
        for kind in asked.only:
            folder = Path(tempfile.mkdtemp(prefix="fuzz"))
            begun = time.process_time()
            found = spoilt(kind, seed, folder)
            seconds = time.process_time() - begun
            shutil.rmtree(folder)
            tried[kind] += 1
            refused[kind] += bool(found.mistakes)
            spent[kind] += seconds
            slowest[kind] = max(slowest.get(kind, 0), seconds)
            if found.problem or seconds > SLOW:
                wrong += 1
                said = found.problem or f"it took {seconds:.1f} s"
                print(f"{kind} {seed}, {found.file}: {said}", flush=True)
    print("\n| kind | inputs | refused | inputs/s | slowest, s |\n|---|--:|--:|--:|--:|")
    for kind in asked.only:
        rate = tried[kind] / spent[kind] if spent[kind] else 0
        print(f"| {kind} | {tried[kind]} | {refused[kind]} | {rate:.0f} | {slowest[kind]:.2f} |")
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(f"\nSeeds {asked.first} to {seed - 1}; {wrong} findings; {memory} MB at most.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
