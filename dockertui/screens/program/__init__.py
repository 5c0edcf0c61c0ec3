"""What concerns the program itself: the connection, help, the requests it sends."""
