"""What a trader does, in a trader's words: `Upstox` and `AsyncUpstox`."""

from __future__ import annotations
