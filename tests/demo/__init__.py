"""The demo Engine for tests: it records requests, fails on demand, and may have more objects."""

from tests.demo.engine import DemoEngine, Seen
from tests.demo.faults import Faults

__all__ = ["DemoEngine", "Faults", "Seen"]
