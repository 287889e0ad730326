"""One person's data: shown to who needs them, given to their owner, kept no longer than needed."""
