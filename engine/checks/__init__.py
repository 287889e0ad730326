"""The engine's own checks of a release, by what they look for."""
