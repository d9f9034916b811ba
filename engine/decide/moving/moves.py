"""What a move of a case to another edition is called on the record, and what it is the cause of."""

from __future__ import annotations

MIGRATED = "case migrated"
"""The type of the event of a move, and of one that takes a move back."""
MOVED = "the case was moved to another edition"
"""Why a clock changed with a move."""
GIVEN_BACK = "the move to another edition was taken back"
"""Why a clock changed when a move was taken back."""
