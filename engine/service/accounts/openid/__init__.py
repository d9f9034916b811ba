"""Coming in by a provider of OpenID Connect, which vouches for who somebody is."""

from __future__ import annotations
