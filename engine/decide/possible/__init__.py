"""What could happen on a case from here, what it lacks, and from which day."""

from __future__ import annotations
