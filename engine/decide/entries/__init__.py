"""What is put on record beside steps: answers, people, approvals, tasks; and who is told."""

from __future__ import annotations
