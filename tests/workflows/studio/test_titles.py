"""What people call documents that only one of two states has."""

from engine.shipped import gather_own
from web.installing import ROOT
from workflows.studio.titles import title_both

FORM = "forms/ruling/propose_ruling.form"
DIAGRAM = "bpmn/ruling/ruling.bpmn"


def test_a_form_that_is_taken_out_is_called_as_the_step_that_showed_it() -> None:
    old = dict(gather_own("ruling", ROOT))
    new = {path: data for path, data in old.items() if path != FORM}
    new[DIAGRAM] = old[DIAGRAM].replace(b'formId="propose_ruling"', b'formId="gone"')
    titles = title_both("ruling", old, new, "zh")
    assert titles[FORM] == title_both("ruling", old, old, "zh")[FORM]
    assert titles[FORM] != "propose_ruling"
