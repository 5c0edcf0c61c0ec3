"""What every screen is made of: tabs, bindings, prompts, the clipboard, spans of time."""
