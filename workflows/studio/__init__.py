"""The process studio: drafts of processes, what is wrong with them, and their releases."""
