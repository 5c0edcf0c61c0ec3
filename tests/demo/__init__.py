"""The demo Engine as tests want it: its requests are noted, it fails on demand, and it may have more objects."""

from tests.demo.engine import DemoEngine, Seen
from tests.demo.faults import Faults

__all__ = ["DemoEngine", "Faults", "Seen"]
