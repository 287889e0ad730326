"""Who may give which duty, and who may touch whose account."""

from sqlalchemy.orm import Session

from engine.errors import NotAllowed
from engine.language import N_
from workflows.shared.access import MANAGING, Viewer
from workflows.shared.accounts import DUTIES, Account, StaffDuty, list_duties
from workflows.shared.associations import Association, get_association

OVERSEEING = ("manage", "audit")
"""Duties that only those above an association give, or an administrator."""


class DutyNotYours(NotAllowed):
    """The duty is given by others."""

    message = N_("You may not give or take this duty for this association.")


class NotYourself(NotAllowed):
    """Nobody gives himself a duty, takes his own power away or closes his own account."""

    message = N_("You cannot do this to your own account. Ask another manager.")


class PersonNotYours(NotAllowed):
    """Somebody has a duty that is not the viewer's to give: his account is not his to touch."""

    message = N_("This person has duties that you may not give; others look after the account.")


def may_give(viewer: Viewer, *, duty: str, association: Association) -> bool:
    """Whether the viewer gives and takes a duty for an association."""
    if viewer.has("admin", association.id):
        return duty in DUTIES
    if duty == "admin" or duty not in DUTIES:
        return False
    if duty in OVERSEEING:
        return association.parent_id is not None and viewer.has("manage", association.parent_id)
    return viewer.has("manage", association.id)


def check_duty(
    viewer: Viewer, *, account_id: int, duty: str, association: Association, is_given: bool
) -> None:
    """Let the viewer give or take a duty; raises DutyNotYours, NotYourself."""
    if not may_give(viewer, duty=duty, association=association):
        raise DutyNotYours
    if account_id == viewer.account_id and (is_given or duty in MANAGING):
        raise NotYourself


def looks_after(session: Session, viewer: Viewer, account: Account) -> bool:
    """Whether all duties of somebody else are the viewer's to give: then his account is, too."""
    if account.id == viewer.account_id:
        return False
    duties = list_duties(session, account_id=account.id)
    return bool(duties) and all(_may_give_this(session, viewer, each) for each in duties)


def check_account(session: Session, viewer: Viewer, account: Account) -> None:
    """Let the viewer touch an account; raises NotYourself, PersonNotYours."""
    if account.id == viewer.account_id:
        raise NotYourself
    if not looks_after(session, viewer, account):
        raise PersonNotYours


def _may_give_this(session: Session, viewer: Viewer, duty: StaffDuty) -> bool:
    association = get_association(session, duty.association_id)
    return may_give(viewer, duty=duty.duty, association=association)
