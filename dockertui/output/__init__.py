"""Output to the user's terminal: the cell diff under Textual, and flow control."""
