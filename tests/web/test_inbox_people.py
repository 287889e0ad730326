"""What people of an association do with each other in the inbox, on its pages."""

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
from flask import Flask
from werkzeug.datastructures import MultiDict

from tests.web.conftest import Page, Visitor, together
from tests.web.offices import (
    IN_GUANGZHOU,
    OTHERS,
    READY,
    TOKEN,
    address_of,
    applied,
    decide,
    part,
    put_question,
    say,
    staff,
)
from tests.workflows.conftest import NOW
from tests.workflows.walking import INFORMATION, REVIEWER
from workflows.shared.accounts import find_account
from workflows.shared.dates import local_date

HX = {"HX-Request": "true"}


def key_of(app: Flask, login: str) -> str:
    """The key of somebody's account, as a form sends it."""
    with app.extensions["engine"].database.read() as session:
        account = find_account(session, user_type="staff", login=login)
        assert account is not None
        return str(account.id)


def send(visitor: Visitor, address: str, **typed: str) -> Page:
    """Send a small form."""
    return visitor.send(address, MultiDict({**TOKEN, **typed}))


def hand_over(visitor: Visitor, address: str, to: str, **typed: str) -> Page:
    """Hand a task over on the page for it."""
    page = visitor.open(f"{address}/assign")
    values = page.values(address)
    for name, value in {"to": to, **typed}.items():
        values[name] = value
    return visitor.send(f"{address}/assign", values)


def test_a_handed_over_task_is_the_colleagues_and_he_reads_why(app: Flask) -> None:
    walk, second = applied(app), key_of(app, "zj_review2")
    address = address_of(walk)

    done = hand_over(staff(app), address, second, note="请核对照片")

    assert done.path == "/inbox"
    assert "was handed to 浙江审核员乙" in done.text
    colleague = staff(app, "zj_review2")
    assert READY in colleague.open("/inbox?mine=1").text
    assert READY in colleague.open("/inbox?assigned=me").text
    assert READY not in colleague.open("/inbox?assigned=nobody").text
    bell = colleague.open("/messages")
    assert "Handed to you: 蔡思源" in bell.links()
    message = colleague.open(bell.links()["Handed to you: 蔡思源"])
    assert "请核对照片" in message.text
    opened = colleague.open(message.links()["Open the task"])
    assert opened.path == address
    assert "Assigned to you" in opened.text
    assert "Handed to 浙江审核员乙" in say(part(opened, "trail"))
    assert "请核对照片" in say(part(opened, "trail"))


def test_nobody_is_offered_who_cannot_decide_it(app: Flask) -> None:
    address = address_of(applied(app))
    page = staff(app).open(f"{address}/assign")

    offered = page.html.xpath("//select[@name='to']")[0].text_content()

    assert "浙江审核员乙" in offered
    assert "浙江会费岗" not in offered
    assert "广" not in offered


def test_a_hand_over_says_what_is_wrong_with_it(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    address = address_of(walk)

    unchosen = hand_over(reviewer, address, "")
    outside = hand_over(reviewer, address, key_of(app, "zj_fees"), note="请看")

    assert (unchosen.status, outside.status) == (422, 422)
    assert "Choose a colleague" in unchosen.text
    assert "cannot decide this task" in outside.text
    assert outside.html.xpath("//textarea[@name='note']")[0].text == "请看"


def test_what_was_decided_meanwhile_is_not_handed_over(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    address, second = address_of(walk), key_of(app, "zj_review2")
    page = reviewer.open(f"{address}/assign")
    colleague = staff(app, "zj_review2")
    decide(colleague, colleague.open(address), "approve")

    values = page.values(address)
    values["to"] = second
    late = reviewer.send(f"{address}/assign", values)

    assert late.path == address
    assert "This step is done already" in late.text
    assert "浙江审核员乙 decided: Approve" in late.text


def test_who_hands_over_late_learns_whose_it_is(app: Flask) -> None:
    address = address_of(applied(app))
    late, second = staff(app), staff(app, "zj_review2")
    page = late.open(f"{address}/assign")
    send(second, f"{address}/assign", to=key_of(app, "zj_review2"), seen="")

    values = page.values(address)
    values["to"] = key_of(app, "zj_manage")
    refused = late.send(f"{address}/assign", values)

    assert refused.status == 422
    assert "浙江审核员乙 has it now" in refused.text


def test_two_who_take_a_task_on_at_once_do_not_both_have_it(app: Flask) -> None:
    walk = applied(app)
    address = address_of(walk)
    people = {each: (staff(app, each), key_of(app, each)) for each in ("zj_review", "zj_review2")}

    answers = together(
        app,
        *(
            lambda visitor=visitor, key=key: send(visitor, f"{address}/assign", to=key, seen="")
            for visitor, key in people.values()
        ),
    )

    assert sorted(each.status for each in answers) == [200, 422]


def test_a_task_is_taken_on_and_put_back_without_leaving_the_page(app: Flask) -> None:
    address, reviewer = address_of(applied(app)), staff(app)
    headers = {**HX, "HX-Target": "assigned"}
    me = key_of(app, "zj_review")

    taken = reviewer.send(
        f"{address}/assign", MultiDict({**TOKEN, "to": me, "seen": ""}), headers=headers
    )
    back = reviewer.send(
        f"{address}/assign", MultiDict({**TOKEN, "release": "1", "seen": me}), headers=headers
    )

    assert "Assigned to you" in taken.text
    assert "Assigned to nobody" in back.text
    assert not taken.html.xpath("//main")


def test_ticked_tasks_are_handed_over_together(app: Flask) -> None:
    walks = [applied(app, each) for each in (READY, *OTHERS)]
    ids = [address_of(each).removeprefix("/inbox/") for each in walks]
    reviewer, second = staff(app), staff(app, "zj_review2")
    asked = reviewer.send("/inbox/assign", MultiDict([*TOKEN.items(), *(("task", i) for i in ids)]))
    assert "3 tasks" in asked.text
    decide(second, second.open(address_of(walks[2])), "approve")

    values = asked.values("/inbox/assign")
    values["to"] = key_of(app, "zj_review2")
    done = reviewer.send("/inbox/assign", values)

    assert "2 tasks were handed over" in done.text
    assert "This step is done already" in done.text
    listed = second.open("/inbox?assigned=me").text
    assert READY in listed
    assert OTHERS[1] not in listed
    assert "Handed to you: 2 tasks" in second.open("/messages").text


def test_nobody_hands_over_what_he_may_not_see(app: Flask) -> None:
    address = address_of(applied(app))

    for outsider in ("gd_review", "zj_fees"):
        assert staff(app, outsider).open(f"{address}/assign").status == 404
        assert send(staff(app, outsider), f"{address}/assign", to="1").status == 404
    assert staff(app, "audit").open(f"{address}/assign").status == 403


def test_a_copy_is_read_by_who_could_not_see_the_task_and_by_nobody_else(app: Flask) -> None:
    walk = applied(app)
    address, clerk = address_of(walk), staff(app, "zj_fees")
    assert clerk.open(address).status == 404

    page = staff(app).open(f"{address}/copy")
    values = page.values(address)
    values.setlist("to", [key_of(app, "zj_fees")])
    values["note"] = "请了解会费情况"
    done = staff(app).send(f"{address}/copy", values)

    assert "Not read yet" in say(part(done, "copies"))
    assert "Copied to you: 蔡思源" in clerk.open("/messages").links()
    assert READY in clerk.open("/inbox?copied=1").text
    assert READY not in clerk.open("/inbox").text
    shown = clerk.open(address)
    assert "浙江审核员 copied this to you" in shown.text
    assert "请了解会费情况" in shown.text
    assert "others decide on it" in shown.text
    send(clerk, f"{address}/read")
    assert "Read" in say(part(staff(app).open(address), "copies"))
    assert "You read it on" in clerk.open(address).text
    assert send(clerk, address, outcome="approve", round="1").status == 404
    assert staff(app, "gd_review").open(address).status == 404


def test_a_copy_never_leaves_the_association(app: Flask) -> None:
    own, other = address_of(applied(app)), address_of(applied(app, IN_GUANGZHOU))

    refused = send(staff(app), f"{own}/copy", to=key_of(app, "gz_review"), note="请看")
    nobody = send(staff(app), f"{own}/copy", note="请看")

    assert (refused.status, nobody.status) == (422, 422)
    assert "has no duty at this association" in refused.text
    assert "Choose at least one" in nobody.text
    assert staff(app, "gz_review").open(own).status == 404
    assert send(staff(app), f"{other}/copy", to=key_of(app, "zj_fees")).status == 404


def test_days_away_are_noted_and_the_cover_finds_the_tasks(app: Flask) -> None:
    address, reviewer, cover = address_of(applied(app)), staff(app), staff(app, "zj_review2")
    send(reviewer, f"{address}/assign", to=key_of(app, "zj_review"), seen="")
    today = local_date(NOW)
    assert READY not in cover.open("/inbox?mine=1").text
    days = {"from": today.isoformat(), "until": (today + timedelta(days=3)).isoformat()}

    noted = send(reviewer, "/inbox/absence", **days, cover=key_of(app, "zj_review2"))

    assert "The days are noted" in noted.text
    assert "浙江审核员乙" in noted.text
    assert READY in cover.open("/inbox?mine=1").text
    assert "You cover for 浙江审核员" in cover.open("/messages").text
    assert "away until" in cover.open(address).text
    (form,) = noted.html.xpath("//form[contains(@action, '/end')]")
    back = reviewer.send(form.get("action"), MultiDict(TOKEN))
    assert "Nobody is away" in back.text
    assert READY not in cover.open("/inbox?mine=1").text


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"from": "", "until": "x"}, "Say the first and the last day"),
        ({"from": "2022-09-08", "until": "2022-09-07"}, "not before the first one"),
        ({"from": "2022-09-08", "until": "2029-09-07"}, "not before the first one"),
        ({"from": "2022-09-08", "until": "2022-09-09", "cover": "gd_review"}, "cannot cover"),
        ({"from": "2022-09-08", "until": "2022-09-09", "cover": "zj_review"}, "cannot cover"),
    ],
)
def test_days_that_make_no_sense_are_refused(
    app: Flask, typed: dict[str, str], sentence: str
) -> None:
    if "cover" in typed:
        typed = {**typed, "cover": key_of(app, typed["cover"])}
    refused = send(staff(app), "/inbox/absence", **typed)
    assert refused.status == 422
    assert sentence in refused.text


def test_only_his_manager_notes_anothers_days(app: Flask) -> None:
    days = {"from": "2022-09-08", "until": "2022-09-09", "account": key_of(app, "zj_review")}

    assert send(staff(app, "zj_review2"), "/inbox/absence", **days).status == 403
    noted = send(staff(app, "zj_manage"), "/inbox/absence", **days)
    assert "浙江审核员" in noted.text
    again = send(staff(app, "zj_manage"), "/inbox/absence", **{**days, "until": "2022-09-10"})
    assert again.status == 422
    assert "is away already" in again.text


def test_a_view_is_kept_shared_and_opens_first(app: Flask) -> None:
    applied(app)
    reviewer, colleague, elsewhere = (
        staff(app, each) for each in ("zj_review", "zj_review2", "gd_review")
    )
    page = reviewer.open("/inbox?kind=inspection&year=2021")
    asked = reviewer.open(page.links()["Keep this view"])
    values = asked.values("/inbox/views")
    values["name"], values["shared"] = " 今年的  年检 ", "1"

    kept = reviewer.send("/inbox/views", values)

    assert "The view 今年的 年检 is kept" in kept.text
    assert kept.html.xpath("//*[@id='views']//a[@aria-current]")
    address = colleague.open("/inbox").links()["今年的 年检 shared"]
    assert parse_qs(urlsplit(address).query) == {"kind": ["inspection"], "year": ["2021"]}
    assert "今年的 年检" not in elsewhere.open("/inbox").text
    counted = colleague.open("/inbox/views/strip")
    assert "今年的 年检 shared 1" in say(part(counted, "views"))

    (form,) = colleague.open("/inbox/views").html.xpath("//form[contains(@action, '/begin')]")
    colleague.send("/inbox/views/begin", MultiDict(form.form_values()))
    assert colleague.open("/").html.xpath("//*[@id='views']//a[@aria-current]")
    assert not colleague.open("/inbox").html.xpath("//*[@id='views']//a[@aria-current]")


def keep(visitor: Visitor, name: str, query: str = "year=2021", **typed: str) -> Page:
    """Keep a view."""
    return send(visitor, "/inbox/views", name=name, query=query, **typed)


def test_only_its_owner_and_a_manager_change_a_shared_view(app: Flask) -> None:
    keep(staff(app), "共用", shared="1")
    keep(staff(app), "自用", "year=2020")
    colleague, manager = staff(app, "zj_review2"), staff(app, "zj_manage")

    assert send(colleague, "/inbox/views/1", name="改", shared="1").status == 403
    assert send(colleague, "/inbox/views/2", name="改").status == 404
    assert send(manager, "/inbox/views/2/delete").status == 404
    assert "改名" in send(manager, "/inbox/views/1", name="改名", shared="1").text
    assert "改名" in colleague.open("/inbox/views").text
    assert send(colleague, "/inbox/views/1/delete").status == 403
    assert "改名" not in send(manager, "/inbox/views/1/delete").text


def test_views_are_ordered_and_names_are_taken_once(app: Flask) -> None:
    reviewer = staff(app)
    keep(reviewer, "甲")
    keep(reviewer, "乙", "year=2020")

    assert keep(reviewer, "甲", "year=1999").status == 422
    assert keep(reviewer, "").status == 422
    assert keep(reviewer, "甲").status == 200
    moved = send(reviewer, "/inbox/views/2/move", way="up")
    assert [each.text for each in moved.html.xpath("//*[contains(@class,'view-title')]/a")] == [
        "乙",
        "甲",
    ]


def test_a_phrase_is_kept_at_the_reason_and_worded_anew(app: Flask) -> None:
    address, reviewer = address_of(applied(app)), staff(app)
    headers = {**HX, "HX-Target": "phrases"}

    for _time in range(2):
        kept = reviewer.send(
            "/inbox/phrases", MultiDict({**TOKEN, "reason": " 缺少毕业证 "}), headers=headers
        )
    empty = reviewer.send("/inbox/phrases", MultiDict({**TOKEN, "reason": " "}), headers=headers)

    assert [each.get("data-phrase") for each in kept.html.xpath("//*[@data-phrase]")] == [
        "缺少毕业证"
    ]
    assert "at least one" in empty.text
    assert "缺少毕业证" in reviewer.open(address).text
    changed = send(reviewer, "/inbox/phrases/1", text="缺少学位证")
    assert "缺少学位证" in changed.text
    assert send(staff(app, "zj_review2"), "/inbox/phrases/1", text="别人的").status == 404
    assert "缺少" not in staff(app, "zj_review2").open("/inbox/phrases").text
    assert "缺少" not in send(reviewer, "/inbox/phrases/1/delete").text


def test_managers_word_the_phrases_of_the_association(app: Flask) -> None:
    manager, reviewer = staff(app, "zj_manage"), staff(app)

    send(manager, "/inbox/phrases", text="材料不清晰", shared="1")

    assert "材料不清晰" in reviewer.open("/inbox/phrases").text
    assert send(reviewer, "/inbox/phrases", text="我的", shared="1").status == 403
    assert send(reviewer, "/inbox/phrases/1/delete").status == 403
    assert "材料不清晰" not in staff(app, "gd_review").open("/inbox/phrases").text


def test_next_and_before_walk_the_list_without_deciding(app: Flask) -> None:
    addresses = [address_of(applied(app, each)) for each in (READY, *OTHERS)]
    reviewer = staff(app)

    (first, *_others) = reviewer.open("/inbox").html.xpath("//td//a[@class='whole']/@href")
    forward = [first]
    for _step in range(2):
        forward.append(reviewer.open(f"{forward[-1]}/next").path)
    back = reviewer.open(f"{forward[-1]}/previous").path

    assert sorted(forward) == sorted(addresses)
    assert back == forward[-2]
    assert "Nothing else waits here" in reviewer.open(f"{forward[0]}/previous").text


def test_the_case_leads_back_to_the_task_and_its_list(app: Flask) -> None:
    address, reviewer = address_of(applied(app)), staff(app)
    page = reviewer.open(f"{address}?kind=inspection")

    case = reviewer.open(page.links()["Case"])

    assert case.links()["Back to the task"] == f"{address}?kind=inspection"
    for nothing in ("nonsense", "00000000-0000-4000-8000-000000000000"):
        assert "Back to the task" not in reviewer.open(f"{case.path}?task={nothing}").links()


def test_an_earlier_round_is_opened_as_a_whole(app: Flask) -> None:
    walk = applied(app)
    walk.do("review_application", "return", {"reason": "请核对"}, by=REVIEWER)
    walk.do("fill_information", "apply", {**INFORMATION, "employer": "演示学院"})
    walk.apply()
    reviewer = staff(app)
    page = reviewer.open(address_of(walk))

    first = reviewer.open(page.links()["Round 1 as it was sent"])

    assert "演示大学" in first.text
    assert "演示学院" not in first.text
    assert first.links()["Back to the task"] == address_of(walk)
    assert reviewer.open(f"{address_of(walk)}/rounds/9").status == 404
    assert staff(app, "gd_review").open(f"{address_of(walk)}/rounds/1").status == 404


def test_what_a_reviewer_typed_is_not_for_his_colleagues(app: Flask) -> None:
    walk, reviewer = applied(app), staff(app)
    put_question(app, walk, "确定退回吗")
    page = reviewer.open(address_of(walk))
    decide(reviewer, page, "return", reason="我的草稿")

    assert "我的草稿" in reviewer.open(address_of(walk)).text
    colleague = staff(app, "zj_review2")
    seen = colleague.open(address_of(walk))
    assert "我的草稿" not in seen.text
    decide(colleague, seen, "return", reason="另一人的草稿")
    assert "我的草稿" in reviewer.open(address_of(walk)).text


def test_members_have_none_of_these_pages(app: Flask, member: Visitor) -> None:
    for address in ("absence", "views", "phrases", "enter", "views/strip", "views/new"):
        assert member.open(f"/inbox/{address}").status == 404
