"""The lower bound for any program on Textual: an app with one line of text."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

TEXT = "nothing-but-this"


class Floor(App[None]):
    """Shows the text; `q` quits."""

    BINDINGS = [("q", "quit", "Quit")]  # noqa: RUF012
    ENABLE_COMMAND_PALETTE = False

    def compose(self) -> ComposeResult:
        yield Static(TEXT)


if __name__ == "__main__":
    Floor().run()
