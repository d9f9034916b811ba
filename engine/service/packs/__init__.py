"""Packs: gathered, built, kept up to date, frozen, sent."""

from __future__ import annotations
