"""The use cases: each loads, decides, saves in one transaction, and leaves what goes out to the
outbox.
"""

from __future__ import annotations
