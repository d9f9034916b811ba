"""Steps: what stands in the way of one, what taking it does, and what sets it aside again."""

from __future__ import annotations
