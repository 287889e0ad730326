"""Filling an empty database with a whole country's work: to see how everything behaves then.

A few cases are really run, each to where a story leaves it, in a transaction that is taken back
(`stories`). What they wrote becomes the pattern of all cases of that story (`patterns`), which
are written in bulk (`bulk`) for invented people at invented dates (`filling`).
"""

from workflows.seeding.filling import Progress, Size, fill
from workflows.seeding.offices import is_empty

__all__ = ["Progress", "Size", "fill", "is_empty"]
