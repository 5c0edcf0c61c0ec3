"""What the user's terminal is sent: the cell diff under Textual, and flow control."""
