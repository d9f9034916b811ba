"""Accounts: who comes through a door, and how that is known."""

from __future__ import annotations

from engine.service.accounts.visitor import Visitor

__all__ = ["Visitor"]
