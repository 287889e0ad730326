"""An administrator adds a step with a form to the inspection, is told of three mistakes at their
elements, mends them, compares, releases; members apply on it, and are without it when he goes back.
"""

import re
from collections.abc import Mapping

from playwright.sync_api import Locator, expect

from tests.browser.conftest import Enter, Errands
from tests.browser.drawing import Desk
from tests.browser.walking import Person

BEFORE, MEANWHILE, AFTER = "330000100001", "330000100002", "330000100003"
"""Members who begin on the first release, on the one with the new step, and after going back."""

STEP, FIRST_STEP = "诚信声明", "完善信息"
NAME, PENALTIES = "声明人姓名", "近一年是否受过处罚"
ENGLISH = {
    STEP: "Integrity declaration",
    NAME: "Name of the declarant",
    PENALTIES: "Penalties within the last year",
    "没有": "None",
    "有": "Some",
    "提交": "Submit",
    "放弃": "Give up",
    "声明了吗？": "Declared?",
}
REASON = "2026年度起，年检先作诚信声明"
BEGINNING = "从哪里开始？"


def test_a_step_with_a_form_is_released_used_and_taken_back(enter: Enter, errand: Errands) -> None:
    begun = errand(BEFORE).start()
    desk = sit_down(enter("admin"))
    add_the_step(desk)
    make_its_form(desk.person)
    follow_tab(desk, "Diagram")
    make_mistakes(desk)
    mistakes = tell_mistakes(desk.person)
    for element, sentence in mistakes.items():
        is_told(desk, element, sentence)
    is_refused(desk, mistakes)
    mend(desk)
    write_english(desk)
    is_compared(desk)
    release(desk)

    member = enter(MEANWHILE, "phone").go("/").press("Start the inspection")
    member.is_at(STEP).look("studio-walk-new-step")
    # Which is before what an application began with until now.
    expect(member.page.locator("[aria-current=step]")).to_have_text(FIRST_STEP)
    member.press("提交").is_at(STEP)
    expect(member.field(NAME)).to_have_attribute("aria-invalid", "true")
    old = enter(begun.login).go("/").follow("Go on").is_at(FIRST_STEP)
    old.press("年检申请").is_at("年检信息")

    go_back(desk.person)
    enter(AFTER).go("/").press("Start the inspection").is_at(FIRST_STEP)
    # Who began before that goes on as he began.
    member.type(NAME, "张敏").page.get_by_role("radio", name="没有").check()
    member.press("提交").is_at(FIRST_STEP)


def sit_down(admin: Person) -> Desk:
    """Find the process and open its draft."""
    admin.go("/").page.get_by_role("link", name=admin.say("Processes")).click()
    admin.is_at("Processes").page.get_by_role("link", name="年检", exact=True).click()
    admin.is_at("年检").sees("none: cases are started with it").press("Change the process")
    return Desk(admin).is_ready()


def on_canvas(desk: Desk, element: str) -> Locator:
    """Something that is drawn."""
    return desk.person.page.locator(f"#studio-canvas .djs-element[data-element-id={element}]")


def add_the_step(desk: Desk) -> None:
    """Draw the step after a gateway with the mouse and lead it on by keys."""
    page, keys = desk.person.page, desk.person.page.keyboard
    on_canvas(desk, "begins_at").locator(".djs-hit").first.click()
    page.locator(".djs-context-pad [data-action='append.user-task']").click()
    expect(page.locator(".djs-direct-editing-content")).to_be_focused()
    keys.type(STEP)
    keys.press("Enter")
    expect(desk.at("user_task_1")).to_contain_text(STEP)
    target = desk.at("user_task_1 target")
    target.focus()
    while target.input_value() != "fill_information":
        keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Enter")
    expect(desk.at("user_task_1")).to_contain_text(FIRST_STEP)
    desk.entry("form").select_option(" new")
    dialog = page.get_by_role("dialog")
    dialog.get_by_role("textbox").fill("integrity")
    dialog.locator("button[value=make]").click()
    page.locator("main [data-ready]").wait_for()


def make_its_form(admin: Person) -> None:
    """Make a form of a text, a choice and two ways to end it; see it as the member will."""
    page, keys = admin.page, admin.page.keyboard
    panel = page.locator(".sf-panel-place")

    def setting(label: str, **values: object) -> Locator:
        return panel.get_by_label(admin.say(label, **values), exact=True)

    def add(kind: str, label: str, name: tuple[str, str]) -> None:
        page.locator(f".sf-palette [data-field-type={kind}]").click()
        expect(setting("Label")).to_be_focused()
        keys.type(label)
        setting(name[0]).fill(name[1])
        keys.press("Tab")

    add("textfield", NAME, ("Name in the data", "declarant"))
    setting("Must be filled in").check()
    add("radio", PENALTIES, ("Name in the data", "punished"))
    for number, (words, value) in enumerate([("没有", "none"), ("有", "some")], start=1):
        setting("Words of choice %(number)s", number=number).fill(words)
        setting("Value of choice %(number)s in the data", number=number).fill(value)
    add("button", "放弃", ("Outcome", "decline"))
    preview = page.frame_locator(".sf-frame iframe").locator("main")
    expect(preview.get_by_label(re.compile(NAME))).to_be_visible()
    expect(preview.get_by_role("radio", name="没有")).to_be_visible()
    expect(preview.get_by_role("button")).to_have_text(["提交", "放弃"])
    expect(preview.get_by_role("heading", level=1)).to_have_text(STEP)
    expect(preview.get_by_text(STEP, exact=True)).to_have_count(1)
    # Who goes from page to page is not somebody else.
    expect(page.locator("[data-presence]")).to_be_empty()


def follow_tab(desk: Desk, title: str) -> None:
    """Go to another part of the draft; what is unsaved is saved before."""
    tabs = desk.person.page.locator(".studio-tabs")
    tab = tabs.get_by_role("link", name=desk.person.say(title), exact=True)
    tab.click()
    expect(tab).to_have_attribute("aria-current", "page")


def way(desk: Desk, gateway: str, target: str) -> None:
    """Edit the way of a gateway to a step."""
    desk.choose(gateway)
    ways = desk.person.page.locator("#studio-steps .step-ways li")
    ways.filter(has_text=f"→ {target}").get_by_role("button").first.click()
    expect(desk.entry("when")).to_be_visible()


def make_mistakes(desk: Desk) -> None:
    """A condition of a name that nothing has, a step without a form, an outcome without a way."""
    desk.is_ready()
    way(desk, "begins_at", STEP)
    desk.entry("when").select_option("=")
    condition = desk.person.page.locator("#studio-panel [data-entry-id=condition] .cm-content")
    condition.fill("past_audits")
    desk.add("user_task", after="integrity").fill("name", "补充说明")


def tell_mistakes(admin: Person) -> Mapping[str, str]:
    """What is said of each mistake, by its element."""
    asked = "“%(task)s” can end with %(outcomes)s, but no gateway after it asks which."
    unset = "“%(name)s” reads “%(variable)s”, which nothing sets."
    return {
        "flow_1": admin.say(unset, name=BEGINNING, variable="past_audits"),
        "user_task_1": admin.say("“%(name)s” has no form.", name="补充说明"),
        "integrity": admin.say(asked, task=STEP, outcomes="“提交”“放弃”"),
    }


def is_told(desk: Desk, element: str, sentence: str) -> None:
    """A mistake has its sign at its element, and its sentence leads there."""
    page = desk.person.page
    sign = page.locator(f".djs-overlays[data-container-id={element}] .bjsl-icon-error")
    expect(sign).to_be_visible()
    page.locator("[data-problems] .problem-error button", has_text=sentence).click()
    expect(on_canvas(desk, element)).to_have_class(re.compile("selected"))


def is_refused(desk: Desk, mistakes: Mapping[str, str]) -> None:
    """Nothing can be released; each mistake is named, and its link leads to it."""
    admin = desk.person
    errors = admin.page.locator(".problems-count")
    expect(errors).to_contain_text("3")
    follow_tab(desk, "Release it")
    errors = admin.page.locator(".found", has=admin.page.locator(".found-error"))
    expect(errors).to_have_count(len(mistakes))
    for sentence in mistakes.values():
        expect(errors.filter(has_text=sentence)).to_have_count(1)
    expect(admin.button("Make release %(number)s", number=2)).to_have_count(0)
    errors.filter(has_text=mistakes["user_task_1"]).get_by_role("link").click()
    desk.is_ready()
    expect(desk.at("user_task_1")).to_have_attribute("aria-expanded", "true")


def mend(desk: Desk) -> None:
    """Take out what is too much, tell the outcomes apart, lead everybody to the new step."""
    problems = desk.person.page.locator("[data-problems] .problem-error")
    desk.at("user_task_1 delete").click()
    expect(problems).to_have_count(2)
    desk.add("exclusive_gateway", after="integrity").fill("name", "声明了吗？")
    desk.at("gateway_1 target").select_option("abandoned")
    desk.at("gateway_1 connect").click()
    expect(desk.group("studio-ways")).to_contain_text("已放弃")
    way(desk, "gateway_1", "已放弃")
    desk.entry("when").select_option(label="放弃")
    way(desk, "gateway_1", FIRST_STEP)
    desk.entry("when").select_option("otherwise")
    expect(problems).to_have_count(1)
    way(desk, "begins_at", STEP)
    desk.entry("when").select_option("otherwise")
    desk.choose("begins_at").at("begins_at_to_fill_information delete").click()
    expect(problems).to_have_count(0)
    desk.choose("integrity").entry("status").select_option("draft")


def write_english(desk: Desk) -> None:
    """Write what is missing in English; then nothing is wrong any more."""
    admin = desk.person
    follow_tab(desk, "English texts")
    rows = admin.page.locator(".en-row.is-missing")
    keys = rows.evaluate_all("all => all.map((each) => each.dataset.key)")
    for key in keys:
        row = admin.page.locator(f".en-row[data-key='{key}']")
        row.get_by_role("textbox").fill(ENGLISH[row.locator(".en-text").inner_text()])
    admin.sees("All texts have their English")
    follow_tab(desk, "Diagram")
    desk.is_ready()
    expect(admin.page.locator("[data-problems]")).to_have_text(admin.say("No problems found"))
    expect(admin.page.locator("[data-problem-count]")).to_be_empty()


def is_compared(desk: Desk) -> None:
    """The new step is said and marked, on the new side only; the form is new as a whole."""
    page = desk.person.page
    follow_tab(desk, "Differences")
    desk.is_ready()
    added = page.locator(".compare-changes li", has_text=f"“{STEP}”").filter(
        has_text=desk.person.say("New")
    )
    expect(added.first).to_contain_text(BEGINNING)
    for side, count in (("old", 0), ("new", 1)):
        canvas = page.locator(f".compare-canvas[data-side={side}]")
        expect(canvas.locator(".djs-element.compare-changed").first).to_be_visible()
        step = canvas.locator(".djs-element.compare-added[data-element-id=integrity]")
        expect(step).to_have_count(count)
    page.locator(".compare-documents a", has_text=STEP).click()
    old = page.locator(".compare-side").first
    expect(old).to_contain_text(desk.person.say("Here the document is not there yet."))
    form = page.frame_locator("iframe[name=compare-new]").locator("main")
    expect(form.get_by_label(re.compile(NAME))).to_be_visible()


def release(desk: Desk) -> None:
    """Say why, and release it."""
    admin = desk.person
    follow_tab(desk, "Release it")
    admin.sees("Nothing is wrong that can be found.").sees(STEP)
    admin.type(admin.say("The reason"), REASON).press("Make release %(number)s", number=2)
    admin.is_at("年检").sees(REASON).sees("Change the process")


def go_back(admin: Person) -> None:
    """Take the release back by the one before."""
    admin.follow("Go back to it").sees("What changes").sees(STEP)
    admin.type(admin.say("The reason"), "先征求意见").press("Make release %(number)s", number=3)
    admin.is_at("年检").sees("先征求意见").sees(REASON)
