"""The way to where a test begins, walked without a browser: forms are sent as they were drawn."""

from io import BytesIO
from typing import Any

import lxml.html
from sqlalchemy import select
from werkzeug.test import Client, TestResponse

from engine.cases import Case
from engine.tasks import Task
from web.demo import PASSWORD
from web.sessions import COOKIE
from workflows.shared.accounts import Account
from workflows.shared.sign_in import sign_in

Html = Any


def open_session(app: Any, login: str) -> str:
    """Sign a demo account in; answers the token of its session."""
    engine = app.extensions["engine"]
    with engine.database.read() as session:
        user_type = session.scalars(select(Account.user_type).where(Account.login == login)).one()
    opened = sign_in(
        engine,
        user_type=user_type,
        login=login,
        password=PASSWORD,
        address="127.0.0.1",
        user_agent="errand",
        length=app.config["SETTINGS"].session_length,
        now=engine.now(),
    )
    return opened.token


def get_case(app: Any, number: str) -> Case:
    """The last case of a member."""
    query = select(Case).where(Case.subject_no == number).order_by(Case.id.desc()).limit(1)
    with app.extensions["engine"].database.read() as session:
        found: Case = session.scalars(query).one()
        return found


def find_task(app: Any, number: str, element_id: str, *, state: str = "open") -> Task | None:
    """The last task of a member's case at a step, if there is one."""
    query = (
        select(Task)
        .where(Task.subject_no == number, Task.element_id == element_id, Task.state == state)
        .order_by(Task.id.desc())
        .limit(1)
    )
    with app.extensions["engine"].database.read() as session:
        found: Task | None = session.scalars(query).first()
        return found


def get_task(app: Any, number: str, element_id: str, *, state: str = "open") -> Task:
    """The last task of a member's case at a step."""
    found = find_task(app, number, element_id, state=state)
    assert found is not None, f"{number} has no {state} task at {element_id}"
    return found


class Errand:
    """One signed-in account that fetches pages and sends their forms with changes."""

    def __init__(self, app: Any, login: str) -> None:
        self.app = app
        self.login = login
        self.client = Client(app)
        self.client.set_cookie(COOKIE, open_session(app, login))

    def get(self, address: str) -> Html:
        """Fetch a page, wherever its address leads."""
        response = self.client.get(address, follow_redirects=True)
        assert response.status_code == 200, (address, response.status)
        return lxml.html.fromstring(response.text)

    def send(self, page: Html, value: str, **changes: Any) -> TestResponse:
        """Send a page's form by the button of this value, with fields changed."""
        button = page.xpath("//form//button[@value=$value]", value=value)[0]
        form = next(each for each in button.iterancestors("form"))
        sent = _read_fields(form)
        sent |= {name.replace("__", "."): given for name, given in changes.items()}
        sent[button.get("name")] = value
        response = self.client.post(
            button.get("formaction") or form.get("action"),
            data=sent,
            content_type="multipart/form-data",
        )
        assert response.status_code < 400, _problems(response)
        return response

    # What a member does.

    def start(self) -> "Errand":
        """Start the year's inspection."""
        page = self.get("/applications")
        (form,) = page.xpath("//main//form[@method='post']")
        self.client.post(form.get("action"), data=_read_fields(form))
        return self

    @property
    def step_page(self) -> Html:
        """The page of the step that the member is at."""
        return self.get(f"/applications/{get_case(self.app, self.login).id}")

    def step(self, outcome: str, **changes: Any) -> "Errand":
        """Complete the step that the member is at."""
        self.send(self.step_page, outcome, **changes)
        return self

    def attach(self, slot: str, name: str, content: bytes) -> "Errand":
        """Attach a file at the step that the member is at."""
        file = (BytesIO(content), name)
        return self.step(f"upload:{slot}", **{f"file.{slot}": file})

    def to(self, element_id: str, **changes: Any) -> "Errand":
        """Walk an inspection on until a step; a member of the demo lacks nothing for it."""
        steps = {
            "fill_information": ("apply", {}),
            "view_inspection": ("continue", {}),
            "accept_commitment": ("confirm", {"agreed": "true"}),
            "provide_materials": ("continue", {}),
            "confirm_application": ("apply", {"confirmed": "apply"}),
        }
        for element, (outcome, answers) in steps.items():
            if element == element_id:
                break
            if find_task(self.app, self.login, element) is not None:
                more = changes if element == "fill_information" else {}
                self.step(outcome, **answers, **more)
        return self

    def apply(self, **changes: Any) -> "Errand":
        """Walk an inspection to its end: it is sent."""
        return self.to("review_application", **changes)

    def defer(self, proof: bytes, *, explanation: str = "在国外学习一年") -> "Errand":
        """Ask for a deferral."""
        self.step("defer")
        if find_task(self.app, self.login, "accept_deferral_commitment") is not None:
            self.step("confirm", agreed="true")
        self.attach("deferral_proof", "proof.pdf", proof)
        return self.step("apply", ground="abroad", explanation=explanation)

    # What a reviewer does.

    def decide(
        self,
        number: str,
        outcome: str,
        reason: str = "",
        *,
        step: str = "review_application",
        **marks: str,
    ) -> "Errand":
        """Decide a member's application; marks are comments by `form__field`."""
        task = get_task(self.app, number, step)
        page = self.get(f"/inbox/{task.id}")
        comments = {f"comment__{path}": comment for path, comment in marks.items()}
        paths = [path.replace("__", ".") for path in marks]
        self.send(page, outcome, reason=reason, mark=paths, **comments)
        return self


def _read_fields(form: Html) -> dict[str, Any]:
    """What a browser would send of a form but for its button."""
    sent: dict[str, Any] = {}
    for each in form.xpath(".//input[@name] | .//select[@name] | .//textarea[@name]"):
        kind = each.get("type", "text")
        if kind == "file" or (kind in {"checkbox", "radio"} and not each.checked):
            continue
        value = each.get("value", "") if each.tag == "input" else each.value or ""
        sent.setdefault(each.get("name"), []).append(value)
    return sent


def _problems(response: TestResponse) -> list[str]:
    page: Html = lxml.html.fromstring(response.text)
    found = page.xpath("//h1 | //*[@role='alert']")
    return [each.text_content().strip() for each in found]
