"""One interleaved run: the reference and ours in turn, ratios paired within a round, then the rest.

python bench/run.py [--rounds 7] [--quick]
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent


def main() -> None:
    """Print the figures as Markdown."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--quick", action="store_true")
    a = parser.parse_args()
    rounds, size = (1, "3") if a.quick else (a.rounds, "100")
    pairs = []
    for _ in range(rounds):
        before = _run("raw.py", "--cases", size)
        ours = _run("ours.py", "--cases", size)
        after = _run("raw.py", "--cases", size)
        pairs.append((_between(before, after), ours))
    print("| figure | median | least to most |\n|---|--:|--:|")
    _say("G1 steps a second, share of the reference", pairs, "steps_per_s")
    _say("G1 p50, times the reference", pairs, "p50_ms")
    _say("G1 p99, times the reference", pairs, "p99_ms")
    print(f"| steps a second | {_middle([o['steps_per_s'] for _, o in pairs])} | |")
    print(f"| CPU microseconds a step | {_middle([o['cpu_us_per_step'] for _, o in pairs])} | |")
    history = _run("history.py", "--events", "200" if a.quick else "20000")
    many = f"with {history['events']:,} events"
    print(f"| G7 p50 {many}, times that with few | {history['ratio']} | |")
    cold = f"{history['cold_short']} with few, {history['cold_long']} {many}"
    print(f"| the first step of a process on a case, ms | {cold} | |")
    due = _run("due.py")
    print(f"| G8 idle tick, {due['waiting']:,} waiting, ms | {due['idle_tick_ms']} | |")
    print(f"| G8 fifty due among them, ms | {due['fifty_due_ms']} | |")
    if not a.quick:
        for name, seconds in _run("cold.py").items():
            print(f"| G9 cold {name}, s | {seconds} | |")


def _run(driver: str, *words: str) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(HERE / driver), *words], check=True, capture_output=True, text=True
    )
    found: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return found


def _between(one: dict[str, Any], other: dict[str, Any]) -> dict[str, float]:
    names = ("steps_per_s", "p50_ms", "p99_ms")
    return {name: (one[name] + other[name]) / 2 for name in names}


def _say(what: str, pairs: list[tuple[dict[str, float], dict[str, Any]]], name: str) -> None:
    ratios = [ours[name] / reference[name] for reference, ours in pairs]
    print(f"| {what} | {_middle(ratios)} | {min(ratios):.2f} to {max(ratios):.2f} |")


def _middle(values: list[float]) -> float:
    return round(statistics.median(values), 2)


if __name__ == "__main__":
    main()
