"""The rules: whose part in a thing, or whose duty at its association, lets him do what."""

from collections.abc import Callable, Mapping

from engine.cases import Case
from engine.errors import NotAllowed, NotFound
from engine.tasks import Task
from workflows.shared.access.duties import LOOKING_UP, MANAGING, OVERSEERS, READING, WORKING
from workflows.shared.access.viewers import Viewer
from workflows.shared.application_kinds import told_when
from workflows.shared.associations import Association
from workflows.shared.deliveries import Delivery
from workflows.shared.enrolments import PROCESS as ENROLMENT
from workflows.shared.enrolments import Enrolment
from workflows.shared.messages import BY_ACCOUNT, Message
from workflows.shared.register import Firm, Member
from workflows.shared.seasons import Season
from workflows.shared.training_classes import TrainingClass


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
