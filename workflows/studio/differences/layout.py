"""What is different between two drawings of the same things: of a diagram, or of decisions."""

from collections.abc import Iterator, Mapping

from engine.language import ngettext
from workflows.studio.differences.model import Change


def compare_layouts(old: Mapping[str, object], new: Mapping[str, object]) -> Iterator[Change]:
    """One line for all that is drawn elsewhere, given where it stands by what it is."""
    moved = [name for name, place in new.items() if name in old and old[name] != place]
    if moved:
        said = ngettext(
            "Drawing: %(n)s element stands elsewhere or is drawn otherwise; "
            "nothing follows from it",
            "Drawing: %(n)s elements stand elsewhere or are drawn otherwise; "
            "nothing follows from it",
            len(moved),
        )
        yield Change("moved", said)
