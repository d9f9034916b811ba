"""The calendars in use, how one is changed, and the clocks that move with it."""

from __future__ import annotations
