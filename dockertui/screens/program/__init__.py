"""The program itself: its connection, its help, the requests it sends."""
