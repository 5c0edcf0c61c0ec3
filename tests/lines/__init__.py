"""The lines shown, run for real, against the requests sent: an Engine that records what it is asked decides."""
