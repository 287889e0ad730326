"""What the names in documents stand for, as people say it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.language import N_, _
from forms.lists import Language
from workflows.shared.application_kinds import all_kinds
from workflows.shared.statuses import LABELS
from workflows.studio.catalogue import DUTIES, LANES

OFFICES = {
    "own": N_("The one that the case belongs to"),
    "same": N_("The one that did the step before"),
    "higher": N_("The one above"),
}


@dataclass(frozen=True)
class Setting:
    """What a property of a form's component is called, and its values where they have words."""

    label: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Vocabulary:
    """The words of those who show differences; what has none is called by its name.

    `operations` and `processes` by name, `inputs` by operation and name, `components` the types of
    a form's components, `settings` their properties by type, place and name: all in `language`.
    """

    language: Language = "zh"
    operations: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    processes: Mapping[str, str] = field(default_factory=dict)
    components: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[tuple[str, str, str], Setting] = field(default_factory=dict)


def say_property(name: str, value: str) -> str:
    """A value of one of the properties that mean something here."""
    known: Mapping[str, str] = {}
    match name:
        case "status":
            known = LABELS
        case "kind" | "case_kind":
            known = {code: kind.label for code, kind in all_kinds().items()}
        case "office":
            known = OFFICES
    return _(known[value]) if value in known else value


def say_group(group: str) -> str:
    """Who does something."""
    known = {**LANES, **DUTIES}
    return _(known[group]) if group in known else group


def say_flag(value: str) -> str:
    """What is either so or not."""
    return {"true": _("Yes"), "false": _("No")}.get(value, value)
