"""People and duties on the managers' page: opened, given, taken, closed."""

from flask import Flask
from sqlalchemy import func, select
from werkzeug.datastructures import MultiDict

from engine.tasks import Task
from tests.web.conftest import Visitor
from tests.web.offices import TOKEN, address_of, applied, staff
from tests.web.test_inbox_people import key_of
from workflows.shared.accounts import Account, StaffDuty

MANAGER = "zj_manage"


def post(visitor: Visitor, address: str, **typed: str) -> int:
    return visitor.send(address, MultiDict({**TOKEN, **typed})).status


def test_a_new_person_signs_in_with_the_issued_password_and_must_change_it(app: Flask) -> None:
    manager = staff(app, MANAGER)
    values = manager.open("/manage/staff").values("/manage/staff")
    values["name"], values["login"], values["duty"] = "王新", "zj_new", "review"
    answer = manager.send("/manage/staff", values)
    password = answer.html.get_element_by_id("issued").text_content()

    again = manager.send("/manage/staff", values)
    assert (again.status, "There is an account zj_new already" in again.text) == (422, True)
    signed_in = Visitor(app).sign_in("zj_new", password, kind="staff")
    assert signed_in.path == "/account/password"
    assert password not in manager.open("/manage/staff").text


def test_a_duty_counts_and_ends_with_the_next_request(app: Flask) -> None:
    manager, clerk = staff(app, MANAGER), staff(app, "zj_fees")
    page = f"/manage/staff/{key_of(app, 'zj_fees')}"
    task = address_of(applied(app))
    assert clerk.open(task).status == 404
    values = manager.open(page).values(f"{page}/duties")
    values["action"], values["duty"] = "give", "review"

    assert "The duty was given" in manager.send(f"{page}/duties", values).text
    assert clerk.open(task).status == 200
    values["action"] = "take"
    taken = manager.send(f"{page}/duties", values)
    assert "The duty was taken away" in taken.text
    assert "Taken away: Review" in taken.text
    assert clerk.open(task).status == 404
    values["duty"] = "fees"
    assert manager.send(f"{page}/duties", values).status == 422


def test_a_closed_account_is_out_at_once_and_its_tasks_go_on(app: Flask) -> None:
    manager, reviewer = staff(app, MANAGER), staff(app, "zj_review")
    first, second = int(key_of(app, "zj_review")), int(key_of(app, "zj_review2"))
    task_id = applied(app).tasks()["review_application"].id
    database = app.extensions["engine"].database
    with database.transaction() as session:
        session.get_one(Task, task_id).assigned_to = first
    page = f"/manage/staff/{first}"
    values = manager.open(page).values(f"{page}/close")
    values["to"] = str(second)

    closed = manager.send(f"{page}/close", values)

    assert "1 task was handed over" in closed.text
    assert reviewer.open("/inbox").path == "/sign-in"
    with database.read() as session:
        assert session.get_one(Task, task_id).assigned_to == second
    assert post(manager, f"{page}/open") == 200


def test_hostile_posts_change_nothing(app: Flask) -> None:
    database = app.extensions["engine"].database

    def count() -> tuple[object, ...]:
        with database.read() as session:
            return tuple(
                session.scalar(each)
                for each in (
                    select(func.count()).select_from(StaffDuty),
                    select(func.count()).select_from(Account).where(Account.is_active),
                    select(func.count(Account.id)).where(Account.must_change_password),
                )
            )

    before = count()
    with database.read() as session:
        zhejiang = session.scalars(
            select(StaffDuty.association_id).where(
                StaffDuty.account_id == int(key_of(app, "zj_review"))
            )
        ).one()
    own, admin = key_of(app, MANAGER), key_of(app, "admin")
    reviewer = key_of(app, "zj_review")
    give = {"action": "give", "association": str(zhejiang)}
    manager = staff(app, MANAGER)
    assert post(manager, f"/manage/staff/{own}/duties", duty="admin", **give) == 403
    assert post(manager, f"/manage/staff/{own}/duties", duty="fees", **give) == 403
    assert post(manager, f"/manage/staff/{reviewer}/duties", duty="manage", **give) == 403
    assert post(manager, f"/manage/staff/{admin}/password") == 404
    assert post(manager, f"/manage/staff/{own}/close") == 403
    assert post(manager, "/manage/staff/999999/close") == 404
    for login, expected in (("audit", 403), ("zj_review", 404)):
        visitor = staff(app, login)
        assert post(visitor, f"/manage/staff/{reviewer}/duties", duty="fees", **give) == expected
        assert post(visitor, f"/manage/staff/{reviewer}/close") == expected
        assert post(visitor, f"/manage/staff/{reviewer}/password") == expected
        sent = {"login": "x_new", "name": "某", "duty": "review", "association": str(zhejiang)}
        assert post(visitor, "/manage/staff", **sent) == expected
    assert count() == before
