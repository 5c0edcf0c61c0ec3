"""One file per kind of object: its columns and its details."""
