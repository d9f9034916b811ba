"""The demo: a whole review of made-up people, played on a virtual clock into a folder of its own.

What it leaves works like any other store, but says DEMO at every door, and its time stands still.
"""

from __future__ import annotations
