"""dockertui: a terminal UI for a Docker Engine."""

__version__ = "0.1.0"
