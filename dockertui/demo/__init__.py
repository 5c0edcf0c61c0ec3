"""The embedded Engine: a small believable Docker host served over real HTTP on a private unix socket.

Each family of requests (networks, volumes, images, ...) has its state and its handlers in a file of its own, with a
tuple `ROUTES` that `server` reads. `scene` fills the host from `scene.json`; replies are filled into those of
`templates.json`, recorded from a real Engine; `files.json` has the files of the containers, `voices.json` what they
print. `engine` runs it all in a thread of its own, which imports it: importing this package does not.
"""

from dockertui.demo.engine import DemoEngine

__all__ = ["DemoEngine"]
