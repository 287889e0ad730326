"""密码重置申请表: filled in, signed, uploaded, decided, and the link that comes of it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, update

from engine.cases import Case
from engine.completing import Completed
from engine.engine import Engine
from engine.errors import NotAllowed, NotFound
from engine.files import StoredFile, sweep_files
from engine.jobs import Worker
from engine.noting import texts
from engine.trail import Event
from tests.workflows.conftest import NOW
from tests.workflows.office import viewer
from tests.workflows.visiting import Guest, sentences
from workflows.paper_password_reset.applications import start_paper_reset
from workflows.paper_password_reset.models import PaperReset
from workflows.paper_password_reset.offices import (
    ContactNotRight,
    find_office,
    list_offices,
    save_office,
)
from workflows.paper_password_reset.receipts import (
    TooManyLinks,
    ask_for_link,
    clean_number,
    come_back,
    look_at_receipt,
    make_number,
)
from workflows.paper_password_reset.retention import KEPT, forget_scans
from workflows.shared.accounts import Account, find_account, is_password
from workflows.shared.applications import find_last_return
from workflows.shared.messages import list_messages
from workflows.shared.one_time_links import LinkUsed, set_password
from workflows.shared.sweeping import sweep

CPA = "330000100001"
HELP_DESK = "zj_help"
MINUTE = timedelta(minutes=1)
SCANS = ("signed_form", "certificate", "identity_card")


def office_id(engine: Engine, name: str = "浙江省注册会计师协会") -> int:
    with engine.database.read() as session:
        return next(each.id for each in list_offices(session) if each.name == name)


def form(engine: Engine, **changes: str) -> dict[str, str]:
    """The application form, filled in."""
    given = {
        "target": "here",
        "office": str(office_id(engine)),
        "user_type": "member",
        "applicant": "蔡思源",
        "login": CPA,
        "mobile": "13812345678",
        "reason": "更换手机后收不到验证码",
        "remark": "无",
        "channel": "sms",
    }
    return {**given, **changes}


def begin(engine: Engine, **options: Any) -> Guest:
    guest = Guest(engine, **options)
    guest.case_id = start_paper_reset(engine, guest.visit, address=guest.address, now=guest.now)
    return guest


def fill(engine: Engine, **changes: str) -> Guest:
    """An application with its form filled in."""
    guest = begin(engine)
    assert isinstance(guest.send("continue", form(engine, **changes)), Completed)
    return guest


def apply(engine: Engine, **changes: str) -> Guest:
    """An application that waits for the association."""
    guest = fill(engine, **changes)
    for slot in SCANS:
        guest.attach(slot)
    assert isinstance(guest.send("apply"), Completed)
    return guest


def account_of(engine: Engine, login: str = CPA) -> Account:
    with engine.database.read() as session:
        found = find_account(session, user_type="member", login=login)
        assert found is not None
        return found


def events(engine: Engine, case_id: UUID) -> list[str]:
    with engine.database.read() as session:
        query = select(Event.kind).where(Event.case_id == case_id).order_by(Event.number)
        return list(session.scalars(query))


def test_what_is_approved_ends_with_a_link_that_sets_the_password(demo_engine: Engine) -> None:
    guest = begin(demo_engine)
    assert (guest.step, guest.case.status) == ("fill_application", "resetting")
    guest.send("continue", form(demo_engine))
    assert (guest.step, guest.case.status) == ("provide_scans", "paper_to_sign")
    for slot in SCANS:
        guest.attach(slot)
    guest.send("apply")
    assert (guest.step, guest.case.status) == ("", "paper_in_review")

    assert isinstance(guest.decide(HELP_DESK, "approve"), Completed)

    assert (guest.case.state, guest.case.status) == ("ended", "paper_approved")
    (receipt, to, _token), (reset, to_again, token) = guest.links()
    assert (receipt, reset) == ("receipt", "reset")
    assert to == to_again == "13812345678"
    set_password(demo_engine, token=token, password="a lantern over the river", address="", now=NOW)
    assert is_password(account_of(demo_engine).password_hash or "", "a lantern over the river")
    with demo_engine.database.read() as session:
        told = list_messages(session, member_id=account_of(demo_engine).member_id)
    assert {"paper_reset_approved", "password_reset"} <= {each.template for each in told}


def test_what_was_done_on_the_platform_is_closed_and_told(demo_engine: Engine) -> None:
    guest = apply(demo_engine, target="platform", channel="email", email="cai@example.com")
    assert isinstance(guest.decide(HELP_DESK, "done"), Completed)
    assert (guest.case.state, guest.case.status) == ("ended", "paper_done")
    assert [(what, to) for what, to, _token in guest.links()] == [
        ("receipt", "cai@example.com"),
        ("receipt", "cai@example.com"),
    ]
    with demo_engine.database.read() as session:
        told = look_at_receipt(session, demo_engine, guest.links()[-1][2], now=NOW)
    assert told.id == guest.case_id


@pytest.mark.parametrize(("target", "outcome"), [("platform", "approve"), ("here", "done")])
def test_each_target_has_its_own_way_to_be_done(
    demo_engine: Engine, target: str, outcome: str
) -> None:
    guest = apply(demo_engine, target=target)
    with pytest.raises(NotFound):
        guest.decide(HELP_DESK, outcome)
    assert guest.case.status == "paper_in_review"


@pytest.mark.parametrize("field", sorted({"target", "office", "applicant", "login", "mobile",
                                          "reason", "remark", "channel", "user_type"}))  # fmt: skip
def test_every_item_of_the_form_is_required(demo_engine: Engine, field: str) -> None:
    guest = begin(demo_engine)
    assert field in sentences(guest.send("continue", form(demo_engine, **{field: ""})))
    assert guest.step == "fill_application"
    assert guest.links() == []


@pytest.mark.parametrize("missing", SCANS)
def test_every_scan_is_required(demo_engine: Engine, missing: str) -> None:
    guest = fill(demo_engine)
    for slot in set(SCANS) - {missing}:
        guest.attach(slot)
    assert set(sentences(guest.send("apply"))) == {f"{missing}.{missing}"}


@pytest.mark.parametrize("outcome", ["return", "refuse"])
def test_who_returns_or_refuses_says_why(demo_engine: Engine, outcome: str) -> None:
    guest = apply(demo_engine)
    assert set(sentences(guest.decide(HELP_DESK, outcome))) == {"reason"}


def test_what_is_returned_comes_back_by_the_link_hours_later(demo_engine: Engine) -> None:
    guest = apply(demo_engine)
    guest.decide(HELP_DESK, "return", reason="签名不清晰")
    assert (guest.case.status, guest.case.round) == ("returned", 2)
    later = NOW + timedelta(hours=5)
    with demo_engine.database.transaction() as session:
        sweep(session, now=later)
    token = guest.links()[-1][2]
    with demo_engine.database.transaction() as session:
        opened = come_back(
            session, demo_engine, token=token, address="192.0.2.9", is_phone=True, now=later
        )
        assert opened is not None
        assert opened.visit.id == guest.visit.id
    guest.after, guest.visit = timedelta(hours=5), opened.visit
    with demo_engine.database.read() as session:
        last = find_last_return(session, demo_engine.vault, case=guest.case)
    assert last is not None
    assert last.reason == "签名不清晰"
    # What was uploaded before is still there: only the form is scanned again.
    assert {len(guest.opened().values[each]) for each in SCANS} == {1}
    assert isinstance(guest.send("apply"), Completed)
    assert guest.case.status == "paper_in_review"
    guest.decide(HELP_DESK, "approve")
    assert guest.case.status == "paper_approved"
    with (
        demo_engine.database.transaction() as session,
        pytest.raises(LinkUsed),
    ):
        come_back(session, demo_engine, token=token, address="", is_phone=False, now=later)


def test_what_is_refused_is_over_and_its_link_says_so(demo_engine: Engine) -> None:
    guest = apply(demo_engine)
    assert isinstance(guest.decide(HELP_DESK, "refuse", reason="证件与登记不符"), Completed)
    assert (guest.case.state, guest.case.status) == ("ended", "paper_refused")
    token = guest.links()[-1][2]
    for _ in range(2):
        # Reading what became of it uses the link up for nobody.
        with demo_engine.database.transaction() as session:
            found = come_back(
                session, demo_engine, token=token, address="", is_phone=False, now=NOW
            )
        assert found is None


def test_an_account_that_is_not_there_gets_no_link(demo_engine: Engine) -> None:
    guest = apply(demo_engine, login="330000999999")
    assert set(sentences(guest.decide(HELP_DESK, "approve"))) == {"reason"}
    assert guest.case.status == "paper_in_review"
    # The applicant was told nothing that he would not have been told of a real one.
    assert [what for what, _to, _token in guest.links()] == ["receipt"]


def test_the_review_compares_with_the_register(demo_engine: Engine) -> None:
    from workflows.paper_password_reset.form_data import show_review

    guest = apply(demo_engine, applicant="别的 人")
    with demo_engine.database.read() as session:
        data = show_review(session, engine=demo_engine, case=guest.case, language="zh", now=NOW)
        panel = data.panels["account_check"]
    assert (panel["has_account"], panel["register"]["has_same_name"]) == (True, False)
    assert panel["register"]["has_same_mobile"] is False


def test_a_stranger_in_the_office_does_not_decide(demo_engine: Engine) -> None:
    guest = apply(demo_engine)
    with pytest.raises((NotAllowed, NotFound)):
        guest.decide("gd_review", "approve")


def test_the_form_may_be_changed_before_it_is_sent(demo_engine: Engine) -> None:
    guest = fill(demo_engine)
    number = receipt_of(demo_engine, guest)
    guest.send("change")
    assert (guest.step, guest.case.status) == ("fill_application", "returned")
    changed = form(demo_engine, mobile="13900001111", applicant="蔡思远")
    assert isinstance(guest.send("continue", changed), Completed)
    assert receipt_of(demo_engine, guest) == number
    assert guest.case.subject_name == "蔡思远"
    assert [to for _what, to, _token in guest.links()] == ["13812345678", "13900001111"]


def receipt_of(engine: Engine, guest: Guest) -> str:
    with engine.database.read() as session:
        return session.get_one(PaperReset, guest.case_id).receipt_number


def test_the_application_outlives_the_visit_and_a_form_that_was_not_sent_does_not(
    demo_engine: Engine,
) -> None:
    begun, filled = begin(demo_engine), fill(demo_engine)
    with demo_engine.database.transaction() as session:
        sweep(session, now=NOW + 31 * MINUTE)
    with demo_engine.database.read() as session:
        assert session.get(Case, begun.case_id) is None
        assert session.get(Case, filled.case_id) is not None


@pytest.mark.parametrize("is_changing", [False, True])
def test_what_nobody_goes_on_with_lapses(demo_engine: Engine, is_changing: bool) -> None:
    guest = fill(demo_engine)
    if is_changing:
        guest.send("change")
    later = replace(demo_engine, now=lambda: NOW + timedelta(days=30, minutes=1))
    Worker(later).run_due()
    assert (guest.case.state, guest.case.status) == ("ended", "paper_lapsed")


def test_what_was_received_is_not_swept_though_its_form_was_given_up(demo_engine: Engine) -> None:
    guest = fill(demo_engine)
    guest.send("change")
    assert isinstance(guest.send("give_up"), Completed)
    with demo_engine.database.transaction() as session:
        sweep(session, now=NOW + 31 * MINUTE)
    assert (guest.case.state, guest.case.status) == ("ended", "withdrawn")


def test_an_application_is_withdrawn(demo_engine: Engine) -> None:
    guest = fill(demo_engine)
    guest.send("withdraw")
    assert (guest.case.state, guest.case.status) == ("ended", "withdrawn")


def test_the_receipt_number_brings_another_link_to_the_same_place(demo_engine: Engine) -> None:
    guest = fill(demo_engine)
    number = receipt_of(demo_engine, guest)
    ask_for_link(demo_engine, number=number.lower().replace("-", " "), address="", now=NOW)
    assert [to for _what, to, _token in guest.links()] == ["13812345678"] * 2
    first, second = (token for _what, _to, token in guest.links())
    with demo_engine.database.transaction() as session:
        assert come_back(session, demo_engine, token=second, address="", is_phone=False, now=NOW)
    assert first != second


def test_a_number_that_is_none_is_answered_alike(demo_engine: Engine) -> None:
    guest = fill(demo_engine)
    ask_for_link(demo_engine, number=make_number(), address="", now=NOW)
    ask_for_link(demo_engine, number="'; DROP TABLE", address="", now=NOW)
    assert len(guest.links()) == 1


def test_nobody_is_flooded_with_links(demo_engine: Engine) -> None:
    guest = fill(demo_engine)
    number = receipt_of(demo_engine, guest)
    for each in range(30):
        ask_for_link(demo_engine, number=number, address=f"198.51.{each}.1", now=NOW)
    assert len(guest.links()) == 5
    other = begin(demo_engine, address="203.0.113.9")
    assert set(sentences(other.send("continue", form(demo_engine)))) == {"mobile"}
    assert other.step == "fill_application"


def test_one_network_asks_for_so_many_links(demo_engine: Engine) -> None:
    for _ in range(20):
        ask_for_link(demo_engine, number=make_number(), address="192.0.2.7", now=NOW)
    with pytest.raises(TooManyLinks):
        ask_for_link(demo_engine, number=make_number(), address="192.0.2.8", now=NOW)
    ask_for_link(demo_engine, number=make_number(), address="198.51.100.1", now=NOW)


def test_identity_scans_are_deleted_thirty_days_after_the_end(demo_engine: Engine) -> None:
    guest = fill(demo_engine)
    replaced = guest.attach("identity_card", "first.pdf")
    files = {slot: guest.attach(slot) for slot in SCANS}
    guest.send("apply")
    guest.decide(HELP_DESK, "refuse", reason="不符")

    def known(after: timedelta) -> set[UUID]:
        with demo_engine.database.transaction() as session:
            forget_scans(session, engine=demo_engine, now=NOW + after)
            query = select(StoredFile.id).where(StoredFile.case_id == guest.case_id)
            return set(session.scalars(query))

    assert known(KEPT - MINUTE) == {*files.values(), replaced}
    assert known(KEPT) == {files["signed_form"]}
    assert known(KEPT + MINUTE) == {files["signed_form"]}
    assert events(demo_engine, guest.case_id).count("identity_scans_deleted") == 1
    with demo_engine.database.read() as session:
        sweep_files(session, demo_engine.files, now=NOW, age=timedelta(days=-365 * 20))
    assert demo_engine.files.path(files["signed_form"]).exists()
    assert not demo_engine.files.path(files["identity_card"]).exists()


def test_an_application_that_goes_on_keeps_its_scans(demo_engine: Engine) -> None:
    guest = apply(demo_engine)
    with demo_engine.database.transaction() as session:
        forget_scans(session, engine=demo_engine, now=NOW + 10 * KEPT)
        query = select(StoredFile.id).where(StoredFile.case_id == guest.case_id)
        assert len(session.scalars(query).all()) == 3


def test_a_receipt_number_is_read_however_it_is_typed() -> None:
    assert clean_number("７k3m qx2p–9rta") == "7K3M-QX2P-9RTA"
    assert len({make_number() for _ in range(100)}) == 100


def test_an_association_says_what_its_form_names(demo_engine: Engine) -> None:
    key = office_id(demo_engine)
    with demo_engine.database.transaction() as session:
        assert find_office(session, key).telephone == "0571-00000000"
        by = viewer(session, "zj_manage")
        save_office(session, association_id=key, email="a@b.cn", telephone="1", viewer=by, now=NOW)
        assert find_office(session, key) == find_office(session, key)
        assert (find_office(session, key).email, find_office(session, key).telephone) == (
            "a@b.cn",
            "1",
        )
        for wrong in ("not an address", "a@b.cn\nBcc: c@d.cn"):
            with pytest.raises(ContactNotRight):
                save_office(
                    session, association_id=key, email=wrong, telephone="", viewer=by, now=NOW
                )
        with pytest.raises(NotAllowed):
            save_office(
                session,
                association_id=key,
                email="",
                telephone="",
                viewer=viewer(session, "zj_review"),
                now=NOW,
            )


def test_an_account_closed_meanwhile_gets_no_link(demo_engine: Engine) -> None:
    guest = apply(demo_engine)
    with demo_engine.database.transaction() as session:
        session.execute(update(Account).where(Account.login == CPA).values(is_active=False))
    assert set(sentences(guest.decide(HELP_DESK, "approve"))) == {"reason"}


def test_what_was_typed_is_in_no_trail(demo_engine: Engine) -> None:
    guest = apply(demo_engine, reason="只此一次的原因", remark="别处没有的备注")
    guest.decide(HELP_DESK, "return", reason="签名不清晰")
    with demo_engine.database.read() as session:
        said = str(
            [
                each.data
                for each in session.scalars(select(Event).where(Event.case_id == guest.case_id))
            ]
        )
        assert texts(session, demo_engine.vault, case=guest.case) == {}
    for typed in ("只此一次的原因", "别处没有的备注", "13812345678", "蔡思源", "签名不清晰"):
        assert typed not in said
