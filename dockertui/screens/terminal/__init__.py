"""Terminals: the pane, its sessions, its menus and its form."""
