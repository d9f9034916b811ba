"""Casetrail: a workflow engine for statutory review processes."""

from __future__ import annotations

__version__ = "0.1.0"
