"""The log of one container or of several."""
