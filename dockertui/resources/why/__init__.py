"""Why a container ended: a verdict, its evidence and what to do next, from what the Engine and the program saw."""
