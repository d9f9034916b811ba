"""The files of a process: where they lie, what is read from them, and the line of each thing."""

from __future__ import annotations
