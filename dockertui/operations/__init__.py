"""The catalogue: every thing a user can do is one Operation."""
