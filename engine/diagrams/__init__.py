"""A process as a picture: its main line, its branches and its timescales, and where a case is.

`graph` says what is to be seen, `layout` where; `svg`, `mermaid` and `dot` write it down.
"""

from __future__ import annotations
