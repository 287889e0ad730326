"""Everything at once: whoever is too late is told in a sentence, and nothing is half done."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

from sqlalchemy import func, select

from engine.actors import Actor
from engine.errors import HuijiError
from engine.releases import Release, ReleasePart
from engine.shipped import gather_own
from tests.workflows.conftest import NOW
from tests.workflows.studio.conftest import Desk
from tests.workflows.walking import Walk
from workflows.studio.drafts import delete_document, discard_draft, get_document, get_draft
from workflows.studio.going_back import get_release, go_back, plan_return
from workflows.studio.merging import plan_merge, take_over
from workflows.studio.models import Draft, DraftDocument
from workflows.studio.presence import note_presence
from workflows.studio.shipped import bring_shipped

ROOT = Path(__file__).parents[3]
PAYMENT = "bpmn/payment/payment.bpmn"
FORM = "forms/payment/confirm_fee.form"
ROUNDS = 4


class Storm:
    """What different people, and an upgrade, do to the process `payment`."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.engine = desk.engine
        self.shipped = dict(gather_own("payment", ROOT))
        bring_shipped(self.engine, {"payment": dict(self.shipped)}, reason="安装")

    @property
    def deeds(self) -> list[Callable[[UUID], object]]:
        """All of them, each of which takes the key of the draft."""
        return [
            self.save,
            self.take_out,
            self.release,
            self.go_back,
            self.discard,
            self.upgrade,
            self.merge,
            self.look,
            self.start,
        ]

    def save(self, draft: UUID) -> None:
        self.desk.change(draft, PAYMENT, "</bpmn:process>", "<!-- --></bpmn:process>")

    def take_out(self, draft: UUID) -> None:
        with self.engine.database.transaction() as session:
            found = get_document(session, draft_id=draft, path=FORM)
            delete_document(
                session, draft_id=draft, path=FORM, expected=found.version, by=2, now=NOW
            )

    def release(self, draft: UUID) -> None:
        self.desk.release(self.desk.plan(draft))

    def go_back(self, _draft: UUID) -> None:
        with self.engine.database.read() as session:
            old = get_release(session, process_id="payment", number=1)
            plan = plan_return(session, self.engine, old)
        with self.engine.database.transaction() as session:
            go_back(session, plan=plan, callers=(), reason="撤回", by=Actor("staff", 3), now=NOW)

    def discard(self, draft: UUID) -> None:
        with self.engine.database.transaction() as session:
            version = get_draft(session, draft).version
            discard_draft(session, draft_id=draft, version=version)

    def upgrade(self, _draft: UUID) -> None:
        self.shipped["bpmn/payment/payment.en.json"] += b"\n"
        bring_shipped(self.engine, {"payment": dict(self.shipped)}, reason="升级")

    def merge(self, _draft: UUID) -> None:
        with self.engine.database.transaction() as session:
            plan = plan_merge(session, process_id="payment", source="shipped")
            take_over(
                session,
                process_id="payment",
                source="shipped",
                basis=plan.basis,
                paths=[each.path for each in plan.choices],
                by=4,
                now=NOW,
            )

    def look(self, draft: UUID) -> None:
        with self.engine.database.transaction() as session:
            note_presence(
                session, draft_id=draft, account_id=self.desk.by, tab="one", document="", now=NOW
            )

    def start(self, _draft: UUID) -> None:
        Walk(self.engine, "330000100001").start()


def test_a_draft_survives_everything_that_can_happen_to_it_at_once(desk: Desk) -> None:
    storm = Storm(desk)
    for _ in range(ROUNDS):
        draft = desk.open("payment")
        storm.save(draft)
        run_at_once(draft, storm.deeds)
        assert_whole(desk)


def run_at_once(draft: UUID, deeds: list[Callable[[UUID], object]]) -> None:
    """Do them all at the same time; whoever is refused is refused in a sentence."""

    def run(deed: Callable[[UUID], object]) -> str:
        try:
            deed(draft)
        except HuijiError as error:
            return str(error)
        return "done"

    with ThreadPoolExecutor(len(deeds)) as threads:
        assert all(threads.map(run, deeds))


def assert_whole(desk: Desk) -> None:
    """Numbers without gaps, one draft of each kind at most, and none without its diagram."""
    with desk.engine.database.read() as session:
        rows = session.execute(
            select(Release.process_id, func.count(), func.max(Release.number)).group_by(
                Release.process_id
            )
        ).all()
        assert all(count == most for _process, count, most in rows)
        parts = select(ReleasePart.path).join(Release).where(Release.process_id == "payment")
        newest = parts.order_by(Release.number.desc()).limit(1)
        assert session.scalar(newest) is not None
        for draft in session.scalars(select(Draft)):
            paths = set(
                session.scalars(
                    select(DraftDocument.path).where(DraftDocument.draft_id == draft.id)
                )
            )
            assert f"bpmn/{draft.process_id}/{draft.process_id}.bpmn" in paths
