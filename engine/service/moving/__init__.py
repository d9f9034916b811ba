"""Open cases moved to another edition of their process, and given back."""

from __future__ import annotations
