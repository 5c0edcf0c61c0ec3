"""The embedded Engine: the real protocol over a private socket, a small believable world behind it."""
