"""The trail: it is put in order, signed, and held against the store."""

from __future__ import annotations
