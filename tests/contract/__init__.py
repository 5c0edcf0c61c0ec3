"""The same tests on the demo Engine and on a real dockerd, so that the demo stays faithful."""
