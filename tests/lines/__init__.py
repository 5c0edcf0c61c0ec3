"""The displayed lines, run for real and compared with the program's requests, on an Engine that records them."""
