"""What a reviewer must say beside his decision."""

from collections.abc import Mapping
from typing import Any

from engine.cases import Case
from engine.language import _
from workflows.shared.form_data import FormData, answer_check, form_data

PROCESS = "review"


@form_data(PROCESS, "review_application")
def review_application(*, case: Case) -> FormData:
    """审核: the decision itself; the application beside it comes from the review's queries."""
    return FormData(context={"year": case.year, "kind": case.kind, "round": case.round})


@answer_check(PROCESS, "review_application")
def check_reason(*, outcome: str, values: Mapping[str, Any]) -> Mapping[str, str]:
    """A return needs a reason: the member is told it."""
    if outcome == "return" and not values.get("reason"):
        return {"reason": _("Say why you return the application: the member is told.")}
    return {}
