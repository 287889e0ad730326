"""Taking over, document by document: from an upgrade, or from what was released meanwhile."""

from collections.abc import Collection
from uuid import UUID

import pytest

from engine.releases import Documents
from engine.shipped import gather_own, list_processes
from tests.workflows.conftest import NOW, ROOT
from tests.workflows.studio.conftest import Desk
from workflows.studio.drafts import read_documents
from workflows.studio.merging import (
    ChoicesOutdated,
    Merge,
    NothingWaits,
    Source,
    discard_shipped,
    plan_merge,
    take_over,
)
from workflows.studio.shipped import bring_shipped

DIAGRAM = "bpmn/ruling/ruling.bpmn"
PROPOSE, AGREE = "forms/ruling/propose_ruling.form", "forms/ruling/agree_ruling.form"
NEW = "forms/ruling/look_again.form"


def plan(desk: Desk, source: Source = "shipped") -> Merge:
    """Look at what differs."""
    with desk.engine.database.read() as session:
        return plan_merge(session, process_id="ruling", source=source)


def take(desk: Desk, merge: Merge, paths: Collection[str]) -> UUID:
    """Take ticked documents over; answers the draft that they are in."""
    with desk.engine.database.transaction() as session:
        return take_over(
            session,
            process_id="ruling",
            source=merge.source,
            basis=merge.basis,
            paths=paths,
            by=desk.by,
            now=NOW,
        ).id


def read(desk: Desk, draft_id: UUID) -> Documents:
    """What a draft consists of."""
    with desk.engine.database.read() as session:
        return read_documents(session, draft_id)


@pytest.fixture
def upgraded(desk: Desk) -> Documents:
    """An upgrade waits: it changed both forms and made one; here the diagram and one form were."""
    shipped = {name: gather_own(name, ROOT) for name in list_processes(ROOT)}
    bring_shipped(desk.engine, shipped, reason="as shipped")
    draft = desk.open("ruling")
    desk.change(draft, DIAGRAM, 'name="复核"', 'name="复核意见"')
    desk.change(draft, AGREE, '"default"', '"default" ')
    desk.release(desk.plan(draft))
    new = dict(shipped["ruling"])
    new[PROPOSE] += b" "
    new[AGREE] += b"\n"
    new[NEW] = b'{"type": "default", "components": []}'
    brought = bring_shipped(desk.engine, {**shipped, "ruling": new}, reason="as shipped")
    assert set(brought.waiting) == {"ruling"}
    return new


def test_it_says_who_changed_what(desk: Desk, upgraded: Documents) -> None:
    assert {each.path: (each.kind, each.whose) for each in plan(desk).choices} == {
        DIAGRAM: ("changed", "ours"),
        AGREE: ("changed", "both"),
        PROPOSE: ("changed", "theirs"),
        NEW: ("added", "theirs"),
    }


def test_what_was_ticked_is_in_a_draft_and_nothing_waits_any_more(
    desk: Desk, upgraded: Documents
) -> None:
    draft = take(desk, plan(desk), [PROPOSE, NEW])
    documents = read(desk, draft)
    assert {path: documents[path] for path in (PROPOSE, NEW)} == {
        path: upgraded[path] for path in (PROPOSE, NEW)
    }
    assert documents[AGREE] != upgraded[AGREE]
    assert "复核意见".encode() in documents[DIAGRAM]
    assert desk.numbers("ruling") == {"ruling": 2}
    with pytest.raises(NothingWaits):
        plan(desk)


def test_who_took_all_of_it_over_is_at_one_with_what_is_shipped(
    desk: Desk, upgraded: Documents
) -> None:
    merge = plan(desk)
    draft = take(desk, merge, [each.path for each in merge.choices])
    assert read(desk, draft) == upgraded
    desk.release(desk.plan(draft))
    newer = {**upgraded, PROPOSE: upgraded[PROPOSE] + b" "}
    brought = bring_shipped(desk.engine, {"ruling": newer}, reason="as shipped")
    assert [each.process_id for each in brought.released] == ["ruling"]


def test_what_is_discarded_waits_no_more_and_the_process_stays(
    desk: Desk, upgraded: Documents
) -> None:
    shown = plan(desk).basis
    with desk.engine.database.transaction() as session, pytest.raises(ChoicesOutdated):
        discard_shipped(session, process_id="ruling", basis="")
    with desk.engine.database.transaction() as session:
        discard_shipped(session, process_id="ruling", basis=shown)
    with pytest.raises(NothingWaits):
        plan(desk)
    assert bring_shipped(desk.engine, {"ruling": upgraded}, reason="x").waiting == {}


def test_what_was_saved_meanwhile_is_looked_at_first(desk: Desk, upgraded: Documents) -> None:
    draft = desk.open("ruling")
    merge = plan(desk)
    desk.change(draft, DIAGRAM, 'name="复核意见"', 'name="别的"')
    with pytest.raises(ChoicesOutdated):
        take(desk, merge, [PROPOSE])
    take(desk, plan(desk), [PROPOSE])
    assert "别的".encode() in read(desk, draft)[DIAGRAM]


def test_what_was_released_meanwhile_is_taken_into_the_draft(desk: Desk) -> None:
    draft = desk.open("ruling")
    desk.change(draft, DIAGRAM, 'name="复核"', 'name="复核意见"')
    with pytest.raises(NothingWaits):
        plan(desk, "released")
    shipped = gather_own("ruling", ROOT)
    newer = {**shipped, PROPOSE: shipped[PROPOSE] + b" "}
    bring_shipped(desk.engine, {"ruling": newer}, reason="as shipped")
    assert desk.plan(draft).is_moved
    merge = plan(desk, "released")
    assert [(each.path, each.whose) for each in merge.choices] == [
        (DIAGRAM, "ours"),
        (PROPOSE, "theirs"),
    ]
    assert take(desk, merge, [PROPOSE]) == draft
    planned = desk.plan(draft)
    assert not planned.is_moved
    assert [each.path for each in planned.plan.differences] == [DIAGRAM]
