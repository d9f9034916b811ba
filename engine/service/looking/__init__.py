"""Looking at cases: reading, listing and explaining them, and what is logged of it."""

from __future__ import annotations
