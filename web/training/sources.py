"""Where hours came from, in the reader's language."""

from engine.language import _
from web.languages import spoken
from workflows.output_hours.kinds import name_kind
from workflows.output_hours.limits import SOURCE as OF_OUTPUT
from workflows.shared.hours import HoursEntry
from workflows.training_enrolment.crediting import KEY as OF_A_CLASS


def name_source(entry: HoursEntry) -> str:
    """What gave the hours, by the entry's key; the words of the ledger for what came otherwise."""
    if entry.external_key.startswith(OF_A_CLASS):
        return _("Training class")
    if entry.external_key.startswith(OF_OUTPUT):
        code = entry.external_key.removeprefix(OF_OUTPUT).partition(":")[0]
        return _("Hours for output: %(kind)s", kind=name_kind(code, spoken()))
    return entry.source
