"""What firms and offices are told together: 500 confirmations are one message in a firm's bell.

Each step notes its news on the enrolment (`firm_news`, `office_news`), which costs it nothing; a
job gathers what came together, class by class.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.engine import Engine
from engine.jobs import job
from engine.recurring import Every
from workflows.shared.accounts import FINANCE, FIRM, Account, StaffDuty
from workflows.shared.associations import ids_above
from workflows.shared.enrolments import Enrolment
from workflows.shared.messages import send_to_staff, tell
from workflows.shared.training_classes import get_class
from workflows.training_enrolment.telling import describe
from workflows.training_enrolment.texts import NEWS

DUTIES = ("training", "manage")
"""Who of an office is told that places were given back: the first that anybody has."""


@job("training_enrolment.tell_bundles", recurs=Every(timedelta(minutes=2)))
def tell_bundles(engine: Engine, now: datetime) -> None:
    """Tell every firm and office what is new of each class; each in a transaction of its own."""
    with engine.database.read() as session:
        of_firms = session.execute(
            select(Enrolment.class_id, Enrolment.firm_id)
            .where(Enrolment.firm_news.is_not(None))
            .distinct()
        ).all()
        of_offices = session.scalars(
            select(Enrolment.class_id).where(Enrolment.office_news.is_not(None)).distinct()
        ).all()
    for class_id, firm_id in of_firms:
        with engine.database.transaction() as session:
            _tell_firm(session, engine, class_id=class_id, firm_id=firm_id, now=now)
    for class_id in of_offices:
        with engine.database.transaction() as session:
            _tell_office(session, class_id=class_id, now=now)


def _tell_firm(
    session: Session, engine: Engine, *, class_id: int, firm_id: int | None, now: datetime
) -> None:
    of_firm = Enrolment.firm_id == firm_id
    counts = Counter(_take(session, Enrolment.firm_news, Enrolment.class_id == class_id, of_firm))
    said = [news for news in NEWS if news in counts]
    accounts = session.scalars(
        select(Account).where(
            Account.user_type == FIRM, Account.firm_id == firm_id, Account.is_active
        )
    )
    training_class = get_class(session, class_id)
    for account in accounts if said else ():
        if account.login.endswith(FINANCE):
            continue
        tell(
            session,
            engine,
            account=account,
            template="enrolments_of_firm",
            values={
                **describe(training_class),
                "news": "，".join(NEWS[each][0].format(counts[each]) for each in said),
            },
            values_en={"news": ", ".join(NEWS[each][1].format(counts[each]) for each in said)},
            now=now,
        )


def _tell_office(session: Session, *, class_id: int, now: datetime) -> None:
    count = len(_take(session, Enrolment.office_news, Enrolment.class_id == class_id))
    training_class = get_class(session, class_id)
    for account_id in _list_staff(session, training_class.association_id) if count else ():
        send_to_staff(
            session,
            account_id=account_id,
            association_id=training_class.association_id,
            template="enrolments_of_office",
            values={**describe(training_class), "count": count},
            now=now,
        )


def _take(
    session: Session, column: InstrumentedAttribute[str | None], *conditions: ColumnElement[bool]
) -> list[str]:
    """The news that are there, which are then told; what somebody is just changing waits."""
    rows = session.execute(
        select(Enrolment.id, column)
        .where(*conditions, column.is_not(None))
        .order_by(Enrolment.id)
        .with_for_update(skip_locked=True)
    ).all()
    session.execute(
        update(Enrolment)
        .where(Enrolment.id.in_([key for key, _news in rows]))
        .values({column: None})
        .execution_options(synchronize_session=False)
    )
    return [news for _key, news in rows if news is not None]


def _list_staff(session: Session, association_id: int) -> Sequence[int]:
    """Whose task it is, at the association or else the nearest one above it."""
    for above in ids_above(session, association_id):
        for duty in DUTIES:
            found = session.scalars(
                select(StaffDuty.account_id)
                .join(Account, Account.id == StaffDuty.account_id)
                .where(StaffDuty.association_id == above, StaffDuty.duty == duty, Account.is_active)
                .order_by(StaffDuty.account_id)
            ).all()
            if found:
                return found
    return []
