"""The ways that an inspection can take through the shipped diagrams."""

import pytest

from tests.content.walking import Walk, World


def to_settlement(walk: Walk) -> Walk:
    walk.do("fill_information", "apply").do("view_inspection", "continue")
    return walk.do("accept_commitment", "confirm", version=1, agreed=True)


def to_review(walk: Walk) -> Walk:
    to_settlement(walk).do("provide_materials", "continue")
    return walk.do("confirm_application", "apply")


def to_deferral_review(walk: Walk) -> Walk:
    walk.do("fill_information", "defer")
    walk.do("accept_deferral_commitment", "confirm", version=1, agreed=True)
    return walk.do("state_deferral", "apply")


def test_an_application_that_is_approved_passes() -> None:
    world = World(paid=True)
    walk = to_review(Walk(world))
    assert walk.statuses() == ["in_review"]
    walk.do("review_application", "approve")
    assert walk.instance.is_ended
    assert walk.instance.end_event == "passed"
    assert world.called("inspection.record_result") == [
        {"member_id": 7, "season_id": 3, "kind": "inspection"}
    ]
    assert world.called("register.apply_information") == [{"member_id": 7}]
    assert [each["template"] for each in world.called("messages.send")] == ["application_approved"]


def test_a_returned_application_begins_a_round_and_skips_what_was_seen_and_accepted() -> None:
    world = World(paid=True)
    walk = to_review(Walk(world)).do("review_application", "return", reason="请补充工作单位")
    assert walk.open == ["fill_information"]
    assert walk.statuses() == ["returned"]
    assert len(world.called("cases.begin_round")) == 1
    assert [each["template"] for each in world.called("messages.send")] == ["application_returned"]
    walk.do("fill_information", "apply")
    assert walk.open == ["provide_materials"]
    assert walk.statuses() == ["returned"]
    walk.do("provide_materials", "continue").do("confirm_application", "apply")
    walk.do("review_application", "approve")
    assert walk.instance.end_event == "passed"


def test_a_new_version_of_the_commitment_is_accepted_anew_after_a_return() -> None:
    world = World(paid=True)
    walk = to_review(Walk(world)).do("review_application", "return", reason="请补充")
    world.commitments["inspection"] = 2
    walk.do("fill_information", "apply")
    assert walk.open == ["accept_commitment"]
    walk.do("accept_commitment", "confirm", version=2, agreed=True)
    assert walk.open == ["provide_materials"]


def test_a_commitment_that_was_only_looked_at_is_not_accepted() -> None:
    walk = Walk(World(paid=True))
    walk.do("fill_information", "apply").do("view_inspection", "continue")
    walk.do("accept_commitment", "back", version=1)
    assert walk.open == ["view_inspection"]
    walk.do("view_inspection", "continue")
    assert walk.open == ["accept_commitment"]


def test_a_season_without_a_commitment_asks_for_none() -> None:
    world = World(paid=True, commitments={"inspection": 0, "deferral": 0})
    walk = Walk(world).do("fill_information", "apply").do("view_inspection", "continue")
    assert walk.open == ["provide_materials"]
    walk.do("provide_materials", "back").do("fill_information", "defer")
    assert walk.open == ["state_deferral"]


@pytest.mark.parametrize("rounds", [3])
def test_rounds_go_on_also_across_a_switch_to_deferral_and_back(rounds: int) -> None:
    world = World(paid=True)
    walk = to_review(Walk(world))
    for _round in range(rounds):
        walk.do("review_application", "return", reason="请补充").do("fill_information", "defer")
        if walk.open == ["accept_deferral_commitment"]:
            walk.do("accept_deferral_commitment", "confirm", version=1, agreed=True)
        walk.do("state_deferral", "apply")
        (review,) = walk.instance.open_tasks
        assert review.variables["kind"] == "deferral"
        walk.do("review_application", "return", reason="不符合").do("fill_information", "apply")
        walk.do("provide_materials", "continue").do("confirm_application", "apply")
        (review,) = walk.instance.open_tasks
        assert review.variables["kind"] == "inspection"
    walk.do("review_application", "approve")
    assert walk.instance.end_event == "passed"
    assert len(world.called("cases.begin_round")) == 2 * rounds


def test_a_deferral_waits_for_neither_hours_nor_fee() -> None:
    world = World(hours_missing=20)
    walk = to_deferral_review(Walk(world))
    walk.do("review_application", "approve")
    assert walk.instance.end_event == "deferred"
    assert world.called("hours.add_up") == world.called("fees.record") == []


def test_a_returned_deferral_is_stated_again_without_its_commitment() -> None:
    walk = to_deferral_review(Walk(World()))
    walk.do("review_application", "return", reason="请重新上传材料。")
    assert walk.do("fill_information", "defer").open == ["state_deferral"]


def test_missing_hours_wait_until_the_member_looks_again_or_hours_arrive() -> None:
    world = World(hours_missing=20, paid=True)
    walk = Walk(world).do("fill_information", "apply")
    assert walk.open == ["await_hours"]
    assert walk.statuses() == ["awaiting_hours"]
    assert walk.do("await_hours", "recheck").open == ["await_hours"]
    world.hours_missing = 8
    assert walk.hear("hours_credited", "7").open == ["await_hours"]
    world.hours_missing = 0
    assert walk.hear("hours_credited", "7").open == ["view_inspection"]


def test_hours_of_another_member_wake_nobody() -> None:
    walk = Walk(World(hours_missing=20)).do("fill_information", "apply")
    assert not walk.instance.send_message("hours_credited", key="8")


@pytest.mark.parametrize("task", ["await_hours", "view_inspection"])
def test_the_member_steps_back_to_the_information(task: str) -> None:
    world = World(hours_missing=20 if task == "await_hours" else 0)
    walk = Walk(world).do("fill_information", "apply").do(task, "back")
    assert walk.open == ["fill_information"]
    assert walk.statuses() == ["draft"]


def test_the_member_steps_back_from_fee_and_materials_and_comes_again() -> None:
    walk = to_settlement(Walk(World()))
    walk.do("provide_materials", "back")
    assert walk.open == ["fill_information"]
    assert walk.instance.waits == []
    assert walk.do("fill_information", "apply").open == ["provide_materials"]


def test_a_change_is_made_from_the_confirmation() -> None:
    walk = to_settlement(Walk(World(paid=True))).do("provide_materials", "continue")
    assert walk.do("confirm_application", "change_materials").open == ["provide_materials"]
    walk.do("provide_materials", "continue")
    assert walk.do("confirm_application", "change_information").open == ["fill_information"]


@pytest.mark.parametrize("task", ["accept_deferral_commitment", "state_deferral"])
def test_the_member_steps_back_from_a_deferral(task: str) -> None:
    walk = Walk(World()).do("fill_information", "defer")
    if task == "state_deferral":
        walk.do("accept_deferral_commitment", "confirm", version=1, agreed=True)
    assert walk.do(task, "back").open == ["fill_information"]


def test_the_member_withdraws_until_a_decision_and_goes_on_in_a_new_round() -> None:
    world = World(paid=True)
    walk = to_review(Walk(world)).hear("withdrawn", "7")
    assert walk.open == ["fill_information"]
    assert walk.statuses() == ["withdrawn"]
    assert len(world.called("cases.begin_round")) == 1
    assert not walk.instance.send_message("withdrawn", key="7")


def test_an_application_is_abandoned() -> None:
    walk = Walk(World()).do("fill_information", "abandon")
    assert walk.instance.end_event == "abandoned"


def test_an_open_fee_holds_up_the_application_and_nothing_else() -> None:
    world = World()
    walk = to_settlement(Walk(world))
    assert walk.statuses() == ["awaiting_payment", "draft"]
    walk.do("provide_materials", "continue").do("confirm_application", "apply")
    assert walk.open == ["confirm_application"]
    world.paid = True
    walk.hear("payment_received", "7:2021")
    assert walk.do("confirm_application", "apply").open == ["review_application"]


def test_a_claimed_fee_waits_for_the_association() -> None:
    world = World()
    walk = to_settlement(Walk(world))
    world.claimed = True
    walk.hear("payment_claimed", "7:2021")
    assert walk.open == ["confirm_fee", "provide_materials"]
    assert walk.statuses() == ["awaiting_fee_confirmation", "draft"]
    walk.do("confirm_fee", "received")
    assert world.fee == "confirmed"
    assert walk.open == ["provide_materials"]


def test_a_refused_fee_is_to_be_paid_and_its_reason_is_told() -> None:
    world = World(claimed=True)
    walk = to_settlement(Walk(world)).do("confirm_fee", "not_received", reason="账户未见此款")
    assert walk.statuses() == ["awaiting_payment", "draft"]
    assert world.called("fees.refuse") == [
        {"member_id": 7, "season_id": 3, "reason": "账户未见此款"}
    ]
    assert world.called("messages.send") == [
        {"member_id": 7, "template": "fee_not_received", "reason": "账户未见此款"}
    ]


def test_a_payment_that_arrives_settles_what_waited_for_the_association() -> None:
    world = World(claimed=True)
    walk = to_settlement(Walk(world))
    world.claimed, world.paid = False, True
    walk.hear("payment_received", "7:2021")
    assert walk.open == ["provide_materials"]
    assert world.fee == "confirmed"


def test_stepping_back_while_the_association_confirms_a_fee_asks_it_again_later() -> None:
    walk = to_settlement(Walk(World(claimed=True))).do("provide_materials", "back")
    assert walk.open == ["fill_information"]
    assert walk.do("fill_information", "apply").open == ["confirm_fee", "provide_materials"]


def test_two_levels_approve_one_after_the_other() -> None:
    world = World(paid=True, levels=2)
    walk = to_review(Walk(world)).do("review_application", "approve")
    assert walk.open == ["second_review"]
    assert walk.statuses() == ["in_second_review"]
    assert walk.do("second_review", "approve").instance.end_event == "passed"


def test_the_second_level_returns_to_the_member_or_sends_back_to_the_first() -> None:
    world = World(paid=True, levels=2)
    walk = to_review(Walk(world)).do("review_application", "approve")
    walk.do("second_review", "send_back", reason="请核对")
    assert walk.open == ["review_application"]
    assert world.called("cases.begin_round") == []
    walk.do("review_application", "approve").do("second_review", "return", reason="请补充")
    assert walk.open == ["fill_information"]
    assert walk.statuses() == ["returned"]


@pytest.mark.parametrize("level", [1, 2])
def test_a_refusal_is_agreed_or_sent_back_to_who_proposed_it(level: int) -> None:
    world = World(paid=True, levels=level)
    walk = to_review(Walk(world))
    step = "review_application"
    if level == 2:
        walk.do(step, "approve")
        step = "second_review"
    walk.do(step, "propose_refusal", reason="判决已生效", refusal_ground="criminal_penalty")
    assert walk.statuses() == ["awaiting_agreement"]
    assert walk.do("agree_refusal", "send_back", reason="未生效").open == [step]
    walk.do(step, "propose_refusal").do("agree_refusal", "agree")
    assert walk.instance.end_event == "not_passed"
    (recorded,) = world.called("inspection.record_result")
    assert recorded["status"] == "not_passed"
    assert world.called("register.apply_information") == []
    assert len(world.called("inspection.tell_refused")) == 1


@pytest.mark.parametrize("level", [1, 2])
def test_a_second_deferral_in_a_row_is_agreed_or_sent_back(level: int) -> None:
    walk = to_deferral_review(Walk(World(levels=level, needs_agreement=True)))
    step = "review_application"
    walk.do(step, "approve")
    if level == 2:
        step = "second_review"
        walk.do(step, "approve")
    assert walk.open == ["agree_approval"]
    assert walk.do("agree_approval", "send_back", reason="不符合").open == [step]
    walk.do(step, "approve").do("agree_approval", "agree")
    assert walk.instance.end_event == "deferred"


def test_a_case_whose_decision_was_revoked_begins_in_review() -> None:
    walk = Walk(World(paid=True), begins_at="review", kind="inspection")
    assert walk.open == ["review_application"]
    assert walk.do("review_application", "return").open == ["fill_information"]
    assert Walk(World(), begins_at="information").open == ["fill_information"]
