"""The surfaces, and the place where the parts are put together."""
