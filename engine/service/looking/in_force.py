"""Between which days the rule of a deadline held, and what made it begin and end."""

from __future__ import annotations

from typing import Any

from engine.definition import Basis, Variant


def in_force(variant: Variant, today: str, *, throughout: bool) -> dict[str, Any] | None:
    """In a stable form; None of a rule that has always held and holds still.

    `throughout` is whether it holds on every day on which the clock may have started.
    """
    if not variant.since and not variant.until:
        return None
    return {
        "since": variant.since or None,
        "until": variant.until or None,
        "began": _basis(variant.began),
        "ended": _basis(variant.ended),
        "over": bool(variant.until) and variant.until < today,
        "throughout": throughout,
    }


def _basis(basis: Basis | None) -> dict[str, str] | None:
    return basis and {"by": basis.by, "confirmed": basis.confirmed, "checked": basis.checked}
