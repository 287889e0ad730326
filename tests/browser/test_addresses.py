"""What is not one's own does not exist, and neither does what nobody has."""

from uuid import uuid4

import pytest

from tests.browser.attachments import picture
from tests.browser.conftest import Enter, Errands
from tests.browser.errands import get_case, get_task

MEMBER, OTHER = "440100100001", "330000100001"


@pytest.fixture
def addresses(errand: Errands) -> list[str]:
    """Where one member's things are."""
    sent = errand(MEMBER).start().to("provide_materials")
    task = get_task(sent.app, MEMBER, "provide_materials")
    sent.attach("work_proof", "proof.png", picture())
    (file,) = sent.step_page.xpath("//a[contains(@href, '/files/')]/@href")
    sent.apply()
    errand("gz_review").decide(MEMBER, "return", "请补充")
    (message,) = sent.get("/messages").xpath("//main//a[contains(@href, '/messages/')]/@href")
    case = get_case(sent.app, MEMBER)
    return [
        f"/tasks/{task.id}",
        f"/applications/{case.id}",
        f"/applications/{case.id}/trail",
        f"/applications/{case.id}/sent",
        message,
        file,
    ]


def test_anothers_things_are_not_found(enter: Enter, addresses: list[str]) -> None:
    owner, other, elsewhere = enter(MEMBER), enter(OTHER), enter("zj_review")
    for address in addresses:
        owner.go(address)
        other.go(address, status=404).is_at("Page not found")
        elsewhere.go(address, status=404)


def test_a_task_of_another_association_is_not_found(enter: Enter, errand: Errands) -> None:
    errand(OTHER).start().apply()
    task = get_task(errand(OTHER).app, OTHER, "review_application")
    case = get_case(errand(OTHER).app, OTHER)
    enter("zj_review").go(f"/inbox/{task.id}").go(f"/cases/{case.id}")
    for login in ("gz_review", OTHER):
        stranger = enter(login)
        for address in (f"/inbox/{task.id}", f"/cases/{case.id}", f"/cases/{case.id}/diagram"):
            stranger.go(address, status=404)


@pytest.mark.parametrize(
    "address",
    ["/tasks/{}", "/applications/{}", "/applications/{}/trail", "/files/{}", "/messages/999999"],
)
def test_an_unknown_id_is_not_found(enter: Enter, address: str) -> None:
    visitor = enter(MEMBER).go(address.format(uuid4()), status=404).is_at("Page not found")
    visitor.look("not-found")


@pytest.mark.parametrize("address", ["/inbox/{}", "/cases/{}", "/nowhere", "/tasks/none"])
def test_an_unknown_id_is_not_found_by_staff(enter: Enter, address: str) -> None:
    enter("zj_manage").go(address.format(uuid4()), status=404).is_at("Page not found")
