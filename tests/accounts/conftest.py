"""Passwords that cost next to nothing to try, so that many can be tried."""

from __future__ import annotations

import pytest
from argon2 import PasswordHasher

from engine.service.accounts import passwords

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "_hasher", lambda: CHEAP)
