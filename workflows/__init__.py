"""The domain: one package per process, and what they share.

`collect` gathers what the packages offer to the engine and to the web.
"""
