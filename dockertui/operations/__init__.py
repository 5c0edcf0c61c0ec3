"""The catalogue: everything a user can do is one Operation."""
