"""`demo`: the whole job on made-up people, in a folder of its own."""

from __future__ import annotations

from pathlib import Path

from engine import demo as about
from engine.cli import printing
from engine.cli.door import Door, command, option
from engine.cli.printing import paragraph
from engine.demo import making
