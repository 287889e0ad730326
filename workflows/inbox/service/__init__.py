"""Keeping the service level: who is reminded, whom delays are told, what a nudge says."""
