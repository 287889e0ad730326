"""What the inspection's own forms show: the register's values, the row, the commitment."""

from sqlalchemy.orm import Session

from engine.cases import Case
from engine.engine import Engine
from forms.lists import Language
from workflows.inspection.applications import PROCESS
from workflows.shared.commitments import commitment_form
from workflows.shared.form_data import FormData, form_data
from workflows.shared.inspection_row import inspection_row
from workflows.shared.register import FREE_FIELDS, KEY_FIELDS, LOCKED_FIELDS, personal_fields
from workflows.shared.seasons import INSPECTION
from workflows.shared.subjects import subject_of_case


@form_data(PROCESS, "fill_information")
def fill_information(session: Session, *, engine: Engine, case: Case) -> FormData:
    """完善信息: prefilled from the register; what only the association changes is locked."""
    subject = subject_of_case(session, case)
    fields = personal_fields(session, engine.vault, subject.member)
    locked = {*LOCKED_FIELDS, *KEY_FIELDS}
    return FormData(
        prefill={name: fields[name] for name in FREE_FIELDS if name not in locked},
        locked={name: fields[name] for name in fields if name in locked},
        context={"year": subject.season.year},
    )


@form_data(PROCESS, "await_hours")
@form_data(PROCESS, "view_inspection")
def view_inspection(session: Session, *, engine: Engine, case: Case) -> FormData:
    """年检信息: the row, and how many hours are missing where they are."""
    subject = subject_of_case(session, case)
    return FormData(
        context={"year": subject.season.year},
        show_panels=lambda: {
            "inspection_row": inspection_row(
                session,
                engine,
                case=case,
                member=subject.member,
                season=subject.season,
                holds_up=True,
            )
        },
    )


@form_data(PROCESS, "accept_commitment")
def accept_commitment(session: Session, *, case: Case, language: Language) -> FormData:
    """承诺书: the current version."""
    season = subject_of_case(session, case).season
    return commitment_form(
        session, season_id=season.id, kind=INSPECTION, panel="commitment", language=language
    )
