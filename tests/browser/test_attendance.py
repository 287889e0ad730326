"""Attendance as people take it: by camera, by hand scanner, in the list, by a table."""

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import segno
from playwright.sync_api import BrowserType, Page, expect

from tests.browser.conftest import CHROMIUM_FLAGS, Enter, Server
from tests.browser.errands import open_session
from tests.browser.walking import Person
from tests.workflows.enrolling import School
from web.sessions import COOKIE
from workflows.shared.accounts import find_account
from workflows.shared.dates import local_date
from workflows.shared.enrolments import Enrolment
from workflows.shared.register import find_member_by_number
from workflows.shared.training_classes import get_class
from workflows.training_enrolment.attendance.recording import PRESENT, record_attendance
from workflows.training_enrolment.attendance.tokens import door_token

CLERK, MEMBER, NAME = "zj_training", "330000100006", "吴海波"
OTHERS = tuple(f"33000010000{number}" for number in (1, 2, 3, 4, 5, 7, 8))


@dataclass
class Days:
    """A class on the clock of the test's server; who signed up for it, by their numbers."""

    school: School
    key: int
    enrolments: list[Enrolment]

    @property
    def said(self) -> list[str | None]:
        """What is recorded, in the order of the sign-ups."""
        return [self.school.row(each).attendance for each in self.enrolments]


def hold_class(server: Server, *, begins: int) -> Days:
    """A class of eight confirmed people of Zhejiang; `begins`: how many days from today on."""
    engine = server.app.extensions["engine"]
    now = engine.now()
    with engine.database.read() as session:
        member = find_member_by_number(session, MEMBER)
        people = [find_member_by_number(session, each) for each in OTHERS]
    assert member is not None
    day = local_date(now) + timedelta(days=begins)
    school = School(
        engine, now=now + timedelta(days=begins - 10), association_id=member.association_id
    )
    training_class = school.offer(
        name="内部控制审计实务培训班",
        capacity=20,
        opens_date=day - timedelta(days=20),
        closes_date=day - timedelta(days=2),
        start_date=day,
        end_date=day + timedelta(days=1),
        start_time=time(0),
    )
    signed_up = [school.sign_up(training_class, each) for each in (member, *people) if each]
    for each in signed_up:
        school.decide(each)
    school.now = now
    return Days(school, training_class.id, signed_up)


@pytest.fixture
def running(server: Server) -> Days:
    """A class whose first day is today."""
    return hold_class(server, begins=0)


def code_of(server: Server, enrolment: Enrolment) -> str:
    """The address that the code of a sign-up holds."""
    token = door_token(server.app.extensions["engine"].vault, enrolment.id)
    return f"{server.url}/classes/codes/{token}"


def scan_by_hand(page: Page, text: str) -> None:
    """What a hand scanner does: it types, and presses Enter."""
    page.get_by_role("textbox").first.focus()
    page.keyboard.type(text)
    page.keyboard.press("Enter")


def draw_film(path: Path, text: str, *, width: int = 640, height: int = 480) -> None:
    """A film of a paper with a code, as a camera that plays it back would see it."""
    code = segno.make(text, error="m", micro=False)
    dots = [list(row) for row in code.matrix_iter(border=4)]
    scale = (height - 40) // len(dots)
    left, top = (width - scale * len(dots)) // 2, (height - scale * len(dots)) // 2
    light = bytearray(b"\xb4" * width * height)
    for down, row in enumerate(dots):
        line = b"".join((b"\x20" if dot else b"\xe0") * scale for dot in row)
        for y in range(top + down * scale, top + (down + 1) * scale):
            light[y * width + left : y * width + left + len(line)] = line
    colour = b"\x80" * (width * height // 2)
    frames = b"".join(b"FRAME\n" + bytes(light) + colour for _ in range(5))
    path.write_bytes(f"YUV4MPEG2 W{width} H{height} F10:1 Ip A1:1 C420jpeg\n".encode() + frames)


@pytest.fixture
def with_camera(
    server: Server,
    browser_type: BrowserType,
    browser_type_launch_args: dict[str, Any],
    axe: Callable[[Page], list[str]],
    tmp_path: Path,
) -> Any:
    """Sit down at a browser whose camera sees a code."""
    opened = []

    def sit_down(text: str, *, may_film: bool = True) -> Person:
        film = tmp_path / "camera.y4m"
        draw_film(film, text)
        flags = [
            *CHROMIUM_FLAGS,
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream" if may_film else "--use-fake-ui-for-media-stream=deny",
            f"--use-file-for-fake-video-capture={film}",
        ]
        browser = browser_type.launch(**{**browser_type_launch_args, "args": flags})
        opened.append(browser)
        context = browser.new_context(
            base_url=server.url, viewport={"width": 390, "height": 900}, locale="zh-CN"
        )
        token = open_session(server.app, CLERK)
        context.add_cookies([{"name": COOKIE, "value": token, "url": server.url}])
        return Person(context.new_page(), axe)

    yield sit_down
    for each in opened:
        each.close()


def test_the_camera_reads_a_code_and_the_person_is_present(
    server: Server, with_camera: Callable[..., Person], running: Days
) -> None:
    enrolment = running.enrolments[0]
    clerk = with_camera(code_of(server, enrolment))
    clerk.go(f"/classes/{enrolment.class_id}/door").is_at("At the door")
    clerk.press("Scan with the camera")
    card = clerk.page.locator(".door-card")
    expect(card).to_have_class(re.compile("is-present"))
    expect(card).to_contain_text(NAME)
    clerk.look("door-camera")
    clerk.press("Stop the camera")
    expect(clerk.page.locator("video")).to_be_hidden()
    # The code stayed before the camera all the time, and counted once.
    expect(clerk.page.locator(".door-list li")).to_have_count(1)
    assert running.said.count("present") == 1


def test_a_camera_that_may_not_be_used_leaves_the_field(
    server: Server, with_camera: Callable[..., Person], running: Days
) -> None:
    enrolment = running.enrolments[0]
    clerk = with_camera("", may_film=False)
    clerk.go(f"/classes/{enrolment.class_id}/door").press("Scan with the camera")
    expect(clerk.page.get_by_role("alert")).to_contain_text(
        clerk.say(
            "The browser may not use the camera. Allow it in the browser’s settings for this page,"
            " or type the number."
        )
    )
    scan_by_hand(clerk.page, MEMBER)
    expect(clerk.page.locator(".door-card")).to_have_class(re.compile("is-present"))


def test_a_hand_scanner_marks_one_after_the_other(
    server: Server, enter: Enter, running: Days
) -> None:
    first, second, third = running.enrolments[:3]
    clerk = enter(CLERK).go(f"/classes/{first.class_id}/door").look("door-ready")
    card = clerk.page.locator(".door-card")
    for each in (first, second):
        scan_by_hand(clerk.page, code_of(server, each))
    expect(clerk.page.locator(".door-list li")).to_have_count(2)
    expect(card).to_have_class(re.compile("is-present"))
    clerk.look("door-marked")
    scan_by_hand(clerk.page, code_of(server, first))
    expect(card).to_have_class(re.compile("is-already"))
    clerk.look("door-already")
    scan_by_hand(clerk.page, "330000999999")
    expect(card).to_have_class(re.compile("is-refused"))
    clerk.look("door-refused")
    expect(clerk.page.get_by_role("textbox").first).to_be_focused()
    clerk.page.context.set_offline(True)
    scan_by_hand(clerk.page, code_of(server, third))
    expect(clerk.page.locator("#door-waiting")).not_to_be_empty()
    # The refusal of the one before does not stand before this one.
    expect(card).not_to_have_class(re.compile("is-"))
    expect(card).to_contain_text(clerk.say("Kept here, not sent yet"))
    expect(card).to_contain_text(clerk.say("A scanned code"))
    clerk.look("door-offline")
    scan_by_hand(clerk.page, "330000999999")
    expect(card).to_contain_text("330000999999")
    clerk.page.context.set_offline(False)
    expect(clerk.page.locator(".door-list li")).to_have_count(3)
    expect(clerk.page.locator("#door-waiting")).to_be_empty()


def test_the_door_and_the_list_work_without_scripts(
    server: Server, enter: Enter, running: Days
) -> None:
    first, second = running.enrolments[:2]
    clerk = enter(CLERK, "phone", javascript=False).go(f"/classes/{first.class_id}/door")
    expect(clerk.page.locator("#camera")).to_be_hidden()
    scan_by_hand(clerk.page, code_of(server, first))
    expect(clerk.page.locator(".door-card")).to_have_class(re.compile("is-present"))
    clerk.go(f"/classes/{first.class_id}/attendance")
    clerk.page.locator(f"label[for=a{second.id}]").click()
    clerk.press("Record what is chosen").sees(
        "Recorded: %(present)s present, %(absent)s absent.", present=0, absent=1
    )
    assert running.said[:3] == ["present", "absent", None]


def test_everybody_is_recorded_in_the_list_with_the_keyboard(
    server: Server, enter: Enter, running: Days
) -> None:
    enrolments = running.enrolments
    clerk = enter(CLERK).go(f"/classes/{enrolments[0].class_id}/attendance").look("attendance")
    page = clerk.page
    page.locator(f"#p{enrolments[0].id}").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(f"#a{enrolments[0].id}")).to_be_checked()
    # A search loses nothing of what was chosen.
    clerk.type(clerk.say("Name or number begins with"), NAME)
    clerk.press("Filter")
    expect(page.locator(f"#a{enrolments[0].id}")).to_be_checked()
    clerk.type(clerk.say("Name or number begins with"), "林若")
    clerk.press("Filter")
    expect(page.locator(".attendance-rows tbody tr")).to_have_count(1)
    clerk.press("All present …").is_at("Look through it before it is recorded")
    rest = len(enrolments) - 1
    clerk.sees(
        "%(present)s present and %(absent)s absent will be recorded.", present=rest, absent=1
    ).look("attendance-check")
    clerk.press("Record").is_at("Attendance")
    clerk.sees("Recorded: %(present)s present, %(absent)s absent.", present=rest, absent=1)
    clerk.look("attendance-recorded")
    clerk.go(f"/classes/{enrolments[0].class_id}").look("class-attendance")
    clerk.go(f"/classes/{enrolments[0].class_id}/absent").sees(NAME).look("attendance-absent")


def test_a_filled_in_table_is_looked_through_and_recorded(
    enter: Enter, tmp_path: Path, running: Days
) -> None:
    class_id = running.key
    clerk = enter(CLERK).go(f"/classes/{class_id}/attendance/import").look("attendance-import")
    with clerk.page.expect_download() as download:
        clerk.follow("Download the template (xlsx)")
    path = tmp_path / "filled.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    sheet = book.worksheets[0]
    for line, word in ((2, "出席"), (3, "出席"), (4, "缺席"), (5, "出差")):
        sheet.cell(line, 5).value = word
    sheet.append([99, "330000999999", "无此人", "", "出席"])
    book.save(path)
    clerk.page.get_by_label(clerk.say("Filled-in table (xlsx)")).set_input_files(path)
    clerk.press("Look through it").is_at("Look through the table")
    clerk.sees("“%(said)s” is neither present nor absent.", said="出差")
    clerk.sees("Nobody with this number has signed up for this class.")
    clerk.look("attendance-import-check")
    clerk.main.get_by_role("button").last.click()
    clerk.is_at("Attendance imported")
    clerk.sees("Recorded: %(present)s present, %(absent)s absent.", present=2, absent=1)
    clerk.look("attendance-import-done")
    path.write_bytes(b"no workbook")
    clerk.go(f"/classes/{class_id}/attendance/import")
    clerk.page.get_by_label(clerk.say("Filled-in table (xlsx)")).set_input_files(path)
    clerk.press("Look through it").look("attendance-import-refused")
    expect(clerk.page.get_by_role("alert")).to_be_visible()


def test_a_member_shows_a_code_that_a_phones_camera_opens(
    server: Server, enter: Enter, running: Days
) -> None:
    enrolment = running.enrolments[0]
    member = enter(MEMBER, "phone").go(f"/training/classes/{enrolment.class_id}")
    expect(member.page.locator(".door-code img")).to_be_visible()
    member.look("member-code")
    address = code_of(server, enrolment)
    stranger = enter("", "phone").go(address).is_at("Code for the door of a class")
    stranger.sees_not(NAME).look("code-of-stranger")
    clerk = enter(CLERK, "phone").go(address).sees(NAME).look("code-of-clerk")
    clerk.press("Mark present")
    expect(clerk.page.locator(".door-card")).to_have_class(re.compile("is-present"))
    clerk.go(address).sees_not("Not marked").look("code-again")


def test_hours_are_taken_back_with_a_reason(server: Server, enter: Enter) -> None:
    over = hold_class(server, begins=-30)
    enrolment = over.enrolments[0]
    with over.school.transaction() as session:
        clerk_account = find_account(session, user_type="staff", login=CLERK)
        assert clerk_account is not None
        record_attendance(
            session,
            training_class=get_class(session, over.key),
            said={enrolment.id: PRESENT},
            by=clerk_account.id,
            now=over.school.now,
        )
    over.school.work()
    assert over.school.state(enrolment) == "completed"
    clerk = enter(CLERK).go(f"/classes/{enrolment.class_id}/attendance").look("attendance-over")
    clerk.page.locator(f"a[href$='/{enrolment.id}/correction']").click()
    clerk.is_at("Correct the attendance").look("attendance-correction")
    clerk.page.locator("#reason").evaluate("each => each.required = false")
    clerk.press("Correct to absent").look("attendance-correction-refused")
    clerk.type(clerk.say("Reason"), "核实为他人代签").press("Correct to absent").is_at("Attendance")
    clerk.go(f"/classes/{enrolment.class_id}/absent")
    expect(clerk.page.locator(f"a[href$='/{enrolment.id}/correction']")).to_be_visible()
