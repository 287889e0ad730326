from string import Template

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import workflows
from tests.workflows.conftest import NOW, Cast
from workflows.shared.associations import Association
from workflows.shared.messages import (
    AdaptedText,
    Message,
    count_unread,
    list_messages,
    read_message,
    send_to_member,
)
from workflows.shared.templates import all_texts, texts_in

ZHEJIANG = "330000100001"
GUANGZHOU = "440100100001"


def send(session: Session, member_id: int, reason: str) -> Message:
    """Send the member a return."""
    return send_to_member(
        session,
        member_id=member_id,
        template="application_returned.inspection",
        values={"year": 2021, "reason": reason},
        case_id=None,
        now=NOW,
    )


def test_the_bell_counts_what_was_not_read(seeded: Session, cast: Cast) -> None:
    member, _season = cast(ZHEJIANG)
    first, second = send(seeded, member.id, "一"), send(seeded, member.id, "二")
    assert count_unread(seeded, member_id=member.id) == 2
    read_message(seeded, message=first, now=NOW)
    assert count_unread(seeded, member_id=member.id) == 1
    newest_first = list_messages(seeded, member_id=member.id)
    assert [each.id for each in newest_first] == [second.id, first.id]
    older = list_messages(seeded, member_id=member.id, before_id=second.id)
    assert [each.id for each in older] == [first.id]


def test_a_message_keeps_both_languages_as_they_were_said(seeded: Session, cast: Cast) -> None:
    member, _season = cast(ZHEJIANG)
    message = send(seeded, member.id, "请重新上传材料。")
    assert (message.title, message.title_en) == (
        "2021年度年检申请已退回",
        "Your inspection application for 2021 was returned",
    )
    assert (message.office, message.office_en) == (
        "浙江省注册会计师协会",
        "Zhejiang Institute of Certified Public Accountants",
    )


def test_a_municipal_association_speaks_in_the_words_of_the_one_above(
    seeded: Session, cast: Cast
) -> None:
    guangdong = seeded.scalars(select(Association).where(Association.code == "440000")).one()
    seeded.add(
        AdaptedText(
            association_id=guangdong.id,
            template="application_returned.inspection",
            title="请修改$year年度申请",
            title_en="Please change your application for $year",
            text="$reason 咨询电话见各地联系方式。$unknown ${name.__class__}",
            text_en="$reason",
        )
    )
    seeded.flush()
    message = send(seeded, cast(GUANGZHOU)[0].id, "请补充。")
    assert message.title == "请修改2021年度申请"
    assert message.text == "请补充。 咨询电话见各地联系方式。$unknown ${name.__class__}"
    assert message.office == "广州市注册会计师协会"
    assert send(seeded, cast(ZHEJIANG)[0].id, "请补充。").title == "2021年度年检申请已退回"


def test_a_title_that_its_values_make_too_long_is_clipped(seeded: Session, cast: Cast) -> None:
    member, _season = cast(ZHEJIANG)
    seeded.add(
        AdaptedText(
            association_id=member.association_id,
            template="application_returned.inspection",
            title="请修改：$reason",
            title_en="Please change: $reason",
            text="$reason",
            text_en="$reason",
        )
    )
    seeded.flush()
    message = send(seeded, member.id, "补" * 500)
    assert message.title == "请修改：" + "补" * 195 + "…"
    assert message.title_en == "Please change: " + "补" * 384 + "…"
    assert message.text == "补" * 500


def test_a_title_is_one_line_whatever_its_values_are(seeded: Session, cast: Cast) -> None:
    member, _season = cast(ZHEJIANG)
    seeded.add(
        AdaptedText(
            association_id=member.association_id,
            template="application_returned.inspection",
            title="请修改：$reason",
            title_en="Please change: $reason",
            text="$reason",
            text_en="$reason",
            sms="",
            sms_en="Change: $reason",
        )
    )
    seeded.flush()
    message = send(seeded, member.id, "一、地址\r\nBcc: all@example.com\n二、电话")
    assert message.title == "请修改：一、地址 Bcc: all@example.com 二、电话"
    assert message.sms == message.title
    assert message.sms_en == "Change: 一、地址 Bcc: all@example.com 二、电话"
    assert message.text == "一、地址\r\nBcc: all@example.com\n二、电话"


@pytest.mark.parametrize("name", sorted(all_texts()))
def test_both_languages_of_a_template_take_the_same_values(name: str) -> None:
    texts = all_texts()[name]

    def names(*said: str) -> set[str]:
        return {each for text in said for each in Template(text).get_identifiers()}

    assert names(texts.title, texts.text) == names(texts.title_en, texts.text_en)


def test_every_process_says_its_own_wordings_and_none_twice() -> None:
    modules = workflows.load_modules()
    saying = {each.__name__.split(".")[1] for each in modules if each.__name__.endswith(".texts")}
    assert saying >= {"shared", "inspection", "deferral", "payment", "ruling", "appeal"}
    assert texts_in(modules) == all_texts()
    with pytest.raises(ValueError, match="two wordings"):
        texts_in([*modules, *modules])
