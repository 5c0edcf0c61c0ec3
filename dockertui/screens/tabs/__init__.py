"""The detail tabs that consist of one file."""
