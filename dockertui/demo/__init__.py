"""The embedded Engine: a small believable Docker host served over real HTTP on a private unix socket.

A file a family has what the Engine keeps of it and its part of the API; `scene` fills the host from `scene.json`,
`server` answers, and `engine` runs both in a thread of their own. Importing this package imports none of that: the
thread does.
"""

from dockertui.demo.engine import DemoEngine

__all__ = ["DemoEngine"]
