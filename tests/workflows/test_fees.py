from sqlalchemy.orm import Session

from engine.actors import Actor
from tests.workflows.conftest import NOW, Cast
from workflows.payment import operations
from workflows.shared import fees
from workflows.shared.fees import assess_facts, fee_state, find_entry

TO_PAY = "330000100003"
ARREARS = "330000100004"
PENDING = "330000100005"
GAVE_BIRTH = "330000100002"
NO_FEE = "440300100001"
CLERK = Actor("staff", 7)


def test_arrears_are_added_to_the_year(seeded: Session, cast: Cast) -> None:
    member, season = cast(ARREARS)
    facts = assess_facts(seeded, member=member, season=season)
    assert (facts.years_owed, facts.yearly_amount, facts.amount_owed) == (2, 10000, 20000)
    state = fee_state(seeded, member=member, season=season)
    assert (state.arrears, state.own_year) == ((2020,), (2021,))


def test_a_birth_exempts_the_year_but_not_the_arrears(seeded: Session, cast: Cast) -> None:
    member, season = cast(ARREARS)
    member.sex, member.gave_birth_years = "2", [2021]
    facts = assess_facts(seeded, member=member, season=season)
    assert (facts.is_exempt_by_birth, facts.years_owed) == (True, 1)
    member.sex = "1"
    assert not assess_facts(seeded, member=member, season=season).is_exempt_by_birth


def test_an_association_may_charge_nothing(seeded: Session, cast: Cast) -> None:
    member, season = cast(NO_FEE)
    facts = assess_facts(seeded, member=member, season=season)
    assert (facts.is_charged, facts.amount_owed) == (False, 0)


def test_the_ledger_may_exempt_a_member(seeded: Session, cast: Cast) -> None:
    member, season = cast(TO_PAY)
    entry = fees.FeeEntry(
        member_id=member.id,
        year=2021,
        status="exempt",
        amount=0,
        exempt_reason="困难减免",
        updated_at=NOW,
    )
    seeded.add(entry)
    seeded.flush()
    assert not assess_facts(seeded, member=member, season=season).is_charged


def test_what_the_table_decided_is_what_the_page_shows(seeded: Session, cast: Cast) -> None:
    member, season = cast(TO_PAY)
    operations.record(
        seeded, now=NOW, member_id=member.id, season_id=season.id, status="to_pay", amount=10000
    )
    state = fee_state(seeded, member=member, season=season)
    assert (state.status, state.amount, state.is_settled) == ("to_pay", 10000, False)
    assert operations.is_settled(seeded, member_id=member.id, season_id=season.id) == {
        "fee_settled": False
    }


def test_a_confirmed_fee_settles_its_arrears_and_stays_confirmed(
    seeded: Session, cast: Cast
) -> None:
    member, season = cast(ARREARS)
    ids = {"member_id": member.id, "season_id": season.id}
    operations.record(seeded, now=NOW, status="to_pay", amount=20000, **ids)
    fees.receive_payment(
        seeded,
        member_id=member.id,
        year=2021,
        amount=20000,
        source="provider",
        reference="t-1",
        now=NOW,
    )
    assert assess_facts(seeded, member=member, season=season).paid
    operations.record(seeded, now=NOW, status="confirmed", amount=0, **ids)
    arrears = find_entry(seeded, member_id=member.id, year=2020)
    own = find_entry(seeded, member_id=member.id, year=2021)
    assert arrears is not None
    assert own is not None
    assert (arrears.status, own.status, own.amount) == ("confirmed", "confirmed", 20000)
    facts = assess_facts(seeded, member=member, season=season)
    assert (facts.paid, facts.years_owed) == (True, 0)


def test_the_association_confirms_what_was_claimed(seeded: Session, cast: Cast) -> None:
    member, season = cast(PENDING)
    assert assess_facts(seeded, member=member, season=season).claimed
    operations.confirm(seeded, by=CLERK, now=NOW, member_id=member.id, season_id=season.id)
    facts = assess_facts(seeded, member=member, season=season)
    assert (facts.claimed, facts.paid) == (False, True)


def test_a_refused_claim_leaves_the_fee_to_pay_with_the_reason(seeded: Session, cast: Cast) -> None:
    member, season = cast(PENDING)
    ids = {"member_id": member.id, "season_id": season.id}
    operations.refuse(seeded, by=CLERK, now=NOW, reason="未收到该笔转账", **ids)
    facts = assess_facts(seeded, member=member, season=season)
    assert (facts.claimed, facts.refused, facts.paid) == (False, True, False)
    operations.record(seeded, now=NOW, status="to_pay", amount=10000, **ids)
    state = fee_state(seeded, member=member, season=season)
    assert state.refusal is not None
    assert (state.status, state.refusal.reason, state.refusal.settled_by) == (
        "to_pay",
        "未收到该笔转账",
        7,
    )


def test_the_same_claim_twice_is_one(seeded: Session, cast: Cast) -> None:
    member, season = cast(TO_PAY)
    claim = {"member_id": member.id, "year": season.year, "kind": "payment", "expected": 10000}
    first = fees.claim_fee(seeded, now=NOW, **claim)
    assert fees.claim_fee(seeded, now=NOW, **claim).id == first.id
    assert len(fees.open_claims(seeded, member_id=member.id, year=season.year)) == 1
