"""Open an emulator: the fast one if its library is installed, else the one in pure Python."""

from __future__ import annotations

import importlib.util

from dockertui.terminal.emulator import HISTORY_LINES, Emulator, EmulatorListener


def native_available() -> bool:
    """Return whether the fast emulator is installed (the extra `native`)."""
    return importlib.util.find_spec("pyghostty") is not None


def load() -> None:
    """Import the emulator. It takes an eighth of a second: do it in a thread before the first is opened."""
    if native_available():
        import dockertui.terminal.native
    else:
        import dockertui.terminal.pure  # noqa: F401


def open_emulator(
    columns: int, rows: int, listener: EmulatorListener, *, history: int = HISTORY_LINES, native: bool | None = None
) -> Emulator:
    """Return a new emulator; `history` is the number of lines kept above the screen.

    `native` chooses one of the two; by default the fast one if it is installed.
    """
    if native_available() if native is None else native:
        from dockertui.terminal.native import NativeEmulator

        return NativeEmulator(columns, rows, listener, history=history)
    from dockertui.terminal.pure import PureEmulator

    return PureEmulator(columns, rows, listener, history=history)
