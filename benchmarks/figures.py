"""Figures: as a table for people, then as one line of JSON each."""

import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One measured value, with the floor of the same run where there is one."""

    name: str
    value: float
    unit: str
    floor: float | None = None
    note: str = ""

    @property
    def ratio(self) -> float | None:
        """How many times the floor."""
        return None if self.floor is None else self.value / self.floor

    def as_json(self) -> str:
        """The figure's line."""
        said: dict[str, object] = {"figure": self.name, "value": round(self.value, 3)}
        said["unit"] = self.unit
        if self.floor is not None and self.ratio is not None:
            said |= {"floor": round(self.floor, 3), "ratio_to_floor": round(self.ratio, 2)}
        return json.dumps(said)


def show(figures: Iterable[Figure]) -> None:
    """Print the table and the lines."""
    rows = list(figures)
    width = max(len(row.name) for row in rows)
    lines = [f"{'figure':{width}}  {'value':>10} {'unit':<6} {'floor':>10} {'ratio':>6}  note"]
    for row in rows:
        floor = "" if row.floor is None else f"{row.floor:.3f}"
        ratio = "" if row.ratio is None else f"{row.ratio:.2f}"
        said = f"{row.name:{width}}  {row.value:>10.3f} {row.unit:<6} {floor:>10} {ratio:>6}"
        lines.append(f"{said}  {row.note}")
    sys.stdout.write("\n".join([*lines, "", *(row.as_json() for row in rows)]) + "\n")
