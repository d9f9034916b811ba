"""Scenarios: stories of a case, written as TOML beside a definition and played on a virtual clock.

A scenario says what is done on which day by whom, and what must then be so. The demo is one of
them, and so is every rule that a process is tested by.
"""

from __future__ import annotations
