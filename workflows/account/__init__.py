"""One's own account: what its holder changes himself."""
