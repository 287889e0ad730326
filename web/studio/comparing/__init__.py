"""Two states of a process side by side: what differs in words, and a document of both."""

from web.studio.comparing import pages

__all__ = ["pages"]
