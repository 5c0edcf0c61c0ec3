"""`python -m dockertui` is the command `dockertui`."""

from __future__ import annotations

import sys

from dockertui.cli import main

if __name__ == "__main__":
    sys.exit(main())
