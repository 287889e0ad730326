"""Who may do what: the one place that decides it, for pages, searches, exports and files.

A person's access is his association (and those below it) and his duties there. `RULES` is the
whole table; `check` turns it into errors, the `visible_…` functions into query conditions.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, false, or_, select
from sqlalchemy.orm import Session

from engine.actors import Actor
from engine.cases import Case, get_case
from engine.errors import NotAllowed, NotFound
from engine.files import StoredFile
from engine.language import N_
from engine.tasks import Task
from workflows.shared.accounts import DUTIES, FINANCE, Account, list_duties
from workflows.shared.application_kinds import told_when
from workflows.shared.applications import find_deciding_office
from workflows.shared.associations import Association, get_top, ids_below
from workflows.shared.deliveries import Delivery
from workflows.shared.enrolments import PROCESS as ENROLMENT
from workflows.shared.enrolments import Enrolment
from workflows.shared.fees import FeeClaim
from workflows.shared.messages import BY_ACCOUNT, Message
from workflows.shared.register import Firm, Member
from workflows.shared.seasons import Season
from workflows.shared.task_copies import TaskCopy
from workflows.shared.training_classes import TrainingClass
from workflows.shared.visits import Visit

NOWHERE: frozenset[int] = frozenset()
OVERSEERS = ("manage", "admin", "audit")
"""Duties that look at everything of an association without working on it."""

MANAGING = ("manage", "admin")
"""Duties that settle how an association works; the auditor only reads it."""

WORKING = tuple(duty for duty in DUTIES if duty not in ("admin", "audit"))
"""Duties to which tasks may come."""

LOOKING_UP = ("review", "fees", "photos", "help_desk", *OVERSEERS)
"""Duties that find members and firms in the register."""

READING = tuple(duty for duty in LOOKING_UP if duty != "help_desk")
"""Those that also see what stands there: who helps callers asks for it and must not know it."""

TRANSFERRING: Mapping[str, tuple[str, ...]] = {
    "members": ("manage",),
    "firms": ("manage",),
    "fees": ("fees", "manage"),
    "hours": ("training", "manage"),
}
"""Duties that take over and take away whole tables, by what stands in them."""

PROOFS = {"fees": FeeClaim.proof_file_id}
"""Files that a duty sees without their case: the columns that name them."""


@dataclass(frozen=True)
class Viewer:
    """A signed-in account, or a visit, with what its access depends on.

    `account_id`: 0 for a visitor, who has none. `duties`: the associations of each duty, those
    below included. `is_finance`: a firm's account that is only for its financial reports.
    """

    account_id: int
    user_type: str
    name: str
    actor: Actor
    member_id: int | None = None
    firm_id: int | None = None
    visit_id: int | None = None
    association_id: int | None = None
    duties: Mapping[str, frozenset[int]] = field(default_factory=dict)
    is_finance: bool = False

    @property
    def is_staff(self) -> bool:
        """Whether this is a person of an association's staff."""
        return self.user_type == "staff"

    @property
    def own(self) -> Mapping[str, int]:
        """Whom of the register the viewer is, by kind of subject."""
        known = {"member": self.member_id, "firm": self.firm_id, "visitor": self.visit_id}
        return {kind: key for kind, key in known.items() if key is not None}

    def has(self, duty: str, association_id: int | None) -> bool:
        """Whether the viewer has a duty for an association."""
        return association_id in self.duties.get(duty, NOWHERE)


class DecidedElsewhere(NotAllowed):
    """Another association had the last word, above the viewer's."""

    message = N_("Another association decided this last: a manager there can revoke it.")


class ProcessesAreForAll(NotAllowed):
    """Somebody wants to change a process who looks after one association, or only reads."""

    message = N_(
        "Processes are the same for all associations: only an administrator of the "
        "national association changes and releases them."
    )


class System:
    """What belongs to no association: processes, operations, all cases together."""


SYSTEM = System()

Object = (
    Case
    | Task
    | Message
    | Member
    | Season
    | Delivery
    | Association
    | TrainingClass
    | Enrolment
    | Firm
    | System
)
Rule = Callable[[Viewer, Object], bool]


def get_viewer(session: Session, account: Account) -> Viewer:
    """The viewer that an account makes."""
    association_id = None
    duties: dict[str, frozenset[int]] = {}
    if account.member_id is not None:
        association_id = session.scalar(_association_of_member(), {"member_id": account.member_id})
    elif account.user_type == "staff":
        given = list_duties(session, account_id=account.id)
        below = {
            each: ids_below(session, [each]) for each in {duty.association_id for duty in given}
        }
        for each in given:
            duties[each.duty] = duties.get(each.duty, NOWHERE) | below[each.association_id]
        association_id = min((each.association_id for each in given), default=None)
    return Viewer(
        account_id=account.id,
        user_type=account.user_type,
        name=account.name,
        actor=account.actor,
        member_id=account.member_id,
        firm_id=account.firm_id,
        association_id=association_id,
        duties=duties,
        is_finance=account.firm_id is not None and account.login.endswith(FINANCE),
    )


@cache
def _association_of_member() -> Select[int]:
    """The query of `get_viewer`, made once: every request of a member asks it."""
    return select(Member.association_id).where(Member.id == bindparam("member_id"))


def get_visitor(visit: Visit) -> Viewer:
    """The viewer that a visit makes: he has the case of his browser and nothing else."""
    return Viewer(account_id=0, user_type="visitor", name="", actor=visit.actor, visit_id=visit.id)


def can(viewer: Viewer | None, action: str, thing: Object) -> bool:
    """Whether the viewer may do it; an action that is in no rule is nobody's."""
    if viewer is None:
        return False
    return any(rule(viewer, thing) for rule in RULES.get((type(thing), action), ()))


def check(viewer: Viewer | None, action: str, thing: Object) -> None:
    """Let the viewer do it, or raise: NotAllowed if he may see the thing, else NotFound."""
    if can(viewer, action, thing):
        return
    if action != "see" and can(viewer, "see", thing):
        raise NotAllowed
    raise NotFound


def check_task(session: Session, viewer: Viewer | None, task: Task) -> None:
    """Let the viewer see a task: by a rule, or because a colleague copied it to him.

    A copy opens nothing to who has no duty any more for the association that the task is of.
    """
    if can(viewer, "see", task):
        return
    if viewer is not None and viewer.duties:
        copied = select(Task.id).where(Task.id == task.id, visible_copies(viewer))
        if session.scalar(copied) is not None:
            return
    raise NotFound


def check_case(session: Session, viewer: Viewer | None, case: Case) -> None:
    """Let the viewer see a case: by a rule, or because a step of it is for a duty of his.

    A step of another kind than the case's is beside it (a fee to confirm) and shows what it
    shows; it does not open the application.
    """
    if not can_see_case(session, viewer, case):
        raise NotFound


def can_see_case(session: Session, viewer: Viewer | None, case: Case) -> bool:
    """Whether the viewer sees a case, as `check_case` says, with all rounds of its application."""
    if can(viewer, "see", case):
        return True
    if viewer is None or not viewer.duties:
        return False
    step = select(Task.id).where(
        Task.case_id == case.id, Task.kind == case.kind, _is_of_a_duty(viewer)
    )
    return session.scalar(step.limit(1)) is not None


def can_revoke(session: Session, viewer: Viewer | None, case: Case) -> bool:
    """Whether the viewer may take a case's decision back: a manager of who decided it last.

    A city undoes neither what its province decided after it nor what was upheld on appeal.
    """
    if viewer is None or not can(viewer, "revoke", case):
        return False
    return viewer.has("manage", find_deciding_office(session, case))


def check_revoke(session: Session, viewer: Viewer | None, case: Case) -> None:
    """Let the viewer take a case's decision back; raises DecidedElsewhere, or as `check`."""
    check(viewer, "revoke", case)
    if not can_revoke(session, viewer, case):
        raise DecidedElsewhere


def can_edit_processes(session: Session, viewer: Viewer | None) -> bool:
    """Whether the viewer may change and release processes: they are every association's."""
    return can(viewer, "edit_processes", get_top(session))


def check_edit_processes(session: Session, viewer: Viewer | None) -> None:
    """Let the viewer change processes; raises ProcessesAreForAll, or as `check`."""
    check(viewer, "see_processes", SYSTEM)
    if not can_edit_processes(session, viewer):
        raise ProcessesAreForAll


def check_file(session: Session, viewer: Viewer | None, file: StoredFile) -> None:
    """Let the viewer see a file: with its case, or as a proof that is his duty to look at.

    Whoever was given a copy of a task sees what is attached to its case.
    """
    case = get_case(session, file.case_id)
    try:
        check_case(session, viewer, case)
    except NotFound:
        if viewer is not None and viewer.duties:
            copied = select(Task.id).where(Task.case_id == case.id, visible_copies(viewer))
            if session.scalar(copied.limit(1)) is not None:
                return
        for duty, proof in PROOFS.items():
            if viewer is None or not viewer.has(duty, case.association_id):
                continue
            if session.scalar(select(proof).where(proof == file.id).limit(1)) is not None:
                return
        raise


def visible_tasks(viewer: Viewer) -> ColumnElement[bool]:
    """The tasks that the viewer may work on, as a condition on Task."""
    conditions = [
        and_(Task.lane == kind, Task.subject_kind == kind, Task.subject_id == key)
        for kind, key in sorted(viewer.own.items())
    ]
    return or_(*conditions, _is_of_a_duty(viewer))


def visible_copies(viewer: Viewer) -> ColumnElement[bool]:
    """The tasks that were copied to the viewer, as a condition on Task."""
    associations = _associations(viewer, *DUTIES)
    copied = select(TaskCopy.task_id).where(TaskCopy.account_id == viewer.account_id)
    return and_(Task.association_id.in_(sorted(associations)), Task.id.in_(copied))


def visible_seasons(viewer: Viewer) -> ColumnElement[bool]:
    """The seasons that the viewer may see, as a condition on Season."""
    return Season.association_id.in_(sorted(_associations(viewer, *OVERSEERS)))


def overseen_associations(viewer: Viewer) -> frozenset[int]:
    """The associations of which the viewer sees every case."""
    return _associations(viewer, "review", *OVERSEERS)


def visible_deliveries(viewer: Viewer) -> ColumnElement[bool]:
    """The deliveries that the viewer may see, as a condition on Delivery."""
    return Delivery.association_id.in_(sorted(_associations(viewer, "admin", "audit")))


def managed_associations(viewer: Viewer, *, to_change: bool = False) -> frozenset[int]:
    """The associations whose settings and members the viewer sees, or may also act on."""
    return _associations(viewer, *(MANAGING if to_change else OVERSEERS))


def training_associations(viewer: Viewer, *, to_change: bool = False) -> frozenset[int]:
    """The associations whose classes and sign-ups the viewer sees, or may also change."""
    duties = ("training", "manage") if to_change else ("training", *OVERSEERS)
    return _associations(viewer, *duties)


def register_associations(viewer: Viewer, *, to_change: bool = False) -> frozenset[int]:
    """The associations whose members and firms the viewer finds, or may also change."""
    return _associations(viewer, *(("manage",) if to_change else LOOKING_UP))


def read_associations(viewer: Viewer) -> frozenset[int]:
    """The associations of whose members and firms the viewer reads what stands there."""
    return _associations(viewer, *READING)


def transfer_associations(viewer: Viewer, kind: str) -> frozenset[int]:
    """The associations of which the viewer takes over and takes away tables of a kind."""
    return _associations(viewer, *TRANSFERRING.get(kind, ()))


def event_associations(viewer: Viewer) -> frozenset[int]:
    """The associations of whose accounts the viewer sees what happened to them."""
    return _associations(viewer, "admin", "audit")


def _is_of_a_duty(viewer: Viewer) -> ColumnElement[bool]:
    conditions = [
        and_(Task.duty == duty, Task.association_id.in_(sorted(associations)))
        for duty, associations in sorted(viewer.duties.items())
    ]
    return or_(*conditions) if conditions else false()


def _associations(viewer: Viewer, *duties: str) -> frozenset[int]:
    return NOWHERE.union(*(viewer.duties.get(duty, NOWHERE) for duty in duties))


def _is_subject(viewer: Viewer, thing: Object) -> bool:
    """The thing is about the viewer, or is the viewer's to do."""
    match thing:
        case Case():
            is_told = told_when().get(thing.kind, thing.status) == thing.status
            return is_told and _is(viewer, thing.subject_kind, thing.subject_id)
        case Task():
            # A lane of another kind than the case's subject is nobody's by being its subject.
            is_its_lane = thing.lane == thing.subject_kind
            return is_its_lane and _is(viewer, thing.subject_kind, thing.subject_id)
        case Message():
            if thing.recipient_kind in BY_ACCOUNT:
                is_its_kind = viewer.user_type == thing.recipient_kind
                return is_its_kind and thing.recipient_id == viewer.account_id
            return _is(viewer, thing.recipient_kind, thing.recipient_id)
        case Member():
            return _is(viewer, "member", thing.id)
        case Enrolment():
            return _is(viewer, thing.person_kind, thing.person_id)
        case _:
            return False


def _is(viewer: Viewer, kind: str, key: int | None) -> bool:
    return key is not None and viewer.own.get(kind) == key


def _signed_him_up(viewer: Viewer, thing: Object) -> bool:
    """The viewer is the firm that signed somebody up."""
    is_the_firm = isinstance(thing, Enrolment) and _is(viewer, "firm", thing.firm_id)
    return is_the_firm and not viewer.is_finance


def _is_its_main_account(viewer: Viewer, thing: Object) -> bool:
    """The viewer is the firm, by the account that is for its people."""
    return isinstance(thing, Firm) and _is(viewer, "firm", thing.id) and not viewer.is_finance


def _has_its_duty(viewer: Viewer, thing: Object) -> bool:
    """The viewer has the duty that the task asks for, at its association."""
    return isinstance(thing, Task) and viewer.has(thing.duty, thing.association_id)


def _with(*duties: str) -> Rule:
    """The viewer has one of the duties at the thing's association."""

    def rule(viewer: Viewer, thing: Object) -> bool:
        association_id = _association_of(thing)
        return any(viewer.has(duty, association_id) for duty in duties)

    return rule


def _of_the_office(rule: Rule) -> Rule:
    """A rule for the association's own steps: what a member does is nobody's to hand over."""
    return lambda viewer, thing: (
        isinstance(thing, Task) and thing.lane == "association" and rule(viewer, thing)
    )


def _of_a_class(rule: Rule) -> Rule:
    """A rule for sign-ups: who looks after classes sees them, also those that wait for no step."""
    return lambda viewer, thing: (
        isinstance(thing, Case) and thing.kind == ENROLMENT and rule(viewer, thing)
    )


def _of_the_top(rule: Rule) -> Rule:
    """A rule for what is everybody's: only the association above all others settles it."""
    return lambda viewer, thing: (
        isinstance(thing, Association) and thing.parent_id is None and rule(viewer, thing)
    )


def _anywhere(*duties: str) -> Rule:
    """The viewer has one of the duties at any association."""

    def rule(viewer: Viewer, _thing: Object) -> bool:
        return any(viewer.duties.get(duty) for duty in duties)

    return rule


def _association_of(thing: Object) -> int | None:
    match thing:
        case Case() | Task() | Member() | Firm() | Season() | Delivery() | TrainingClass():
            return thing.association_id
        case Association():
            return thing.id
        case _:
            return None


RULES: Mapping[tuple[type, str], tuple[Rule, ...]] = {
    (Case, "see"): (_is_subject, _with("review", *OVERSEERS), _of_a_class(_with("training"))),
    (Case, "see_trail"): (_is_subject, _with("review", *OVERSEERS), _of_a_class(_with("training"))),
    (Case, "reach"): (_of_a_class(_with("training", "manage")),),
    (Case, "see_diagram"): (_with("review", *OVERSEERS),),
    (Case, "check_trail"): (_with(*OVERSEERS),),
    (Case, "withdraw"): (_is_subject,),
    (Case, "nudge"): (_is_subject,),
    (Case, "pay"): (_is_subject,),
    (Case, "retry"): (_with("admin"),),
    (Case, "revoke"): (_with("manage"),),
    (Case, "reopen"): (_with("manage"),),
    (Task, "see"): (_is_subject, _has_its_duty, _with(*OVERSEERS)),
    (Task, "claim"): (_has_its_duty,),
    (Task, "complete"): (_is_subject, _has_its_duty),
    (Task, "assign"): (_has_its_duty, _of_the_office(_with("manage"))),
    (Task, "copy"): (_has_its_duty, _of_the_office(_with("manage"))),
    (Message, "see"): (_is_subject,),
    (Member, "start_inspection"): (_is_subject,),
    (Member, "appeal"): (_is_subject,),
    (Member, "apply_for_hours"): (_is_subject,),
    (Member, "edit_profile"): (_is_subject,),
    (Member, "change_profile"): (_is_subject,),
    (Member, "rule"): (_with("manage"),),
    (Member, "renew_photo"): (_with("photos", "manage"),),
    (Member, "find"): (_with(*LOOKING_UP),),
    (Member, "read"): (_with(*READING),),
    (Member, "edit"): (_with("manage"),),
    (Member, "enter_fees"): (_with("fees", "manage"),),
    (Member, "enter_hours"): (_with("training", "manage"),),
    (Member, "unmask"): (_with("review", "manage"),),
    (Member, "erase"): (_with("admin"),),
    (Member, "agree_erasure"): (_with("admin", "manage"),),
    (Member, "see_erasure"): (_with("admin", "manage", "audit"),),
    (Season, "see"): (_with(*OVERSEERS),),
    (Season, "change"): (_with(*MANAGING),),
    (Association, "open_reporting"): (_with("manage"),),
    (Association, "admit"): (_with("manage"),),
    (Association, "offer_classes"): (_with("training", "manage"),),
    (Association, "edit_processes"): (_of_the_top(_with("admin")),),
    (TrainingClass, "see_enrolments"): (_with("training", *OVERSEERS),),
    (TrainingClass, "change"): (_with("training", "manage"),),
    (TrainingClass, "take_attendance"): (_with("training", "manage"),),
    (Enrolment, "see"): (_is_subject, _signed_him_up),
    (Enrolment, "cancel"): (_is_subject, _signed_him_up),
    (Enrolment, "replace"): (_signed_him_up,),
    (Firm, "train"): (_is_its_main_account,),
    (Firm, "find"): (_with(*LOOKING_UP),),
    (Firm, "read"): (_with(*READING),),
    (Firm, "edit"): (_with("manage"),),
    (Firm, "unmask"): (_with("review", "manage"),),
    (Delivery, "see"): (_with("admin", "audit"),),
    (Delivery, "resend"): (_with("admin"),),
    (System, "see_management"): (_anywhere(*OVERSEERS),),
    (System, "see_processes"): (_anywhere("admin", "audit"),),
    (System, "see_cases"): (_anywhere(*OVERSEERS),),
    (System, "see_deliveries"): (_anywhere("admin", "audit"),),
    (System, "see_classes"): (_anywhere("training", *OVERSEERS),),
    (System, "rule_years"): (_anywhere("manage"),),
    (System, "see_register"): (_anywhere(*LOOKING_UP),),
    (System, "read_register"): (_anywhere(*READING),),
    (System, "admit"): (_anywhere("manage"),),
    (System, "see_register_changes"): (_anywhere(*OVERSEERS),),
    (System, "transfer_tables"): (_anywhere("manage", "fees", "training"),),
    (System, "see_inbox"): (_anywhere(*WORKING),),
    (System, "help"): (_anywhere("help_desk"),),
    (System, "see_security_events"): (_anywhere("admin", "audit"),),
    (System, "publish_notice"): (_anywhere("admin"),),
}
