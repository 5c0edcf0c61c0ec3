"""Delays between attempts: growing, randomised so that clients do not retry in step, and cut short on request."""

from __future__ import annotations

import asyncio
import contextlib
import random


class Backoff:
    """Delays that double from `first` to `longest` seconds, each shortened by up to half at random."""

    def __init__(self, first: float, longest: float, rng: random.Random) -> None:
        self._first = first
        self._longest = longest
        self._rng = rng
        self._failures = 0
        self._cut = asyncio.Event()

    def reset(self) -> None:
        """Start from the shortest delay again."""
        self._failures = 0

    def cut(self) -> None:
        """End the wait in progress, if any."""
        self._cut.set()

    def next(self) -> float:
        """Return the delay before the next attempt, in seconds."""
        doubled = self._first * 2.0 ** min(self._failures, 32)
        self._failures += 1
        return min(self._longest, doubled) * self._rng.uniform(0.5, 1.0)

    async def wait(self, delay: float | None) -> None:
        """Wait `delay` seconds (None: without limit), or until `cut` is called."""
        self._cut.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(delay):
                await self._cut.wait()
