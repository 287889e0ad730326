"""An administrator draws: with the list of steps, by keyboard alone, told of his mistakes."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Self

import pytest
from lxml import etree
from playwright.sync_api import expect
from sqlalchemy import select

from engine.spiff import ProcessInfo, Step, read_diagram
from tests.browser.conftest import Enter, Errands
from tests.browser.drawing import Desk
from tests.browser.walking import Person
from workflows.shared.accounts import Account
from workflows.studio.drafts import find_draft, open_draft, read_documents

Box = tuple[float, float, float, float]
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
WAYPOINT = "{http://www.omg.org/spec/DD/20100524/DI}waypoint"


@dataclass(frozen=True)
class Drawing(Desk):
    """A person at the editor of a process's diagram, and what the server has of it."""

    app: Any
    process_id: str

    def open(self) -> Self:
        """Open the editor; it is ready when the diagram is drawn."""
        self.person.go(f"/studio/drafts/{self.draft.id}/edit/{self.path}")
        return self.is_ready()

    @property
    def path(self) -> str:
        """The diagram's document."""
        return f"bpmn/{self.process_id}/{self.process_id}.bpmn"

    @property
    def draft(self) -> Any:
        """The draft of the process."""
        with self.app.extensions["engine"].database.read() as session:
            return find_draft(session, self.process_id)

    @property
    def documents(self) -> dict[str, bytes]:
        """What the server has."""
        with self.app.extensions["engine"].database.read() as session:
            found = find_draft(session, self.process_id)
            assert found is not None
            return read_documents(session, found.id)

    @property
    def process(self) -> ProcessInfo:
        """The process as the server has it."""
        diagram, _problems = read_diagram(self.path, self.documents[self.path])
        return diagram.processes[0]

    def step(self, step_id: str) -> Step:
        """A step as the server has it."""
        return self.process.steps[step_id]


def draw(person: Person, app: Any, process_id: str) -> Drawing:
    """Sit down at the draft of a process."""
    engine = app.extensions["engine"]
    with engine.database.transaction() as session:
        admin = session.scalars(select(Account.id).where(Account.login == "admin")).one()
        open_draft(session, process_id=process_id, by=admin, now=engine.now())
    return Drawing(person, app, process_id).open()


@pytest.fixture
def ruling(enter: Enter, errand: Errands) -> Drawing:
    """The administrator at the diagram of a small process."""
    return draw(enter("admin"), errand("admin").app, "ruling")


def test_a_step_is_added_in_between_and_taken_back_at_once(ruling: Drawing) -> None:
    ruling.add("service_task", after="propose_ruling")
    expect(ruling.at("service_task_1")).to_be_focused()
    expect(ruling.person.page.locator("#studio-said")).not_to_be_empty()
    process = ruling.is_saved().process
    (way_in,) = process.flows_to("service_task_1")
    (way_out,) = process.flows_from("service_task_1")
    assert (way_in.source, way_out.target) == ("propose_ruling", "ruling_proposed")
    assert process.steps["service_task_1"].lane == "association"

    ruling.person.page.keyboard.press("Control+z")
    expect(ruling.at("service_task_1")).to_have_count(0)
    ruling.is_saved()
    assert "service_task_1" not in ruling.process.steps
    (way,) = ruling.process.flows_from("propose_ruling")
    assert way.target == "ruling_proposed"


def test_a_step_is_added_named_connected_and_deleted_by_keys_alone(ruling: Drawing) -> None:
    page, keys = ruling.person.page, ruling.person.page.keyboard
    ruling.at("ruling_agreed").focus()
    keys.press("Enter")
    for key in ("edit", "delete", "kind"):
        keys.press("Tab")
        expect(ruling.at(f"ruling_agreed {key}")).to_be_focused()
    keys.press("ArrowDown")  # from a step of a person to an automatic one
    keys.press("Tab")
    keys.press("Enter")
    expect(ruling.at("service_task_1")).to_be_focused()

    # Its name is typed in the panel, where its edit button leads.
    keys.press("Tab")
    keys.press("Enter")
    expect(ruling.entry("name")).to_be_focused()
    keys.type("登记备查")
    expect(ruling.at("service_task_1")).to_contain_text("登记备查")

    target = ruling.at("service_task_1 target")
    target.focus()
    while target.input_value() != "tell_member":
        keys.press("ArrowDown")
    keys.press("Tab")
    keys.press("Enter")
    expect(page.locator("#studio-said")).to_contain_text("通知会员")
    process = ruling.is_saved().process
    (way,) = process.flows_from("service_task_1")
    assert (process.steps["service_task_1"].name, way.target) == ("登记备查", "tell_member")

    ruling.at("service_task_1 delete").focus()
    keys.press("Enter")
    expect(ruling.at("service_task_1")).to_have_count(0)
    expect(page.locator("#studio-steps [aria-expanded=true]")).to_be_focused()
    ruling.is_saved()
    assert "service_task_1" not in ruling.process.steps


def test_a_row_that_is_pressed_while_the_diagram_changes_is_pressed(ruling: Drawing) -> None:
    page, mouse = ruling.person.page, ruling.person.page.mouse
    ruling.choose("propose_ruling").entry("name").fill("拟定结论")
    box = ruling.at("started").bounding_box()
    assert box is not None
    mouse.move(box["x"] + 20, box["y"] + box["height"] / 2)
    mouse.down()  # leaves the field, which then is written
    drawn = page.locator("#studio-canvas .djs-element[data-element-id=propose_ruling]")
    expect(drawn).to_contain_text("拟定结论")
    page.evaluate("() => new Promise((done) => requestAnimationFrame(() => done()))")
    mouse.up()
    expect(ruling.at("started")).to_have_attribute("aria-expanded", "true")
    expect(ruling.at("propose_ruling")).to_contain_text("拟定结论")


def test_an_appended_step_stands_where_nothing_is_drawn(enter: Enter, errand: Errands) -> None:
    drawing = draw(enter("admin"), errand("admin").app, "inspection")
    gateways = ["begins_at", "which_application", "decision", "hours_enough"]
    for number, gateway in enumerate(gateways, start=1):
        drawing.add("user_task", after=gateway)
        expect(drawing.at(f"user_task_{number}")).to_be_focused()
    drawn = etree.fromstring(drawing.is_saved().documents[drawing.path])
    shapes = {each.get("bpmnElement"): bounds_of(each) for each in drawn.iter(f"{DI}BPMNShape")}
    steps = {key: box for key, box in shapes.items() if key in drawing.process.steps}
    ways = {each.get("bpmnElement"): pieces_of(each) for each in drawn.iter(f"{DI}BPMNEdge")}
    for number, gateway in enumerate(gateways, start=1):
        new = f"user_task_{number}"
        under = [key for key, box in steps.items() if key != new and meet(box, steps[new])]
        assert under == []
        (own,) = drawing.process.flows_to(new)
        crossed = [
            key
            for key, pieces in ways.items()
            if key != own.id and any(meet(each, steps[new]) for each in pieces)
        ]
        assert crossed == []
        assert drawing.step(new).lane == drawing.step(gateway).lane


def bounds_of(shape: Any) -> Box:
    """Left, top, right and bottom of something drawn."""
    bounds = shape.find("{http://www.omg.org/spec/DD/20100524/DC}Bounds")
    x, y, width, height = (float(bounds.get(name)) for name in ("x", "y", "width", "height"))
    return x, y, x + width, y + height


def pieces_of(edge: Any) -> list[Box]:
    """The straight pieces of a way."""
    points = [(float(each.get("x")), float(each.get("y"))) for each in edge.iter(WAYPOINT)]
    return [
        (min(x, to_x), min(y, to_y), max(x, to_x), max(y, to_y))
        for (x, y), (to_x, to_y) in pairwise(points)
    ]


def meet(one: Box, other: Box) -> bool:
    """Whether one is drawn over the other."""
    across = one[0] <= other[2] and other[0] <= one[2]
    return across and one[1] <= other[3] and other[1] <= one[3]


def test_a_mistake_is_told_at_its_element_and_leads_there(ruling: Drawing) -> None:
    page = ruling.person.page
    problems = page.locator("[data-problems]")
    expect(problems.locator(".problems-count")).to_be_visible()
    expect(problems.locator(".problem-error")).to_have_count(0)
    ruling.add("user_task", after="record_ruling")
    mine = problems.locator(".problem-error button")
    expect(mine.first).to_be_visible()
    expect(ruling.at("user_task_1").locator(".step-problem")).to_be_visible()
    expect(page.locator(".djs-overlays[data-container-id=user_task_1] .bjsl-icon")).to_be_visible()
    expect(page.locator("[data-problem-count]").first).to_have_class("count has-errors")

    ruling.choose("started")
    mine.first.click()
    expect(ruling.at("user_task_1")).to_have_attribute("aria-expanded", "true")
    ruling.person.look("studio-problems")
    ruling.at("user_task_1 delete").click()
    expect(problems.locator(".problem-error")).to_have_count(0)


def test_only_what_a_process_may_have_is_offered(ruling: Drawing) -> None:
    page = ruling.person.page
    menu = page.locator(".djs-popup")
    ruling.choose("propose_ruling")
    for place in (".djs-palette [data-action=create]", ".djs-context-pad [data-action=append]"):
        page.locator(place).click()
        offered = menu.locator(".entry").evaluate_all("all => all.map(each => each.dataset.id)")
        assert {each.split("-", 1)[1] for each in offered} >= {"user-task", "call-activity"}
        refused = ("signal", "escalation", "compensation", "subprocess", "manual", "inclusive")
        assert not [each for each in offered if any(word in each for word in refused)]
        page.keyboard.press("Escape")
    page.locator(".djs-context-pad [data-action=replace]").click()
    offered = menu.locator(".entry").evaluate_all("all => all.map(each => each.dataset.id)")
    assert sorted(offered) == [
        "replace-with-call-activity",
        "replace-with-rule-task",
        "replace-with-script-task",
        "replace-with-service-task",
    ]
    # Loops and repeats, which are no entries but buttons above them.
    expect(menu.locator(".djs-popup-header .entry")).to_have_count(0)


def test_a_step_gets_a_new_form_and_its_name(ruling: Drawing) -> None:
    page = ruling.person.page
    ruling.add("user_task", after="agree_ruling")
    ruling.fill("name", "第三人复核")
    expect(ruling.at("user_task_1")).to_contain_text("第三人复核")
    ruling.entry("form").select_option(" new")
    dialog = page.get_by_role("dialog")
    name = dialog.get_by_role("textbox")
    expect(name).to_have_value("user_task_1")
    name.fill("agree_ruling")
    expect(dialog.get_by_role("alert")).not_to_be_empty()
    name.fill("third_opinion")
    with page.expect_navigation():
        dialog.locator("button[value=make]").click()
    assert page.url.endswith("/forms/ruling/third_opinion.form")
    assert "forms/ruling/third_opinion.form" in ruling.documents
    step = ruling.step("third_opinion")
    assert (step.name, step.form_id) == ("第三人复核", "third_opinion")


def test_an_operation_is_picked_from_a_list_and_filled_in(ruling: Drawing) -> None:
    page, keys = ruling.person.page, ruling.person.page.keyboard
    ruling.add("service_task", after="record_ruling")
    expect(ruling.at("service_task_1").locator(".step-problem")).to_be_visible()
    ruling.group("studio-operation").get_by_role("button", name="…").click()
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_role("searchbox")).to_be_focused()
    offered = dialog.locator(".pick-list li")
    everything = offered.count()
    keys.type("ruling.record")
    expect(offered).to_have_count(1)
    assert everything > 40
    keys.press("Enter")
    expect(dialog).to_have_count(0)
    # What a variable here is called after is filled in; its name is the operation's.
    ruling.is_saved()
    step, known = ruling.step("service_task_1"), ruling.step("record_ruling")
    assert step.operation == "ruling.record"
    assert step.name
    assert {each.target for each in step.inputs} >= {each.target for each in known.inputs}

    field = ruling.group("ElementTemplates__CustomProperties-inputs").locator(".cm-content").first
    field.fill("ye")
    completion = page.locator(".cm-tooltip-autocomplete")
    expect(completion).to_contain_text("year")
    ruling.person.look("studio-operation")


def test_a_way_is_taken_by_an_outcome_of_the_form_before(ruling: Drawing) -> None:
    known = {each.id for each in ruling.process.flows}
    ruling.add("end", after="ruling_agreed").is_saved()
    (way,) = {each.id for each in ruling.process.flows} - known
    ruling.choose("ruling_agreed").at(f"{way} edit").click()
    expect(ruling.entry("name")).to_be_focused()
    ruling.fill("name", "再议")
    ruling.entry("when").select_option('=agree_ruling_outcome = "agree"')
    expect(ruling.at("ruling_agreed")).to_contain_text("再议")
    ruling.is_saved()
    flow = next(each for each in ruling.process.flows if each.id == way)
    assert flow.condition is not None
    assert (flow.name, flow.condition.source) == ("再议", '=agree_ruling_outcome = "agree"')

    ruling.entry("when").select_option("otherwise")
    ruling.is_saved()
    assert ruling.step("ruling_agreed").default == way
    flow = next(each for each in ruling.process.flows if each.id == way)
    assert flow.condition is None


def test_a_renamed_step_is_renamed_where_conditions_read_it(ruling: Drawing) -> None:
    ruling.choose("agree_ruling")
    ruling.group("studio-advanced").locator(".bio-properties-panel-group-header").click()
    ruling.fill("element-id", "started")
    error = ruling.group("studio-advanced").locator(".bio-properties-panel-error")
    expect(error).to_be_visible()
    ruling.fill("element-id", "second_opinion")
    expect(ruling.at("second_opinion")).to_be_visible()
    ruling.is_saved()
    conditions = [each.condition.source for each in ruling.process.flows if each.condition]
    assert '=second_opinion_outcome = "refuse"' in conditions
    assert not any("agree_ruling" in each for each in conditions)


def test_two_people_are_told_of_each_other_and_overwrite_nothing(
    ruling: Drawing, enter: Enter
) -> None:
    other = Drawing(enter("admin"), ruling.app, "ruling").open()
    expect(other.person.page.locator("[data-presence]")).not_to_be_empty()
    ruling.choose("agree_ruling").fill("name", "复核意见")
    ruling.is_saved()
    other.choose("propose_ruling").fill("name", "拟定意见")
    dialog = other.person.page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    assert ruling.step("propose_ruling").name != "拟定意见"
    other.person.look("studio-conflict")
    dialog.locator("button[value=theirs]").click()
    expect(other.at("agree_ruling")).to_contain_text("复核意见")
    expect(other.at("propose_ruling")).not_to_contain_text("拟定意见")
    expect(other.person.page.locator("[data-saving] a[download]")).to_be_visible()

    # And knowingly the other way round.
    ruling.choose("agree_ruling").fill("name", "再次复核")
    ruling.is_saved()
    other.choose("propose_ruling").fill("name", "拟定意见")
    dialog.locator("button[value=mine]").click()
    other.is_saved()
    assert ruling.step("propose_ruling").name == "拟定意见"
    assert ruling.step("agree_ruling").name == "复核意见"


def test_what_is_drawn_without_a_connection_is_saved_when_it_is_back(ruling: Drawing) -> None:
    page = ruling.person.page
    page.context.set_offline(True)
    ruling.choose("agree_ruling").fill("name", "断线时的复核")
    expect(page.locator("[data-saving]")).to_have_attribute("data-state", "failed")
    assert ruling.step("agree_ruling").name != "断线时的复核"
    page.context.set_offline(False)
    ruling.is_saved()
    assert ruling.step("agree_ruling").name == "断线时的复核"


def test_a_step_is_moved_to_another_lane_without_the_mouse(enter: Enter, errand: Errands) -> None:
    drawing = draw(enter("admin"), errand("admin").app, "inspection")
    assert drawing.step("find_commitment").lane == "member"
    drawing.choose("find_commitment").entry("lane").select_option("association")
    moved = drawing.is_saved().step("find_commitment")
    assert moved.lane == "association"
    drawing.person.page.locator("[data-act=undo]").click()
    expect(drawing.entry("lane")).to_have_value("member")
    drawing.is_saved()
    assert drawing.step("find_commitment").lane == "member"


def test_a_time_limit_is_a_number_of_days(ruling: Drawing) -> None:
    ruling.add("timer_boundary", after="propose_ruling")
    ruling.entry("timer-kind").select_option("timeDuration")
    ruling.fill("timer-amount", "15").is_saved()
    assert b">P15D<" in ruling.documents[ruling.path]
    ruling.entry("timer-unit").select_option("hours")
    ruling.fill("timer-amount", "十六")
    expect(ruling.person.page.locator("#studio-panel .has-error")).to_be_visible()
    ruling.is_saved()
    assert b">PT15H<" in ruling.documents[ruling.path]
    ruling.entry("timer-unit").select_option("=")
    expect(ruling.entry("timer-amount")).to_have_count(0)
    ruling.is_saved()
    assert b'>=duration("PT15H")<' in ruling.documents[ruling.path]


def test_only_the_lane_of_the_association_asks_for_a_duty(enter: Enter, errand: Errands) -> None:
    drawing = draw(enter("admin"), errand("admin").app, "inspection")
    drawing.choose("fill_information")
    expect(drawing.entry("who").locator("option")).to_have_count(1)
    drawing.entry("lane").select_option("association")
    expect(drawing.entry("who").locator("option[value=review]")).to_have_count(1)


@pytest.mark.parametrize("process_id", ["inspection", "member_certificate", "training_enrolment"])
def test_what_was_drawn_elsewhere_stays_as_it_was(
    enter: Enter, errand: Errands, process_id: str
) -> None:
    drawing = draw(enter("admin"), errand("admin").app, process_id)
    before = drawing.process
    start = before.start
    drawing.choose(start.id).fill("name", "由此开始")
    after = drawing.is_saved().process
    assert after.steps[start.id].name == "由此开始"
    for step in before.steps.values():
        if step.id != start.id:
            assert after.steps[step.id] == step
    assert set(after.flows) == set(before.flows)


def test_the_editor_can_be_read_and_used_by_everybody(enter: Enter, errand: Errands) -> None:
    app = errand("admin").app
    desk = draw(enter("admin"), app, "inspection")
    for step in ("fill_information", "collect_hours", "which_application", "hours_credited"):
        desk.choose(step).person.look(f"studio-{step}")
    phone = draw(enter("admin", "phone", language="en"), app, "inspection")
    phone.choose("which_application").person.look("studio-phone")
    expect(phone.at("collect_hours")).to_contain_text("Add up the hours")
