"""财务上报账号: reset when a year's reporting opens, with a link and no password of anybody's."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine.engine import Engine
from engine.errors import NotFound
from engine.jobs import Worker
from tests.workflows.conftest import NOW, PASSWORD
from tests.workflows.office import viewer
from workflows.finance_accounts import openings
from workflows.finance_accounts.models import ReportingAccount
from workflows.finance_accounts.openings import (
    AlreadyOpened,
    NobodyToReset,
    NotAYear,
    count_accounts,
    find_opening,
    open_reporting,
)
from workflows.finance_accounts.progress import Progress, count_progress, list_unreached
from workflows.shared.accounts import Account, find_account
from workflows.shared.associations import Association
from workflows.shared.deliveries import Delivery
from workflows.shared.one_time_links import derive_token, set_password
from workflows.shared.private import write_private
from workflows.shared.register import Firm
from workflows.shared.sign_in import SignInRefused, list_sessions, sign_in

FINANCE, MAIN = "33000001_cw", "33000001"
MANAGER = "zj_manage"
NEW = "a lantern over the river"


def home(engine: Engine, code: str = "330000") -> int:
    with engine.database.read() as session:
        return session.scalars(select(Association.id).where(Association.code == code)).one()


def open_year(engine: Engine, year: int = 2022, login: str = MANAGER) -> None:
    key = home(engine)
    with engine.database.transaction() as session:
        open_reporting(
            session,
            association_id=key,
            year=year,
            viewer=viewer(session, login),
            now=NOW,
        )


def progress(engine: Engine, year: int = 2022) -> Progress:
    key = home(engine)
    with engine.database.read() as session:
        opening = find_opening(session, association_id=key, year=year)
        assert opening is not None
        return count_progress(session, opening)


def account_of(engine: Engine, login: str) -> Account:
    with engine.database.read() as session:
        found = find_account(session, user_type="firm", login=login)
        assert found is not None
        return found


def enter(engine: Engine, login: str, password: str = PASSWORD) -> None:
    sign_in(
        engine,
        user_type="firm",
        login=login,
        password=password,
        address="192.0.2.7",
        user_agent="test",
        length=timedelta(hours=12),
        now=NOW,
    )


def add_firms(engine: Engine, count: int, *, mobile: str = "15499991000") -> None:
    """More firms of the association, each with an account for financial reporting."""
    key = home(engine)
    with engine.database.transaction() as session:
        for each in range(count):
            firm = Firm(number=f"3301{each:04}", name=f"演示第{each}事务所", association_id=key)
            session.add(firm)
            session.flush()
            write_private(session, engine.vault, firm, {"mobile": mobile})
            session.add(
                Account(
                    user_type="firm",
                    login=f"{firm.number}_cw",
                    name=firm.name,
                    password_hash=None,
                    firm_id=firm.id,
                    created_at=NOW,
                )
            )


def test_last_years_password_ends_and_a_link_sets_this_years(demo_engine: Engine) -> None:
    enter(demo_engine, FINANCE)
    open_year(demo_engine)
    Worker(demo_engine).run_due()
    account = account_of(demo_engine, FINANCE)
    assert account.password_hash is None
    with demo_engine.database.read() as session:
        assert list_sessions(session, account_id=account.id, now=NOW) == []
        delivery = session.scalars(
            select(Delivery).where(Delivery.account_id == account.id, Delivery.what == "activation")
        ).one()
    for guess in (PASSWORD, "", "05710000", "0571" + "0000"):
        with pytest.raises(SignInRefused):
            enter(demo_engine, FINANCE, guess)
    assert delivery.link_id is not None
    token = derive_token(demo_engine.vault, delivery.link_id)
    set_password(demo_engine, token=token, password=NEW, address="", now=NOW)
    enter(demo_engine, FINANCE, NEW)
    assert progress(demo_engine) == Progress(total=1, due=0, sent=1, nowhere=0, activated=1)


def test_the_main_account_of_a_firm_stays_as_it_is(demo_engine: Engine) -> None:
    before = account_of(demo_engine, MAIN).password_hash
    open_year(demo_engine)
    Worker(demo_engine).run_due()
    assert account_of(demo_engine, MAIN).password_hash == before
    enter(demo_engine, MAIN)


def test_many_accounts_are_reset_a_few_at_a_time(
    demo_engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(openings, "PORTION", 3)
    add_firms(demo_engine, 7)
    open_year(demo_engine)
    assert progress(demo_engine).due == 8
    Worker(demo_engine).run_due(limit=1)
    halfway = progress(demo_engine)
    assert (halfway.due, halfway.done) == (5, 3)
    Worker(demo_engine).run_due()
    assert progress(demo_engine) == Progress(total=8, due=0, sent=8, nowhere=0, activated=0)
    with demo_engine.database.read() as session:
        opening = find_opening(session, association_id=home(demo_engine), year=2022)
        assert opening is not None
        assert opening.done_at == NOW


def test_whom_nothing_reaches_is_listed_to_be_called(demo_engine: Engine) -> None:
    add_firms(demo_engine, 1, mobile="")
    open_year(demo_engine)
    Worker(demo_engine).run_due()
    with demo_engine.database.read() as session:
        opening = find_opening(session, association_id=home(demo_engine), year=2022)
        assert opening is not None
        (unreached,) = list_unreached(session, opening)
    assert (unreached.login, unreached.name) == ("33010000_cw", "演示第0事务所")
    assert progress(demo_engine).nowhere == 1


def test_a_year_is_opened_once(demo_engine: Engine) -> None:
    open_year(demo_engine)
    with pytest.raises(AlreadyOpened):
        open_year(demo_engine)
    open_year(demo_engine, 2023)


def test_of_two_who_open_at_once_one_is_told_that_it_is_open(demo_engine: Engine) -> None:
    def attempt(_number: int) -> bool:
        try:
            open_year(demo_engine)
        except AlreadyOpened:
            return False
        return True

    with ThreadPoolExecutor(4) as threads:
        assert sum(threads.map(attempt, range(4))) == 1
    assert progress(demo_engine).total == 1


@pytest.mark.parametrize("login", ["zj_review", "zj_help", "gd_manage"])
def test_only_a_manager_of_the_association_opens_it(demo_engine: Engine, login: str) -> None:
    with pytest.raises(NotFound):
        open_year(demo_engine, login=login)


@pytest.mark.parametrize("year", [0, 1999, 2101, -1])
def test_a_year_is_one(demo_engine: Engine, year: int) -> None:
    with pytest.raises(NotAYear):
        open_year(demo_engine, year)


def test_closed_accounts_and_firms_are_left_alone(demo_engine: Engine) -> None:
    with demo_engine.database.transaction() as session:
        session.execute(update(Account).where(Account.login == FINANCE).values(is_active=False))
    assert counted(demo_engine) == 0
    with pytest.raises(NobodyToReset):
        open_year(demo_engine)


def counted(engine: Engine) -> int:
    key = home(engine)
    with engine.database.read() as session:
        return count_accounts(session, key)


def test_a_job_that_comes_twice_resets_nothing_twice(demo_engine: Engine) -> None:
    open_year(demo_engine)
    Worker(demo_engine).run_due()
    with demo_engine.database.read() as session:
        before = session.scalars(select(ReportingAccount.link_id)).all()
        opening = find_opening(session, association_id=home(demo_engine), year=2022)
        assert opening is not None
    with demo_engine.database.transaction() as session:
        openings.reset_portion(session, engine=demo_engine, now=NOW, opening_id=opening.id)
    with demo_engine.database.read() as session:
        assert session.scalars(select(ReportingAccount.link_id)).all() == before
