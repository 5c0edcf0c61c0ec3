"""Why a container died: from what the Engine and the program saw to a sentence, its evidence and what to do next."""
