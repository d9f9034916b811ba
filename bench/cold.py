"""Cold starts: whole commands, against python with click's --help, in turn."""

from __future__ import annotations

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

CLICK = "import click\n@click.group()\ndef c(): pass\nc(['--help'], standalone_mode=False)"
COMMAND = str(Path(sys.executable).with_name("casetrail"))


def main() -> None:
    """Make a small partnership, run each command eleven times in turn, and print the medians."""
    folder = Path(tempfile.mkdtemp())
    shutil.copy(Path(__file__).parents[1] / "config.toml", folder / "sample.toml")
    run = [COMMAND, "demo", "--out", "demo"]
    subprocess.run(run, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    asked = ["list", "--json", "--as", "sam", "--config", "demo/config.toml"]
    listed = subprocess.run([COMMAND, *asked], cwd=folder, check=True, capture_output=True)
    ref = json.loads(listed.stdout)["cases"][0]["ref"]
    at = ["--as", "sam", "--config", "demo/config.toml"]
    commands = {
        "python + click --help": [sys.executable, "-c", CLICK],
        "--version": [COMMAND, "--version"],
        "--help": [COMMAND, "--help"],
        "date": [COMMAND, "date", "15 working days after 2026-12-23"],
        "list": [COMMAND, "list", *at],
        "show": [COMMAND, "show", ref, *at],
        "next": [COMMAND, "next", ref, *at],
        "take": [COMMAND, "take", ref, "inform_partners", "--already-done", "--pass-over", *at],
    }
    took: dict[str, list[float]] = {name: [] for name in commands}
    environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    for turn in range(12):
        for name, words in commands.items():
            start = time.perf_counter()
            subprocess.run(words, cwd=folder, env=environment, check=False, capture_output=True)
            if turn:
                took[name].append(time.perf_counter() - start)
    print(json.dumps({k: round(statistics.median(v), 3) for k, v in took.items()}), flush=True)
    shutil.rmtree(folder)


if __name__ == "__main__":
    main()
