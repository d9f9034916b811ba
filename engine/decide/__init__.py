"""The rules: what a command does to a case, or why it is refused. Pure: no clock, database or
chance of its own.
"""

from __future__ import annotations
