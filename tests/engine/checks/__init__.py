"""Tests of the embedding of SpiffWorkflow."""
