"""Mobile numbers, as registers hold them and as providers want them."""

import pytest

from workflows.shared.mobiles import NotAMobile, is_e164, is_mainland, to_e164


@pytest.mark.parametrize(
    ("written", "number"),
    [
        ("13800000001", "+8613800000001"),
        ("+86 138 0000 0001", "+8613800000001"),
        ("0086-138-0000-0001", "+8613800000001"),
        ("86 13800000001", "+8613800000001"),
        ("１３８０００００００１", "+8613800000001"),
        ("19912345678", "+8619912345678"),
        ("+852 6123 4567", "+85261234567"),
        ("852-61234567", "+85261234567"),
        ("（852）6123 4567", "+85261234567"),
        ("0085261234567", "+85261234567"),
        ("+853 6612 3456", "+85366123456"),
        ("853-66123456", "+85366123456"),
        ("+886 912 345 678", "+886912345678"),
        ("886-0912-345-678", "+886912345678"),
        ("+65 8123 4567", "+6581234567"),
        ("0044 7911 123456", "+447911123456"),
        ("+1 (415) 555-2671", "+14155552671"),
    ],
)
def test_a_number_is_written_the_one_way_that_providers_take(written: str, number: str) -> None:
    assert to_e164(written) == number
    assert is_e164(number)
    assert to_e164(number) == number


@pytest.mark.parametrize(
    "written",
    [
        "",
        "abc",
        "+86",
        "1380000000",
        "138000000012",
        "12345678901",
        "61234567",
        "0912345678",
        "010-88250337",
        "+8601088250337",
        "+852 2345 6789",
        "+999 1234567",
        "13800000001\r\nX: y",
        "13800000001,13800000002",
        "9" * 400,
    ],
)
def test_what_is_no_mobile_number_is_refused(written: str) -> None:
    with pytest.raises(NotAMobile):
        to_e164(written)


def test_only_numbers_of_the_mainland_are_the_mainlands() -> None:
    assert is_mainland("+8613800000001")
    assert not is_mainland("+85261234567")
    assert not is_mainland("+886912345678")
