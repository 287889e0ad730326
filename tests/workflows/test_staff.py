"""People and duties: who may give what to whom, and what it does."""

from threading import Barrier, Thread
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.engine import Engine
from engine.errors import HuijiError
from tests.workflows.conftest import NOW
from tests.workflows.office import account, viewer
from workflows.shared.access import Viewer
from workflows.shared.accounts import Account, hash_password
from workflows.shared.associations import Association
from workflows.shared.edits import Edit, list_edits
from workflows.staff.changes import (
    ClosedMeanwhile,
    LastDuty,
    LoginNotUsable,
    LoginTaken,
    NameNeeded,
    add_person,
    give,
    issue_password,
    set_active,
    subject_of,
    take,
)
from workflows.staff.people import get_person, list_people
from workflows.staff.rules import DutyNotYours, NotYourself, PersonNotYours

ZHEJIANG, GUANGDONG, GUANGZHOU, NATIONAL = "330000", "440000", "440100", "100000"

GIVING = [
    # who, gives which duty, for which association, to whom, what comes of it
    ("zj_manage", "review", ZHEJIANG, "zj_fees", None),
    ("zj_manage", "help_desk", ZHEJIANG, "zj_review", None),
    ("zj_manage", "manage", ZHEJIANG, "zj_review", DutyNotYours),
    ("zj_manage", "audit", ZHEJIANG, "zj_review", DutyNotYours),
    ("zj_manage", "admin", ZHEJIANG, "zj_review", DutyNotYours),
    ("zj_manage", "review", GUANGDONG, "zj_review", DutyNotYours),
    ("zj_manage", "review", NATIONAL, "zj_review", DutyNotYours),
    ("zj_manage", "fees", ZHEJIANG, "zj_manage", NotYourself),
    ("zj_manage", "nonsense", ZHEJIANG, "zj_review", DutyNotYours),
    ("zj_review", "photos", ZHEJIANG, "zj_fees", DutyNotYours),
    ("audit", "review", ZHEJIANG, "zj_fees", DutyNotYours),
    ("gd_manage", "manage", GUANGZHOU, "gz_review", None),
    ("gd_manage", "manage", GUANGDONG, "gd_review", DutyNotYours),
    ("gd_manage", "admin", GUANGZHOU, "gz_review", DutyNotYours),
    ("cicpa_manage", "manage", ZHEJIANG, "zj_review", None),
    ("cicpa_manage", "audit", ZHEJIANG, "zj_review", None),
    ("cicpa_manage", "manage", NATIONAL, "zj_review", DutyNotYours),
    ("admin", "admin", ZHEJIANG, "zj_review", None),
    ("admin", "manage", NATIONAL, "zj_review", None),
    ("admin", "manage", NATIONAL, "admin", NotYourself),
]


def place(session: Session, code: str) -> int:
    return session.scalars(select(Association.id).where(Association.code == code)).one()


@pytest.mark.parametrize("case", GIVING)
def test_each_duty_is_given_by_those_whose_it_is_to_give(
    seeded: Session, case: tuple[str, str, str, str, type[HuijiError] | None]
) -> None:
    who, duty, code, whom, error = case
    target = account(seeded, whom)
    given = {"account_id": target.id, "duty": duty, "association_id": place(seeded, code)}
    if error is not None:
        with pytest.raises(error):
            give(seeded, **given, viewer=viewer(seeded, who), now=NOW)
        assert seeded.scalar(select(func.count(Edit.id))) == 0
        return
    for _again in range(2):
        give(seeded, **given, viewer=viewer(seeded, who), now=NOW)
    assert viewer(seeded, whom).has(duty, given["association_id"])
    (edit,) = list_edits(seeded, subject=subject_of(target.id))
    assert [given["association_id"], duty] in edit.after["duties"]


def test_a_duty_is_taken_but_not_the_last_one_nor_ones_own_power(seeded: Session) -> None:
    manager, reviewer = viewer(seeded, "zj_manage"), account(seeded, "zj_review")
    where = place(seeded, ZHEJIANG)

    def take_away(account_id: int, duty: str) -> None:
        take(
            seeded,
            account_id=account_id,
            duty=duty,
            association_id=where,
            viewer=manager,
            now=NOW,
        )

    with pytest.raises(LastDuty):
        take_away(reviewer.id, "review")
    give(
        seeded,
        account_id=reviewer.id,
        duty="fees",
        association_id=where,
        viewer=manager,
        now=NOW,
    )
    take_away(reviewer.id, "review")
    take_away(reviewer.id, "review")
    assert not viewer(seeded, "zj_review").has("review", where)
    with pytest.raises(DutyNotYours):
        take_away(manager.account_id, "manage")
    above = viewer(seeded, "cicpa_manage")
    with pytest.raises(NotYourself):
        give(
            seeded,
            account_id=above.account_id,
            duty="manage",
            association_id=where,
            viewer=above,
            now=NOW,
        )


@pytest.mark.parametrize(
    ("who", "whom", "error"),
    [
        ("zj_manage", "zj_review", None),
        ("zj_manage", "zj_manage", NotYourself),
        ("zj_manage", "zj_manage2", PersonNotYours),
        ("zj_manage", "gd_review", PersonNotYours),
        ("zj_manage", "cicpa_manage", PersonNotYours),
        ("zj_manage", "admin", PersonNotYours),
        ("zj_review", "zj_fees", PersonNotYours),
        ("audit", "zj_review", PersonNotYours),
        ("cicpa_manage", "zj_manage", None),
        ("cicpa_manage", "admin", PersonNotYours),
        ("admin", "cicpa_manage", None),
    ],
)
def test_an_account_is_touched_by_those_who_could_have_given_all_its_duties(
    seeded: Session, who: str, whom: str, error: type[HuijiError] | None
) -> None:
    target, by = account(seeded, whom), viewer(seeded, who)
    before = target.password_hash
    hashed = hash_password("a password that is new")
    if error is None:
        issue_password(seeded, account_id=target.id, hashed=hashed, viewer=by, now=NOW)
        assert target.must_change_password
        set_active(seeded, account_id=target.id, is_active=False, viewer=by, now=NOW)
        assert not target.is_active
        set_active(seeded, account_id=target.id, is_active=True, viewer=by, now=NOW)
        return
    with pytest.raises(error):
        issue_password(seeded, account_id=target.id, hashed=hashed, viewer=by, now=NOW)
    with pytest.raises(error):
        set_active(seeded, account_id=target.id, is_active=False, viewer=by, now=NOW)
    assert (target.is_active, target.password_hash) == (True, before)


def test_a_person_is_added_once_and_must_change_the_password(demo_engine: Engine) -> None:
    def add(login: str, name: str = "王  新") -> Account:
        with demo_engine.database.transaction() as session:
            return add_person(
                session,
                login=login,
                name=name,
                hashed="hash",
                duty="review",
                association_id=place(session, ZHEJIANG),
                viewer=viewer(session, "zj_manage"),
                now=NOW,
            )

    added = add(" ZJ_New ")
    assert (added.login, added.name, added.must_change_password) == ("zj_new", "王 新", True)
    with pytest.raises(LoginTaken):
        add("zj_new")
    for login in ("a", "2zj", "zj new", "<b>zj", "张三丰", "x" * 31):
        with pytest.raises(LoginNotUsable):
            add(login)
    for name in ("", "   ", "名" * 51):
        with pytest.raises(NameNeeded):
            add("zj_other", name)
    with demo_engine.database.read() as session:
        where = place(session, ZHEJIANG)
        people = list_people(session, association_ids=[where], text="zj_n")
        assert [(each.login, each.duties) for each in people] == [("zj_new", [(where, "review")])]


def test_people_of_other_associations_are_not_found(seeded: Session) -> None:
    manager = viewer(seeded, "zj_manage")
    assert get_person(seeded, manager, account(seeded, "zj_review").id).login == "zj_review"
    for other in (account(seeded, "gd_review").id, 10**6):
        with pytest.raises(HuijiError):
            get_person(seeded, manager, other)


def test_two_administrators_who_close_each_other_do_not_both_succeed(demo_engine: Engine) -> None:
    database = demo_engine.database
    with database.transaction() as session:
        other = add_person(
            session,
            login="admin2",
            name="管理员乙",
            hashed=hash_password("a password that is new"),
            duty="admin",
            association_id=place(session, NATIONAL),
            viewer=viewer(session, "admin"),
            now=NOW,
        ).id
    with database.read() as session:
        first, second = viewer(session, "admin"), viewer(session, "admin2")
    together, outcomes = Barrier(2), dict[int, str]()

    def close(by: Viewer, whom: int) -> None:
        together.wait(timeout=10)
        try:
            with database.transaction() as session:
                set_active(session, account_id=whom, is_active=False, viewer=by, now=NOW)
            outcomes[whom] = "closed"
        except ClosedMeanwhile:
            outcomes[whom] = "refused"

    threads = [
        Thread(target=close, args=(first, other)),
        Thread(target=close, args=(second, first.account_id)),
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join(timeout=20)
    assert sorted(outcomes.values()) == ["closed", "refused"]
    with database.read() as session:
        active = {key: session.get_one(Account, key).is_active for key in outcomes}
    assert active == {key: outcome == "refused" for key, outcome in outcomes.items()}


def test_power_taken_meanwhile_gives_nothing_any_more(seeded: Session) -> None:
    """A viewer is as of his request's beginning; what counts is what he is when he acts."""
    before = viewer(seeded, "zj_manage")
    where, target = place(seeded, ZHEJIANG), account(seeded, "zj_review").id
    above = viewer(seeded, "cicpa_manage")
    common: dict[str, Any] = {"association_id": where, "now": NOW}
    take(seeded, account_id=before.account_id, duty="manage", viewer=above, **common)
    with pytest.raises(DutyNotYours):
        give(seeded, account_id=target, duty="fees", viewer=before, **common)
    with pytest.raises(PersonNotYours):
        set_active(seeded, account_id=target, is_active=False, viewer=before, now=NOW)
