"""The annual inspection 年检: who may apply when, and what its steps show and record."""
