"""The embedded Engine: a small believable Docker host served over real HTTP on a private unix socket.

`world` is a plain model with no HTTP in it, `api` speaks the Engine's REST API for it, `engine` runs
both in a thread of their own. Importing this package does not import aiohttp: the thread does that.
"""

from dockertui.demo.engine import DemoEngine, Seen
from dockertui.demo.faults import Faults

__all__ = ["DemoEngine", "Faults", "Seen"]
