"""What would happen on cases by themselves, and what would have been otherwise."""

from __future__ import annotations
