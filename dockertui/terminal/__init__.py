"""A terminal in the program: the emulator, the encoding of keys, sessions, and the widget that shows one."""
