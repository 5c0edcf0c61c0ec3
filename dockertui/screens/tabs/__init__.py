"""The detail tabs that need one file only."""
