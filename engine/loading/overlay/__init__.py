"""A partnership's own files over those of the process that they extend."""

from __future__ import annotations
