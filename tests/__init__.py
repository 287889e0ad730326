"""Tests, by the package that they test."""

import os
import sys

# Each process of a run loads the same thousands of modules. Compiling them anew takes as long as
# the tests of most folders: what is compiled is kept, also where the environment asks for nothing
# of the kind.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
