"""The member's side of a fee: an order to pay, 确认已缴费, the proof of a transfer."""

from uuid import UUID

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from engine.cases import Case, get_case
from engine.errors import NotFound
from engine.files import add_file
from engine.language import _
from engine.tasks import Task
from forms.files import UploadRefused
from web import codes, current
from web.languages import spoken
from web.payments.panel import complete_fee_panel
from web.payments.parts import find_provider, get_provider
from web.security import takes
from web.sessions import Person, get_member_person
from web.uploads import NoFileChosen, received_file
from workflows.payment.models import PaymentOrder
from workflows.payment.orders import claim_paid, make_claim
from workflows.payment.orders import open_order as place_order
from workflows.shared.access import check
from workflows.shared.fee_panel import fee_panel
from workflows.shared.subjects import subject_of_case

bp = Blueprint("fees", __name__)

PROOF_SIZE = 5 * 2**20
PROOF_KINDS = ("pdf", "jpg", "png")


@bp.get("/tasks/<uuid:task_id>/fee")
def show(task_id: UUID) -> ResponseReturnValue:
    """The fee's panel alone, asked for every few seconds while it may change elsewhere."""
    person, _member_id = get_member_person()
    with current.engine().database.read() as session:
        opened = current.tasks().open(
            session, task_id=task_id, viewer=person.viewer, language=spoken(), now=current.now()
        )
        if "fee" not in opened.panels:
            raise NotFound
        panel = complete_fee_panel(session, opened)
    if panel["status"] == request.args.get("seen"):
        return Response(status=204)
    return render_template("portal/_fee.html", panel=panel, task_id=task_id)


@bp.post("/tasks/<uuid:task_id>/fee/order")
@takes(51 * 2**20)
def open_order(task_id: UUID) -> ResponseReturnValue:
    """去支付: place an order and show its QR code."""
    person, member_id = get_member_person()
    case, season_id = _keep(person, task_id)
    place_order(
        current.engine(),
        get_provider(),
        member_id=member_id,
        season_id=season_id,
        case_id=case.id,
        now=current.now(),
    )
    return _back(task_id)


@bp.post("/tasks/<uuid:task_id>/fee/claim")
@takes(51 * 2**20)
def claim(task_id: UUID) -> ResponseReturnValue:
    """确认已缴费: settled if the provider knows of it, else for the association to confirm."""
    person, member_id = get_member_person()
    _case, season_id = _keep(person, task_id)
    state = claim_paid(
        current.engine(),
        find_provider(),
        member_id=member_id,
        season_id=season_id,
        now=current.now(),
    )
    if state.is_settled:
        flash(_("Your payment has been received."), "success")
    else:
        flash(_("No payment is known yet. Your association has been asked to confirm it."))
    return _back(task_id)


@bp.get("/tasks/<uuid:task_id>/fee/transfer")
def transfer(task_id: UUID) -> ResponseReturnValue:
    """Ask for the proof of a transfer outside the system."""
    person, _member_id = get_member_person()
    return _transfer_page(person, task_id)


@bp.post("/tasks/<uuid:task_id>/fee/transfer")
@takes(PROOF_SIZE + 2**20)
def send_proof(task_id: UUID) -> ResponseReturnValue:
    """Put the proof of a transfer before the association."""
    person, member_id = get_member_person()
    try:
        _claim_transfer(person, member_id, task_id)
    except (UploadRefused, NoFileChosen) as error:
        return _transfer_page(person, task_id, problem=str(error)), 422
    flash(_("Your association has been asked to confirm the transfer."), "success")
    return _back(task_id)


@bp.get("/payments/orders/<uuid:order_id>/code.svg")
def code(order_id: UUID) -> Response:
    """The QR code that pays an order of one's own."""
    _person, member_id = get_member_person()
    with current.engine().database.read() as session:
        order = session.get(PaymentOrder, order_id)
        if order is None or order.member_id != member_id or not order.pay_url:
            raise NotFound
        address = order.pay_url
    return codes.draw(address, "svg")


def _keep(person: Person, task_id: UUID) -> tuple[Case, int]:
    """Keep what was typed beside the fee; the buttons stand in the step's form."""
    with current.engine().database.transaction() as session:
        case = _payable_case(session, person, task_id)
        current.tasks().keep(
            session,
            task_id=task_id,
            posted=request.form,
            viewer=person.viewer,
            language=spoken(),
            now=current.now(),
        )
        return case, subject_of_case(session, case).season.id


def _claim_transfer(person: Person, member_id: int, task_id: UUID) -> None:
    now = current.now()
    with (
        received_file(
            request.files.get("proof"), accept=PROOF_KINDS, max_size=PROOF_SIZE
        ) as received,
        current.engine().database.transaction() as session,
    ):
        case = _payable_case(session, person, task_id)
        file = add_file(
            session,
            received.content,
            case_id=case.id,
            name=received.name,
            kind=received.kind,
            by=person.actor,
            now=now,
        )
        season_id = subject_of_case(session, case).season.id
        make_claim(
            session, member_id=member_id, season_id=season_id, proof_file_id=file.id, now=now
        )


def _payable_case(session: Session, person: Person, task_id: UUID) -> Case:
    task = session.get(Task, task_id)
    if task is None:
        raise NotFound
    case = get_case(session, task.case_id)
    check(person.viewer, "pay", case)
    return case


def _transfer_page(person: Person, task_id: UUID, *, problem: str = "") -> str:
    with current.engine().database.read() as session:
        case = _payable_case(session, person, task_id)
        subject = subject_of_case(session, case)
        fee = fee_panel(session, member=subject.member, season=subject.season)
    return render_template(
        "payments/transfer.html",
        task_id=task_id,
        fee=fee,
        year=case.year,
        problems=[("proof", problem)] if problem else [],
    )


def _back(task_id: UUID) -> ResponseReturnValue:
    return redirect(url_for("tasks.show", task_id=task_id, _anchor="fee"))
