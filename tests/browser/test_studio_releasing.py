"""An administrator releases what he changed, goes back, and takes over an upgrade; by keys too."""

from typing import Any
from uuid import UUID

import pytest
from playwright.sync_api import expect

from engine.shipped import gather_own
from tests.browser.conftest import Enter, Errands
from web.installing import ROOT
from workflows.studio.drafts import get_document, open_draft, save_document
from workflows.studio.shipped import bring_shipped

PAYMENT = "bpmn/payment/payment.bpmn"
END = "</bpmn:process>"


def change(app: Any, old: str, new: str) -> UUID:
    """Put other words into the draft of the fee's diagram."""
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        draft = open_draft(session, process_id="payment", by=1, now=engine.now())
        document = get_document(session, draft_id=draft.id, path=PAYMENT)
        data = document.data.replace(old.encode(), new.encode())
        version = save_document(
            session,
            draft_id=draft.id,
            path=PAYMENT,
            data=data,
            expected=document.version,
            by=1,
            now=engine.now(),
        ).version
    assert version
    return draft.id


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_a_change_is_released_with_its_callers_and_taken_back(
    enter: Enter, errand: Errands, width: str
) -> None:
    admin, app = enter("admin", width), errand("admin").app
    admin.go("/studio/").is_at("Processes").look("studio-processes")
    draft = change(app, 'type="fees.', 'type="fees_of_tomorrow.')
    admin.go(f"/studio/drafts/{draft}/release").sees("fees_of_tomorrow").look("studio-errors")
    expect(admin.button("Make release %(number)s", number=2)).to_have_count(0)
    change(app, 'type="fees_of_tomorrow.', 'type="fees.')
    change(app, END, f"<!-- -->{END}")
    admin.go(f"/studio/drafts/{draft}/release").sees("Processes that call this one")
    admin.look("studio-release").field(admin.say("The reason")).fill("会费口径调整")
    admin.button("Make release %(number)s", number=2).press("Enter")
    admin.sees("History of releases").sees("会费口径调整").look("studio-process")
    admin.link("Release %(number)s", number=2).first.click()
    admin.sees("What is different from release %(number)s", number=1).look("studio-one-release")
    admin.go("/studio/processes/payment/releases/1/again").sees("The reason").look("studio-return")
    admin.field(admin.say("The reason")).fill("新版有误")
    admin.press("Make release %(number)s", number=3)
    admin.sees("History of releases").sees("新版有误")


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_files_are_made_and_an_upgrade_is_taken_over(
    enter: Enter, errand: Errands, width: str
) -> None:
    admin, app = enter("admin", width), errand("admin").app
    draft = change(app, END, f"<!-- -->{END}")
    admin.go(f"/studio/drafts/{draft}/documents").is_at("Files of the process")
    admin.look("studio-files").type(admin.say("Title"), "再次缴费")
    admin.field(admin.say("Name in the diagram")).last.fill("pay_again")
    admin.press("Make it")
    expect(admin.page).to_have_url(
        f"{admin.page.url.split('/studio')[0]}/studio/drafts/{draft}/edit/forms/payment/pay_again.form?new=1"
    )
    own = dict(gather_own("payment", ROOT))
    own["forms/payment/confirm_fee.form"] += b" "
    bring_shipped(app.extensions["engine"], {"payment": own}, reason="as shipped")
    admin.go("/studio/processes/payment/released").sees("Which files to take over")
    admin.look("studio-merge").press("Take over what is ticked")
    admin.sees("What you ticked is in the draft. Look through it and release it.")
