"""What would happen by itself, and what would have been otherwise; nothing of it is sealed."""

from __future__ import annotations
