"""The same tests on the demo Engine and on a real dockerd: what keeps the demo honest."""
