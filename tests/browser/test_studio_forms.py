"""An administrator edits forms, decision tables and English texts in the studio."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from lxml import etree
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Enter, Server
from tests.browser.walking import Person
from workflows.shared.accounts import find_account
from workflows.studio.drafts import open_draft as find_or_open

FORM = "forms/inspection/fill_information.form"
TABLES = "bpmn/inspection/hours.dmn"
READY = "[data-ready]"

Open = Callable[..., Person]


@pytest.fixture
def open_draft(enter: Enter, server: Server) -> Open:
    """Sit down as the national administrator with the inspection's draft open at a document."""

    def sit_down(path: str, size: str = "desktop", *, language: str = "zh") -> Person:
        engine = server.app.extensions["engine"]
        with engine.database.transaction() as session:
            account = find_account(session, user_type="staff", login="admin")
            assert account is not None
            draft = find_or_open(session, process_id="inspection", by=account.id, now=engine.now())
            address = f"/studio/drafts/{draft.id}/{path}"
        admin = enter("admin", size, language=language).go(address)
        if path.startswith("edit/"):
            admin.page.locator(f"main {READY}").wait_for()
        return admin

    return sit_down


def saved(person: Person) -> None:
    """Wait until the page says that everything is kept."""
    expect(person.page.locator("[data-saving]")).to_have_attribute("data-state", "saved")


def document(person: Person, path: str) -> str:
    """A document as the server has it now."""
    draft = re.sub(r"/(edit|english).*", "", person.page.url)
    answer = person.page.request.get(f"{draft}/documents/{path}")
    assert answer.ok
    return answer.text()


def canvas(page: Page, element: str) -> Locator:
    return page.locator(f".sf-canvas [data-id='{element}']")


def preview(page: Page) -> Locator:
    return page.frame_locator(".sf-frame iframe").locator("main")


def parts_of(table: str) -> list[tuple[str, str, str]]:
    """Everything in a document of decisions but how it is laid out in its file."""
    root = etree.fromstring(table.encode())
    return sorted(
        (str(each.tag), str(sorted(each.attrib.items())), (each.text or "").strip())
        for each in root.iter(etree.Element)
    )


def test_a_field_is_added_described_and_seen_by_keyboard_alone(open_draft: Open) -> None:
    admin = open_draft(f"edit/{FORM}")
    page = admin.page
    canvas(page, "mobile").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".sf-panel-place")).to_contain_text("手机号码")
    page.get_by_role("button", name=re.compile("^" + admin.say("Text, one line"))).focus()
    page.keyboard.press("Enter")
    label = page.locator(".sf-panel-place").get_by_label(admin.say("Label"), exact=True)
    label.fill("微信号")
    page.get_by_label(admin.say("Name in the data"), exact=True).fill("wechat")
    page.keyboard.press("Tab")
    page.get_by_label(admin.say("Must be filled in"), exact=True).check()
    page.get_by_label(admin.say("Hint"), exact=True).fill("可不填")
    saved(admin)
    expect(preview(page).get_by_label("微信号")).to_have_value(re.compile("微信号"))
    form = json.loads(document(admin, FORM))
    contact = next(each for each in form["components"] if each["id"] == "contact")
    keys = [each["key"] for each in contact["components"]]
    added = contact["components"][keys.index("mobile") + 1]
    assert added == {
        "label": "微信号",
        "key": "wechat",
        "id": "wechat",
        "type": "textfield",
        "validate": {"required": True},
        "properties": {"hint": "可不填"},
    }
    page.reload()
    expect(canvas(page, "wechat")).to_contain_text("微信号")
    canvas(page, "wechat").press("Enter")
    canvas(page, "wechat").press("Alt+ArrowUp")
    canvas(page, "wechat").press("Delete")
    expect(canvas(page, "wechat")).to_have_count(0)


@pytest.mark.parametrize("path", [FORM, "forms/inspection/accept_commitment.form"])
def test_what_a_form_has_survives_a_change_that_is_taken_back(open_draft: Open, path: str) -> None:
    admin = open_draft(f"edit/{path}")
    before = document(admin, path)
    page = admin.page
    page.locator(".sf-canvas .fjs-element[data-field-type='button']").first.click()
    page.get_by_label(admin.say("Label"), exact=True).fill("随后")
    saved(admin)
    assert document(admin, path) != before
    for _deed in range(2):
        page.get_by_role("button", name=admin.say("Move down")).click()
        page.get_by_role("button", name=admin.say("Move up")).click()
    undo = page.get_by_role("button", name=admin.say("Undo"))
    for _deed in range(8):
        undo.click()
    saved(admin)
    expect(page.locator(".sf-canvas")).not_to_contain_text("随后")
    assert document(admin, path) == before


def test_the_reviewer_sees_what_is_covered_and_a_phone_and_a_desk_have_their_widths(
    open_draft: Open,
) -> None:
    admin = open_draft(f"edit/{FORM}")
    page = admin.page
    expect(preview(page).get_by_label("邮政编码")).to_have_value("100000")
    page.get_by_role("radio", name=admin.say("To review")).check(force=True)
    expect(preview(page)).to_contain_text("138****0000")
    frame = page.locator(".sf-frame iframe")
    assert frame.evaluate("frame => frame.contentWindow.innerWidth") == 390
    page.get_by_role("radio", name=admin.say("Desk")).check(force=True)
    assert frame.evaluate("frame => frame.contentWindow.innerWidth") == 1100


def test_a_choice_of_the_preview_shows_what_depends_on_it(open_draft: Open) -> None:
    admin = open_draft(f"edit/{FORM}")
    frame = preview(admin.page)
    expect(frame).to_contain_text("工作单位")
    shown = frame.get_by_label("工作单位", exact=True)
    expect(shown).to_be_visible()
    frame.get_by_role("radio", name="退休").check()
    expect(shown).to_have_count(0)


def test_a_component_is_shown_by_the_answer_to_another_field(open_draft: Open) -> None:
    admin = open_draft(f"edit/{FORM}")
    page = admin.page
    canvas(page, "postal_code").click()
    page.get_by_label(admin.say("When it is there")).select_option("answer")
    page.get_by_label(admin.say("Field that is asked")).select_option("employment")
    page.get_by_label(admin.say("The answer"), exact=True).select_option("retired")
    saved(admin)
    component = find(json.loads(document(admin, FORM)), "postal_code")
    assert component["conditional"] == {"hide": '=employment != "retired"'}
    expect(preview(page).get_by_label("邮政编码")).to_have_count(0)
    page.get_by_label(admin.say("How its answer is compared")).select_option("is-not")
    expect(preview(page).get_by_label("邮政编码")).to_be_visible()
    page.get_by_label(admin.say("When it is there")).select_option("always")
    saved(admin)
    assert "conditional" not in find(json.loads(document(admin, FORM)), "postal_code")


def test_a_form_with_names_that_are_taken_twice_is_opened_and_mended(open_draft: Open) -> None:
    admin = open_draft(f"edit/{FORM}")
    page = admin.page
    form = json.loads(document(admin, FORM))
    contact = find(form, "contact")["components"]
    assert isinstance(contact, list)
    contact += [dict(contact[0]), {"type": "iframe", "id": "strange", "url": "https://example.com"}]
    put(admin, FORM, json.dumps(form))
    page.reload()
    page.locator(f"main {READY}").wait_for()
    twice = page.locator("[data-problems] .problem-error", has_text="mobile").first
    expect(twice).to_be_visible()
    canvas(page, "textfield_1").click()
    page.get_by_label(admin.say("Name in the data"), exact=True).fill("mobile_again")
    page.keyboard.press("Tab")
    expect(twice).to_have_count(0)
    canvas(page, "strange").click()
    page.get_by_role("button", name=admin.say("Remove"), exact=True).click()
    saved(admin)
    assert "iframe" not in document(admin, FORM)


def put(person: Person, path: str, text: str) -> None:
    """Save a document as another program would."""
    page = person.page
    draft = re.sub(r"/(edit|english).*", "", page.url)
    before = page.request.get(f"{draft}/documents/{path}")
    token = page.locator("body").get_attribute("data-csrf")
    headers = {"If-Match": before.headers["etag"], "X-CSRF-Token": token or ""}
    assert page.request.put(f"{draft}/documents/{path}", data=text, headers=headers).ok


def test_names_of_fields_are_put_into_an_expression(open_draft: Open) -> None:
    admin = open_draft(f"edit/{FORM}")
    page = admin.page
    canvas(page, "postal_code").click()
    setting = page.locator(".sf-setting", has=page.get_by_label(admin.say("Must be true")))
    setting.get_by_text(admin.say("Names to read")).click()
    setting.get_by_role("button", name="birth_date").click()
    page.keyboard.type(" != null")
    saved(admin)
    check = page.get_by_label(admin.say("Must be true"), exact=True)
    expect(check).to_have_value("=birth_date != null")


def test_a_condition_that_was_written_by_hand_is_read_where_it_can_be(open_draft: Open) -> None:
    admin = open_draft(f"edit/{FORM}")
    page = admin.page
    canvas(page, "employer").click()
    expect(page.get_by_label(admin.say("When it is there"))).to_have_value("answer")
    expect(page.get_by_label(admin.say("Field that is asked"))).to_have_value("employment")
    expect(page.get_by_label(admin.say("The answer"), exact=True)).to_have_value("employed")


def test_a_mistake_is_told_at_its_component_and_goes_when_it_is_mended(open_draft: Open) -> None:
    admin = open_draft(f"edit/{FORM}")
    page = admin.page
    canvas(page, "mobile").click()
    check = page.get_by_label(admin.say("Must be true"), exact=True)
    check.fill("= mobile +")
    page.keyboard.press("Tab")
    problem = page.locator("[data-problems] .problem-error").first
    expect(problem).to_be_visible()
    expect(canvas(page, "mobile")).to_have_class(re.compile("has-error"))
    canvas(page, "email").click()
    problem.get_by_role("button").click()
    expect(page.locator(".sf-panel-place")).to_contain_text("手机号码")
    check.fill("")
    page.keyboard.press("Tab")
    expect(canvas(page, "mobile")).not_to_have_class(re.compile("has-error"))


def test_choices_are_written_in_order_and_come_from_a_list_when_one_is_picked(
    open_draft: Open,
) -> None:
    admin = open_draft(f"edit/{FORM}")
    page = admin.page
    page.get_by_role("button", name=re.compile("^" + admin.say("Choice from a list"))).click()
    page.get_by_label(admin.say("Words of choice %(number)s", number=1)).fill("甲")
    page.get_by_label(admin.say("Value of choice %(number)s in the data", number=1)).fill("a")
    page.get_by_role("button", name=admin.say("Choice %(number)s down", number=1)).click()
    saved(admin)
    made = page.locator(".fjs-editor-selected").get_attribute("data-id")
    values = find(json.loads(document(admin, FORM)), made)["values"]
    assert [each["value"] for each in values] == ["option_2", "a"]
    page.get_by_label(admin.say("Where the choices come from")).select_option("list:degrees")
    saved(admin)
    component = find(json.loads(document(admin, FORM)), made)
    assert component["properties"] == {"list": "degrees"}
    assert "values" not in component


def find(form: dict[str, Any], identifier: str | None) -> dict[str, Any]:
    """The component of an id, wherever it stands."""
    waiting = [form]
    while waiting:
        each = waiting.pop()
        if each.get("id") == identifier and "type" in each and each is not form:
            return each
        waiting += each.get("components", [])
    raise AssertionError(identifier)


def test_a_rule_is_added_and_taken_back_and_the_tables_are_what_they_were(
    open_draft: Open,
) -> None:
    admin = open_draft(f"edit/{TABLES}")
    page = admin.page
    before = document(admin, TABLES)
    expect(page.locator(".tjs-container")).to_contain_text("达到免学时年龄")
    page.locator(".tjs-container tbody td.input-cell").first.click()
    page.get_by_role("button", name=admin.say("Add a rule")).click()
    saved(admin)
    assert document(admin, TABLES).count("<rule ") == before.count("<rule ") + 1
    page.get_by_role("button", name=admin.say("Undo")).click()
    saved(admin)
    assert parts_of(document(admin, TABLES)) == parts_of(before)


def test_a_decision_is_renamed_for_people_and_keeps_the_name_that_expressions_read(
    open_draft: Open,
) -> None:
    admin = open_draft(f"edit/{TABLES}")
    page = admin.page
    page.locator("[data-views]").get_by_role("button", name="一个年度的学时").click()
    page.get_by_label(admin.say("What it is called"), exact=True).fill("年度学时")
    page.keyboard.press("Tab")
    expect(page.locator("[data-views]")).to_contain_text("年度学时")
    saved(admin)
    root = etree.fromstring(document(admin, TABLES).encode())
    (decision,) = root.xpath("//*[@id='hours_of_year']")
    assert decision.get("name") == "年度学时"
    assert decision.xpath("./*[local-name()='variable']/@name") == ["hours_of_year"]


def test_a_decision_is_added_and_related_by_keyboard_and_all_is_offered_in_chinese(
    open_draft: Open,
) -> None:
    admin = open_draft(f"edit/{TABLES}")
    page = admin.page
    page.locator("[data-views]").get_by_role("button", name=admin.say("Relations")).press("Enter")
    entries = page.locator(".djs-palette .entry")
    expect(entries.first).to_be_visible()
    labels = entries.evaluate_all("all => all.map((each) => each.getAttribute('aria-label'))")
    assert labels == ["移动画布", "框选", "添加决策", "添加输入数据"]
    page.locator("[data-add='decision']").press("Enter")
    page.get_by_label(admin.say("Name for the diagram"), exact=True).fill("bonus_hours")
    page.keyboard.press("Tab")
    page.get_by_role("checkbox", name="累计学时").press("Space")
    expect(page.get_by_role("checkbox", name="累计学时")).to_be_checked()
    saved(admin)
    root = etree.fromstring(document(admin, TABLES).encode())
    (decision,) = root.xpath("//*[@id='bonus_hours']")
    assert decision.xpath(".//*[local-name()='requiredInput']/@href") == ["#hours_sums"]
    assert decision.xpath("./*[local-name()='decisionTable']/@hitPolicy") == ["FIRST"]
    expect(page.locator("[data-views] button")).to_have_count(4)
    page.get_by_role("button", name=admin.say("Remove"), exact=True).press("Enter")
    expect(page.locator("[data-views] button")).to_have_count(3)


def test_english_is_saved_while_it_is_typed(open_draft: Open) -> None:
    admin = open_draft("english")
    page = admin.page
    row = page.locator("[data-key='fill_information.mobile.label']")
    row.get_by_role("textbox").fill("Pocket telephone")
    saved(admin)
    texts = json.loads(document(admin, "bpmn/inspection/inspection.en.json"))
    assert texts["fill_information.mobile.label"] == "Pocket telephone"
    row.get_by_role("textbox").fill("")
    expect(page.locator("[data-count]")).to_contain_text("1")


@pytest.mark.parametrize(
    ("name", "path"),
    [("form", f"edit/{FORM}"), ("decision", f"edit/{TABLES}"), ("english", "english")],
)
@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_the_editors_can_be_read_by_everybody(
    open_draft: Open, name: str, path: str, size: str
) -> None:
    open_draft(path, size).look(f"studio-{name}")
