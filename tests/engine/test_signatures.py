"""What functions take and give, as people and tools are told."""

from collections.abc import Mapping
from typing import Annotated, NotRequired, TypedDict

import pytest
from marshmallow import ValidationError

from engine.language import N_
from engine.operations import Operation, operation
from engine.signatures import (
    Named,
    NotDescribed,
    Words,
    only,
    read_names,
    read_parameters,
    schema_of,
)

Member = Annotated[int, Named(N_("Member"), N_("The member's key in the register."))]


class Answer(TypedDict):
    """What came of it."""

    level: Annotated[int, Named(N_("Levels of review"))]
    reason: NotRequired[Annotated[str | None, Named(N_("Reason"))]]


class Row(TypedDict):
    """What holds another one."""

    inner: Answer
    rest: Mapping[str, object]


@operation("test.described", title=N_("Plan the review"), about=N_("One or two."))
def described(
    *,
    session: object,
    member_id: Member,
    kind: Annotated[str, Named(N_("Kind"), choices=only("a", "b"))],
    reason: Annotated[str, Named(N_("Reason"))] | None = None,
) -> Answer:
    """Take a member and give an answer."""
    return {"level": member_id}


@operation("test.silent")
def silent() -> None:
    """Take and give nothing."""


@operation("test.vague")
def vague() -> dict[str, object]:
    """Give something."""
    return {}


def found(function: object) -> Operation:
    """What a function is marked as."""
    marked: Operation = function.__operation__  # type: ignore[attr-defined]
    return marked


def test_an_operation_takes_what_the_engine_does_not_give_it() -> None:
    takes = found(described).takes
    assert list(takes) == ["member_id", "kind", "reason"]
    assert [(each.is_required, each.may_be_null) for each in takes.values()] == [
        (True, False),
        (True, False),
        (False, True),
    ]


def test_a_value_says_its_title_kind_and_choices() -> None:
    takes = found(described).takes
    assert (takes["member_id"].title, takes["member_id"].kind) == ("Member", "number")
    assert takes["member_id"].about == "The member's key in the register."
    assert takes["kind"].say_choices("zh") == {"a": "a", "b": "b"}
    assert str(takes["reason"]) == "Reason"


def test_choices_may_have_words_in_both_languages() -> None:
    class Chosen(TypedDict):
        """A choice."""

        sent: Annotated[str, Named(N_("Message"), choices=lambda: {"x": Words("学时", "Hours")})]

    (value,) = read_names(Chosen).values()
    assert value.say_choices("zh") == {"x": "学时"}
    assert value.say_choices("en") == {"x": "Hours"}


def test_an_operation_gives_what_its_annotation_says() -> None:
    gives = found(described).gives
    assert gives is not None
    assert [(each.title, each.is_required) for each in gives.values()] == [
        ("Levels of review", True),
        ("Reason", False),
    ]
    assert found(silent).gives == {}
    assert found(vague).gives is None


def test_inputs_are_checked_by_the_schema() -> None:
    schema = found(described).schema
    assert schema.load({"member_id": 7, "kind": "a", "reason": None})["member_id"] == 7
    with pytest.raises(ValidationError) as raised:
        schema.load({"member_id": "seven", "surplus": 1})
    assert set(raised.value.messages) == {"member_id", "kind", "surplus"}  # type: ignore[arg-type]


def test_a_value_may_hold_others() -> None:
    schema = schema_of(read_names(Row), name="Row")
    assert schema.load({"inner": {"level": 1}, "rest": {"x": 2}})
    with pytest.raises(ValidationError):
        schema.load({"inner": {"level": "one"}, "rest": {}})


def test_a_type_that_no_diagram_can_give_is_refused() -> None:
    def broken(*, where: object, which: "int | str") -> None:
        """Take what JSON has no word for."""

    with pytest.raises(NotDescribed):
        read_parameters(broken, but=frozenset({"which"}))
    with pytest.raises(NotDescribed):
        read_parameters(broken, but=frozenset({"where"}))
