"""Pieces of screen that know nothing of Docker."""
