"""Templates that are compiled once a run, not once an application.

Each test has an application of its own, and each application an environment of its own, which
compiles the templates of the pages that it draws: most of what a page of a test took.
"""

from types import CodeType

from flask import Flask
from jinja2 import BytecodeCache
from jinja2.bccache import Bucket


class KeptCode(BytecodeCache):
    """What templates were compiled to, by the template's text."""

    def __init__(self) -> None:
        self.known: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.known.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        assert bucket.code is not None
        self.known[bucket.key, bucket.checksum] = bucket.code


def share_templates() -> None:
    """Let every application from now on use what an earlier one compiled."""
    Flask.jinja_options = {**Flask.jinja_options, "bytecode_cache": KeptCode()}
