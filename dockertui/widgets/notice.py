"""A message over as many lines as it needs."""

from textual.content import Content
from textual.widgets import Static

from dockertui.widgets.text import clean

_STYLES = ("bad", "warn", "good", "dim")


class Notice(Static):
    """Displayed while it has a text, over as many lines as that takes."""

    DEFAULT_CSS = """
    Notice { display: none; height: auto; max-height: 8; padding: 0 1; background: $surface; }
    Notice.-bad { color: $text-error; }
    Notice.-warn { color: $text-warning; }
    Notice.-good { color: $text-success; }
    Notice.-dim { color: $text-muted; }
    """

    _told = ("", "")

    def tell(self, text: str, style: str = "") -> None:
        """Show a text; "" hides the notice."""
        self.display = bool(text)
        if text and (text, style) != self._told:
            self._told = text, style
            for name in _STYLES:
                self.set_class(name == style, f"-{name}")
            self.update(Content(clean(text)))
