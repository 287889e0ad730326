"""Every kind of transfer, by its name."""

from collections.abc import Mapping

from workflows.register.transfers import cells, kinds
from workflows.register.transfers.fees import Fees
from workflows.register.transfers.firms import Firms
from workflows.register.transfers.hours import Hours
from workflows.register.transfers.kinds import Kind
from workflows.register.transfers.members import Members

KINDS: Mapping[str, Kind] = {each.name: each for each in (Members(), Firms(), Fees(), Hours())}


def name_problem(kind: str, why: str) -> str:
    """The sentence of what is wrong with a row, by its code."""
    known = KINDS[kind].problems
    return known.get(why) or kinds.PROBLEMS.get(why) or cells.PROBLEMS[why]
