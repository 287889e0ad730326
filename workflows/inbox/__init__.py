"""The inbox 待办 of an association: what waits for its people, and how they share the work."""
