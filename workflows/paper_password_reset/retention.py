"""Scans of identity documents are kept as long as an application needs them, and 30 days more."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from engine.actors import SYSTEM
from engine.cases import Case
from engine.engine import Engine
from engine.files import StoredFile
from engine.jobs import job
from engine.noting import note
from engine.recurring import Every
from workflows.paper_password_reset.applications import read_scans
from workflows.paper_password_reset.models import PaperReset

KEPT = timedelta(days=30)
PORTION = 50


@job("paper_resets.forget_scans", recurs=Every(timedelta(hours=6)))
def forget_scans(session: Session, engine: Engine, now: datetime) -> None:
    """Delete the scans of applications that ended 30 days ago, all but the signed form.

    A content whose row is gone is removed with the next sweep of the files.
    """
    query = (
        select(PaperReset, Case)
        .join(Case, Case.id == PaperReset.case_id)
        .where(PaperReset.scans_deleted_at.is_(None), Case.ended_at <= now - KEPT)
        .order_by(Case.ended_at)
        .limit(PORTION)
    )
    for kept, case in session.execute(query):
        signed = read_scans(session, engine.vault, case).get("signed_form") or ()
        session.execute(
            delete(StoredFile).where(
                StoredFile.case_id == case.id,
                StoredFile.id.not_in([UUID(each["id"]) for each in signed]),
            )
        )
        kept.scans_deleted_at = now
        note(
            session,
            engine,
            case_id=case.id,
            kind="identity_scans_deleted",
            by=SYSTEM,
            now=now,
        )
