"""Seasons as managers keep them: changing one with open eyes, and who has not applied in it."""
