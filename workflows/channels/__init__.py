"""Reaching people outside the pages: a real client of each channel, and a stand-in."""
