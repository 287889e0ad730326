"""The decision table of the fee."""

import pytest

from tests.content.walking import MODELS, NOW, World


def decide(world: World) -> object:
    return MODELS["payment"].decide("fee_status", {"fee_facts": world.fee_facts()}, NOW)


@pytest.mark.parametrize(
    ("world", "status", "amount"),
    [
        (World(is_charged=False), "exempt", 0),
        (World(is_charged=False, claimed=True), "exempt", 0),
        (World(is_exempt_by_birth=True, years_owed=0), "exempt", 0),
        (World(is_exempt_by_birth=True, years_owed=1), "to_pay", 10000),
        (World(is_exempt_by_birth=True, years_owed=1, paid=True), "confirmed", 0),
        (World(paid=True), "confirmed", 0),
        (World(paid=True, claimed=True), "confirmed", 0),
        (World(claimed=True), "pending", 10000),
        (World(claimed=True, years_owed=2), "pending", 20000),
        (World(), "to_pay", 10000),
        (World(years_owed=3), "to_pay", 30000),
    ],
)
def test_the_first_rule_that_fits_decides(world: World, status: str, amount: int) -> None:
    assert decide(world) == {"status": status, "amount": amount}
