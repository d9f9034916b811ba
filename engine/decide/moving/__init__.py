"""A case under another edition of its process, and back."""

from __future__ import annotations
