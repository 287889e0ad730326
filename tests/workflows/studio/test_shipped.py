"""What an upgrade brings: a release where nobody changed anything, else a draft beside it."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor

import pytest

from engine.checks.steps import check_operations
from engine.engine import Engine
from engine.errors import InvalidRelease
from engine.releases import Documents
from engine.shipped import gather_own, list_processes
from tests.workflows.conftest import ROOT
from tests.workflows.studio.conftest import Desk
from workflows.studio.current import documents_of, get_current
from workflows.studio.documents import own_documents
from workflows.studio.drafts import find_draft, read_documents
from workflows.studio.models import SHIPPED
from workflows.studio.shipped import bring_shipped

RULING, PAYMENT = "bpmn/ruling/ruling.bpmn", "bpmn/payment/payment.bpmn"
NAMES = ("ruling", "payment", "settlement", "inspection")


def read_shipped() -> dict[str, Documents]:
    """The processes as they lie in the folder."""
    return {name: gather_own(name, ROOT) for name in list_processes(ROOT)}


def upgraded(
    path: str, old: str = "</bpmn:process>", new: str = "<!--2--></bpmn:process>"
) -> dict[str, Documents]:
    """The same with one document of a newer version."""
    shipped = read_shipped()
    process_id = path.split("/")[1]
    own = dict(shipped[process_id])
    own[path] = own[path].replace(old.encode(), new.encode())
    return {**shipped, process_id: own}


def bring(engine: Engine, shipped: Mapping[str, Documents]) -> tuple[set[str], set[str]]:
    """Bring processes; answers which were released and which wait."""
    brought = bring_shipped(engine, shipped, reason="as shipped")
    return {each.process_id for each in brought.released}, set(brought.waiting)


def own(desk: Desk, process_id: str, unit: str = "") -> Documents:
    """A process's own documents as they are at work, in its unit or in another's."""
    with desk.engine.database.read() as session:
        current = get_current(session, unit or process_id)
        return own_documents(process_id, documents_of(session, current.release_id))


def waiting(desk: Desk, process_id: str) -> Documents | None:
    """What waits beside a process."""
    with desk.engine.database.read() as session:
        draft = find_draft(session, process_id, origin=SHIPPED)
        return None if draft is None else read_documents(session, draft.id)


@pytest.fixture
def shipped(desk: Desk) -> Desk:
    """An installation that knows what it was shipped with."""
    assert bring(desk.engine, read_shipped()) == (set(), set())
    return desk


def edit(desk: Desk, process_id: str, path: str, old: str, new: str) -> None:
    """Change a process and release it."""
    draft = desk.open(process_id)
    desk.change(draft, path, old, new)
    desk.release(desk.plan(draft))


def test_a_new_installation_gets_every_process_with_a_release_of_its_own(engine: Engine) -> None:
    released, beside = bring(engine, read_shipped())
    assert released == set(list_processes(ROOT))
    assert not beside
    assert bring(engine, read_shipped()) == (set(), set())


def test_what_nobody_changed_takes_the_new_one_and_so_do_its_callers(shipped: Desk) -> None:
    new = upgraded(PAYMENT)
    assert bring(shipped.engine, new) == ({"payment", "settlement", "inspection"}, set())
    assert own(shipped, "payment", "inspection") == new["payment"]
    assert shipped.numbers(*NAMES) == {"ruling": 1, "payment": 2, "settlement": 2, "inspection": 2}
    assert bring(shipped.engine, new) == (set(), set())


def test_what_was_changed_here_stays_and_the_new_one_waits_beside_it(shipped: Desk) -> None:
    edit(shipped, "ruling", RULING, 'name="复核"', 'name="复核意见"')
    before = own(shipped, "ruling")
    new = upgraded(RULING)
    assert bring(shipped.engine, new) == (set(), {"ruling"})
    assert own(shipped, "ruling") == before
    assert waiting(shipped, "ruling") == new["ruling"]
    assert bring(shipped.engine, new) == (set(), set())


def test_the_next_version_replaces_the_one_that_waits(shipped: Desk) -> None:
    edit(shipped, "ruling", RULING, 'name="复核"', 'name="复核意见"')
    bring(shipped.engine, upgraded(RULING))
    newer = upgraded(RULING, new="<!--3--></bpmn:process>")
    assert bring(shipped.engine, newer) == (set(), {"ruling"})
    assert waiting(shipped, "ruling") == newer["ruling"]


def test_an_upgrade_that_is_taken_back_waits_no_more(shipped: Desk) -> None:
    edit(shipped, "ruling", RULING, 'name="复核"', 'name="复核意见"')
    bring(shipped.engine, upgraded(RULING))
    assert bring(shipped.engine, read_shipped()) == (set(), set())
    assert waiting(shipped, "ruling") is None


def test_before_it_was_written_down_only_the_software_released(desk: Desk) -> None:
    assert bring(desk.engine, upgraded(PAYMENT)) == ({"payment", "settlement", "inspection"}, set())


def test_what_somebody_released_before_it_was_written_down_counts_as_changed(desk: Desk) -> None:
    edit(desk, "ruling", RULING, 'name="复核"', 'name="复核意见"')
    assert bring(desk.engine, read_shipped()) == (set(), {"ruling"})


def test_what_was_taken_back_to_what_was_shipped_takes_the_next_upgrade(shipped: Desk) -> None:
    edit(shipped, "ruling", RULING, 'name="复核"', 'name="复核意见"')
    edit(shipped, "ruling", RULING, 'name="复核意见"', 'name="复核"')
    assert bring(shipped.engine, upgraded(RULING)) == ({"ruling"}, set())


def test_an_edited_draft_is_no_reason_to_wait_but_it_is_told_of(shipped: Desk) -> None:
    draft = shipped.open("ruling")
    shipped.change(draft, RULING, 'name="复核"', 'name="复核意见"')
    assert bring(shipped.engine, upgraded(RULING)) == ({"ruling"}, set())
    assert shipped.plan(draft).is_moved


def test_what_does_not_fit_what_was_changed_here_waits_and_the_installation_starts(
    shipped: Desk,
) -> None:
    new = upgraded(PAYMENT, 'type="fees.', 'type="fees_of_tomorrow.')
    released, beside = bring(shipped.engine, new)
    assert (released, beside) == (set(), {"payment"})
    assert waiting(shipped, "payment") == new["payment"]
    assert own(shipped, "payment") == read_shipped()["payment"]


def test_a_caller_that_was_left_out_goes_on_with_what_it_has(shipped: Desk) -> None:
    draft = shipped.open("payment")
    shipped.change(draft, PAYMENT, "</bpmn:process>", "<!--here--></bpmn:process>")
    shipped.release(shipped.plan(draft), without=("inspection",))
    assert bring(shipped.engine, upgraded(PAYMENT)) == (set(), {"payment"})
    assert own(shipped, "payment", "inspection") == read_shipped()["payment"]


def test_a_new_process_with_errors_is_named(engine: Engine) -> None:
    engine.checks.append(check_operations(engine.operations))
    broken = upgraded(RULING, 'type="ruling.record"', 'type="ruling.vanished"')
    with pytest.raises(InvalidRelease, match=r"ruling\.vanished"):
        bring(engine, broken)


def test_two_servers_that_start_at_once_fill_a_new_installation_once(engine: Engine) -> None:
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _time: bring(engine, read_shipped()), range(2)))
    assert sorted(len(released) for released, _beside in answers) == [0, len(list_processes(ROOT))]


def test_two_servers_that_start_at_once_bring_it_once(shipped: Desk) -> None:
    new = upgraded(PAYMENT)
    with ThreadPoolExecutor(2) as threads:
        answers = list(threads.map(lambda _time: bring(shipped.engine, new), range(2)))
    assert sorted(len(released) for released, _beside in answers) == [0, 3]
    assert shipped.numbers("inspection") == {"inspection": 2}
