"""Benchmarks of the whole process in a real pty of 120x40, on a private dockerd.

`make bench`, or `python -m bench --runs 5 start idle keys`; the results go to `bench/results`.
"""
