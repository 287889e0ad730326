"""The floor: what completing a task costs in a handler written by hand for this one job.

No engine, no diagram, no form document, no object mapping: SQLAlchemy Core, one marshmallow
schema for each form, the next step as an `if`. It holds the same rows with the same locks, asks
the domain the same questions and writes the same rows, sealed and chained as the product's are.
"""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import orjson
from marshmallow import EXCLUDE, Schema, fields, validate
from sqlalchemy import Table, delete, insert, select, update
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine.actors import Actor
from engine.cases import Case
from engine.database import Base, new_id
from engine.drafts import Draft
from engine.engine import Engine
from engine.spiff import Step
from engine.submissions import Submission
from engine.subscriptions import Subscription
from engine.tasks import Task
from engine.trail import Event
from workflows.inbox.arriving import describe_task
from workflows.inspection.operations import apply_information, record_result
from workflows.payment.operations import collect_facts, is_settled, record
from workflows.shared.commitments import find_version
from workflows.shared.form_data import Key, Provider
from workflows.shared.hours_asked import add_up
from workflows.shared.messages import send
from workflows.shared.seasons import find_season_of_year


def _table(model: type[Base]) -> Table:
    return cast(Table, model.__table__)


TASK, CASE, DRAFT = _table(Task), _table(Case), _table(Draft)
SUBMISSION, EVENT, SUBSCRIPTION = _table(Submission), _table(Event), _table(Subscription)
PROCESS_OF = {
    "provide_materials": "settlement",
    "confirm_application": "settlement",
    "review_application": "review",
}
LANE_OF = {"review_application": "association"}
REVIEW = Step(
    id="review_application",
    process_id="review",
    kind="user_task",
    name="审核",
    label="审核",
    lane="association",
    group="review",
)
"""What the domain asks of the reviewer's step."""


class Row(Schema):
    """A row of the education list."""

    class Meta:
        """What is not asked for is left out."""

        unknown = EXCLUDE

    education_level = fields.String(required=True, validate=validate.Length(max=40))
    degree = fields.String(validate=validate.Length(max=40))
    school = fields.String(required=True, validate=validate.Length(1, 200))
    major = fields.String(validate=validate.Length(max=200))
    graduated_date = fields.Date()


class Information(Schema):
    """完善信息."""

    class Meta:
        """What is not asked for is left out."""

        unknown = EXCLUDE

    political_status = fields.String(required=True, validate=validate.Length(1, 40))
    region = fields.String(required=True, validate=validate.Regexp(r"^\d{6}$"))
    household_region = fields.String(validate=validate.Regexp(r"^\d{6}$"))
    address = fields.String(required=True, validate=validate.Length(1, 200))
    postal_code = fields.String(validate=validate.Regexp(r"^\d{6}$"))
    telephone = fields.String(validate=validate.Length(max=40))
    emergency_contact = fields.String(validate=validate.Length(max=200))
    employment = fields.String(required=True, validate=validate.Length(1, 40))
    employer = fields.String(validate=validate.Length(max=200))
    employer_kind = fields.String(validate=validate.Length(max=40))
    department = fields.String(validate=validate.Length(max=200))
    position = fields.String(validate=validate.Length(max=200))
    professional_title = fields.String(validate=validate.Length(max=40))
    work_started_date = fields.Date()
    employer_telephone = fields.String(validate=validate.Length(max=40))
    archive_holder = fields.String(validate=validate.Length(max=200))
    education = fields.List(fields.Nested(Row), required=True)
    qualified_date = fields.Date()
    domestic_qualifications = fields.List(fields.String(validate=validate.Length(max=40)))
    domestic_other = fields.String(validate=validate.Length(max=200))
    international_qualifications = fields.List(fields.String(validate=validate.Length(max=40)))
    international_other = fields.String(validate=validate.Length(max=200))


class Commitment(Schema):
    """承诺书."""

    class Meta:
        """What is not asked for is left out."""

        unknown = EXCLUDE

    agreed = fields.Boolean(required=True, validate=validate.Equal(True))


class Decision(Schema):
    """审核."""

    class Meta:
        """What is not asked for is left out."""

        unknown = EXCLUDE

    reason = fields.String(validate=validate.Length(max=2000))


class Nothing(Schema):
    """A form without fields."""

    class Meta:
        """What is not asked for is left out."""

        unknown = EXCLUDE


SCHEMAS: Mapping[str, Schema] = {
    "fill_information": Information(),
    "accept_commitment": Commitment(),
    "review_application": Decision(),
}
LISTS = ("domestic_qualifications", "international_qualifications")


class Floor:
    """The handler; `form_data` are the domain's own functions for what a form is filled with."""

    def __init__(self, engine: Engine, form_data: Mapping[Key, Provider]) -> None:
        self.engine = engine
        self.form_data = form_data

    def complete(
        self,
        session: Session,
        *,
        task_id: UUID,
        outcome: str,
        posted: MultiDict[str, str],
        member_id: int | None,
        reviews: frozenset[int],
        by: Actor,
        now: datetime,
    ) -> UUID | None:
        """Complete a task; the id of the next one."""
        row = session.execute(
            select(TASK, CASE)
            .join(CASE, CASE.c.id == TASK.c.case_id)
            .where(TASK.c.id == task_id)
            .with_for_update()
        ).one()
        held = row._mapping  # noqa: SLF001 - SQLAlchemy calls it public
        element = held[TASK.c.element_id]
        if held[TASK.c.state] != "open":
            raise LookupError("done already")
        if LANE_OF.get(element) == "association":
            if held[TASK.c.association_id] not in reviews:
                raise PermissionError
        elif held[TASK.c.subject_id] != member_id:
            raise PermissionError
        case = Case(**{column.name: held[column] for column in CASE.c})
        values = self._read(session, case, element, posted, now)
        stored = orjson.loads(held[CASE.c.engine_state] or b"{}")
        # The case was begun by the engine; from here on its state is the floor's.
        state: dict[str, Any] = stored if isinstance(stored, dict) else {}
        submission_id, digest = self._keep(session, held, outcome, values, by, now)
        session.execute(
            delete(DRAFT).where(DRAFT.c.case_id == case.id, DRAFT.c.element_id == element)
        )
        following, status = self._next(session, case, element, outcome, values, state, by, now)
        session.execute(
            update(TASK)
            .where(TASK.c.id == task_id)
            .values(
                state="completed",
                outcome=outcome,
                completed_at=now,
                completed_by_kind=by.kind,
                completed_by=by.id,
            )
        )
        next_id = self._open(session, case, following, now) if following else None
        self._watch(session, case, element, following)
        self._write(
            session,
            held,
            case,
            status=status,
            state=state,
            is_over=following is None,
            by=by,
            now=now,
            said={
                "task": str(task_id),
                "process": held[TASK.c.process_id],
                "element": element,
                "outcome": outcome,
                "round": held[TASK.c.round],
                "submission": str(submission_id),
                "digest": digest,
            },
        )
        return next_id

    def _read(
        self, session: Session, case: Case, element: str, posted: MultiDict[str, str], now: datetime
    ) -> dict[str, Any]:
        raw: dict[str, Any] = {key: value for key, value in posted.items() if value}
        if element == "fill_information":
            raw |= {name: posted.getlist(name) for name in LISTS}
            raw["education"] = [
                {
                    name: posted.get(f"education.{number}.{name}")
                    for name in Row().fields
                    if posted.get(f"education.{number}.{name}")
                }
                for number in posted.getlist("education.row")
            ]
        values: dict[str, Any] = SCHEMAS.get(element, Nothing()).load(raw)
        provider = self.form_data.get((PROCESS_OF.get(element, "inspection"), element))
        if provider is not None:
            data = provider(session, engine=self.engine, case=case, language="zh", now=now)
            values |= data.locked
        return values

    def _keep(  # noqa: PLR0917 - by hand
        self,
        session: Session,
        held: Any,
        outcome: str,
        values: Mapping[str, Any],
        by: Actor,
        now: datetime,
    ) -> tuple[UUID, str]:
        said = orjson.dumps({"salt": secrets.token_hex(16), "values": values})
        subject = f"member:{held[CASE.c.subject_id]}"
        submission_id = new_id()
        session.execute(
            insert(SUBMISSION),
            [
                {
                    "id": submission_id,
                    "case_id": held[TASK.c.case_id],
                    "task_id": held[TASK.c.id],
                    "process_id": held[TASK.c.process_id],
                    "element_id": held[TASK.c.element_id],
                    "round": held[TASK.c.round],
                    "release_id": held[CASE.c.release_id],
                    "outcome": outcome,
                    "sealed": self.engine.vault.seal(session, subject, said),
                    "at": now,
                    "by_kind": by.kind,
                    "by_id": by.id,
                }
            ],
        )
        return submission_id, hashlib.sha256(said).hexdigest()

    def _next(  # noqa: PLR0917 - by hand
        self,
        session: Session,
        case: Case,
        element: str,
        outcome: str,
        values: Mapping[str, Any],
        state: dict[str, Any],
        by: Actor,
        now: datetime,
    ) -> tuple[str | None, str]:
        ids: dict[str, Any] = {
            "member_id": case.subject_id,
            "season_id": state.setdefault("season_id", self._season(session, case)),
        }
        if element == "fill_information":
            add_up(session, engine=self.engine, case=case, now=now, **ids)
            if not state.get("seen"):
                return "view_inspection", case.status
            return self._after_commitment(session, state, ids, now)
        if element == "view_inspection":
            state["seen"] = True
            return self._after_commitment(session, state, ids, now)
        if element == "accept_commitment":
            state["version"] = values["version"]
            return self._settle(session, ids, now)
        if element == "provide_materials":
            return "confirm_application", case.status
        if element == "confirm_application":
            is_settled(session, **ids)
            return "review_application", "in_review"
        if outcome == "return":
            case.round += 1
            send(
                session,
                engine=self.engine,
                case=case,
                now=now,
                member_id=case.subject_id,
                template="application_returned",
                kind="inspection",
            )
            return "fill_information", "returned"
        record_result(session, engine=self.engine, case=case, now=now, kind="inspection", **ids)
        apply_information(
            session, engine=self.engine, case=case, member_id=case.subject_id, now=now
        )
        send(
            session,
            engine=self.engine,
            case=case,
            now=now,
            member_id=case.subject_id,
            template="application_approved",
            kind="inspection",
        )
        return None, "passed"

    def _after_commitment(
        self, session: Session, state: dict[str, Any], ids: dict[str, Any], now: datetime
    ) -> tuple[str, str]:
        found = find_version(session, season_id=ids["season_id"], kind="inspection")
        if state.get("version") != found["current_commitment"]:
            return "accept_commitment", "draft"
        return self._settle(session, ids, now)

    def _settle(self, session: Session, ids: dict[str, Any], now: datetime) -> tuple[str, str]:
        facts = collect_facts(session, **ids)["fee_facts"]
        is_paid = isinstance(facts, dict) and facts.get("paid")
        record(session, now=now, status="confirmed" if is_paid else "to_pay", amount=0, **ids)
        return "provide_materials", "draft"

    def _season(self, session: Session, case: Case) -> int:
        season = find_season_of_year(
            session, association_id=case.association_id or 0, year=case.year or 0
        )
        if season is None:
            raise LookupError("no season")
        return season.id

    def _open(self, session: Session, case: Case, element: str, now: datetime) -> UUID:
        task_id = new_id()
        lane = LANE_OF.get(element, "member")
        due_at = None
        if lane == "association":
            due_at = describe_task(session, case, REVIEW, now)["due_at"]
        session.execute(
            insert(TASK),
            [
                {
                    "id": task_id,
                    "case_id": case.id,
                    "process_id": PROCESS_OF.get(element, "inspection"),
                    "element_id": element,
                    "lane": lane,
                    "duty": "review" if lane == "association" else lane,
                    "kind": "inspection",
                    "round": case.round,
                    "state": "open",
                    "association_id": case.association_id,
                    "subject_kind": case.subject_kind,
                    "subject_id": case.subject_id,
                    "subject_no": case.subject_no,
                    "subject_name": case.subject_name,
                    "region": case.region,
                    "year": case.year,
                    "opened_at": now,
                    "due_at": due_at,
                }
            ],
        )
        return task_id

    def _watch(self, session: Session, case: Case, element: str, following: str | None) -> None:
        key = {"case_id": case.id, "name": "withdrawn", "key": str(case.subject_id)}
        if following == "review_application":
            session.execute(insert(SUBSCRIPTION), [key])
        if element == "review_application":
            session.execute(
                delete(SUBSCRIPTION).where(
                    SUBSCRIPTION.c.case_id == case.id, SUBSCRIPTION.c.name == "withdrawn"
                )
            )

    def _write(
        self,
        session: Session,
        held: Any,
        case: Case,
        *,
        status: str,
        state: Mapping[str, Any],
        is_over: bool,
        by: Actor,
        now: datetime,
        said: dict[str, Any],
    ) -> None:
        number = held[CASE.c.trail_length] + 1
        row = {
            "case_id": case.id,
            "number": number,
            "kind": "task_completed",
            "at": now,
            "by_kind": by.kind,
            "by_id": by.id,
            "data": said,
        }
        signed = orjson.dumps(
            [case.id.hex, number, "task_completed", now.timestamp(), by.kind, by.id, said],
            option=orjson.OPT_SORT_KEYS,
        )
        mac = hmac.digest(
            self.engine.vault.trail_key, held[CASE.c.trail_head] + signed, hashlib.sha256
        )
        session.execute(insert(EVENT), [{**row, "mac": mac}])
        session.execute(
            update(CASE)
            .where(CASE.c.id == case.id, CASE.c.version == held[CASE.c.version])
            .values(
                status=status,
                round=case.round,
                state="ended" if is_over else "open",
                engine_state=b"" if is_over else orjson.dumps(state),
                version=held[CASE.c.version] + 1,
                trail_length=number,
                trail_head=mac,
                updated_at=now,
            )
        )
