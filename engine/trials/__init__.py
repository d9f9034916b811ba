"""Trials of a process: its scenarios played on stores in memory, and played again on a process that
was changed, to see whether anything notices.
"""

from __future__ import annotations
