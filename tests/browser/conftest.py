"""A real server with demo data, and a real Chromium to look at it.

`phone` and `desktop` are pages of a fresh browser at 390 and 1440 px, `any_width` runs a test
at both, `new_page` opens further ones. Whatever a page's scripts or its content policy
complain about fails the test. `axe(page)` answers what is wrong for people with disabilities.
"""

import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect
from werkzeug.serving import make_server

from tests.browser.errands import Errand, open_session
from tests.browser.walking import WIDTHS, Person
from web.sessions import COOKIE
from web.settings import Settings

ROOT = Path(__file__).parents[2]
CHROMIUM_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
"""The first of these is the same engine without a browser's window: a new page costs a third."""
CHROMIUM_FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN_AXE = """async (tags) => {
    const found = await axe.run(document, {
        runOnly: { type: "tag", values: tags },
        resultTypes: ["violations"],
    });
    return found.violations.flatMap(({ id, help, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target}: ${failureSummary}`)
    );
}"""

EXPECTED_COMPLAINTS = (
    "Failed to load resource",  # a refused form is an answer of 4xx
    "Response Status Error Code 404 from /inbox/",  # a claim looked after when the duty is gone
    "Blocked script execution",  # an attached file in its sandbox: our own script is kept out
)
TELL_TOO_WIDE = """
const tellTooWide = () => {
    const { scrollWidth } = document.scrollingElement;
    // Taking a picture of a page makes it very narrow for a moment.
    if (innerWidth > 300 && scrollWidth > innerWidth) {
        const wide = [...document.querySelectorAll("body *")].filter(
            (each) =>
                each.getBoundingClientRect().right > innerWidth || each.scrollWidth > innerWidth
        );
        const names = wide.slice(-5).map((each) => `${each.localName}.${each.className}`);
        console.error(`${location.pathname} is ${scrollWidth} wide at ${innerWidth}: ${names}`);
    }
};
addEventListener("load", () => {
    tellTooWide();
    new ResizeObserver(tellTooWide).observe(document.body);
});
"""
"""Complains of pages that one would have to scroll sideways, also after they changed."""

TELL_READY = """
addEventListener("load", () => { document.documentElement.dataset.ready = ""; });
"""
NOT_READY = "html:not([data-ready])"
"""A page whose scripts do not hear yet: nobody is as fast as a test that types at once."""

NewPage = Callable[..., Page]
Axe = Callable[[Page], list[str]]
Enter = Callable[..., Person]
Errands = Callable[[str], Errand]


@dataclass(frozen=True)
class Server:
    """A running server; `app` is what it serves."""

    url: str
    app: Any


def pytest_configure() -> None:
    """Give a page time on a machine that has much to do; a test that passes does not wait."""
    expect.set_options(timeout=15_000)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the tests of this folder, so that `-m 'not browser'` leaves them out."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker("browser")
            # A browser, a server and a database on two processors: a walk may stumble over the
            # machine. What failed once is walked once more and named among the reruns.
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the system's Chromium, not one that Playwright would download."""
    found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)
    return {**browser_type_launch_args, "executable_path": found, "args": CHROMIUM_FLAGS}


@pytest.fixture(scope="session")
def base_url() -> None:
    """Each test's server has an address of its own; the plugin's fixture is not needed."""


@pytest.fixture(scope="session")
def demo_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation's folder with the demo data in it, made once."""
    from web.demo import make_demo

    folder = tmp_path_factory.mktemp("demo")
    make_demo(Settings.from_environment({"HUIJI_VAR": str(folder)}))
    return folder


@pytest.fixture
def server(demo_folder: Path, tmp_path: Path) -> Iterator[Server]:
    """A server of the test's own, on a copy of the demo data in SQLite."""
    from web.app import create_app

    folder = shutil.copytree(demo_folder, tmp_path / "var")
    listener = make_server("127.0.0.1", 0, _answer_nothing, threaded=True)
    url = f"http://127.0.0.1:{listener.port}"
    environ = {"HUIJI_VAR": str(folder), "HUIJI_PUBLIC_URL": url}
    app = listener.app = create_app(Settings.from_environment(environ))
    # It looks so often whether it is to stop: a test waits for that at its end.
    thread = threading.Thread(target=listener.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield Server(url, app)
    listener.shutdown()
    thread.join()
    listener.server_close()
    app.extensions["engine"].database.close()


def _answer_nothing(_environ: Any, _start: Any) -> list[bytes]:
    """Stand for the application until the address that it is to know of itself is known."""
    return []


@pytest.fixture
def new_page(server: Server, new_context: Callable[..., BrowserContext]) -> Iterator[NewPage]:
    """Open a page of a browser that knows nothing yet: `new_page("phone", javascript=False)`."""
    complaints: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.text.startswith(EXPECTED_COMPLAINTS):
            complaints.append(message.text)

    def open_page(size: str = "desktop", *, javascript: bool = True, locale: str = "zh-CN") -> Page:
        context = new_context(
            base_url=server.url,
            viewport={"width": WIDTHS[size], "height": 900},
            has_touch=size == "phone",
            locale=locale,
            timezone_id="Asia/Shanghai",
            reduced_motion="reduce",  # no colour is looked at half-way to another one
            java_script_enabled=javascript,
        )
        context.set_default_timeout(30_000)
        context.add_init_script(TELL_TOO_WIDE)
        # Heard of the whole context: a link may open a page of its own.
        context.on("console", hear)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        page = context.new_page()
        if javascript:
            context.add_init_script(TELL_READY)
            page.add_locator_handler(
                page.locator(NOT_READY),
                lambda: page.wait_for_load_state("load"),
                no_wait_after=True,
            )
        return page

    yield open_page
    assert complaints == []


@pytest.fixture
def enter(request: pytest.FixtureRequest, server: Server, new_page: NewPage, axe: Axe) -> Enter:
    """Sit down at a fresh browser, signed in: `enter("zj_review", "phone", language="en")`."""
    callspec = getattr(request.node, "callspec", None)
    walked_at = callspec.params.get("size") if callspec else None

    def sit_down(
        login: str = "", size: str = "desktop", *, language: str = "zh", javascript: bool = True
    ) -> Person:
        locale = {"zh": "zh-CN", "en": "en"}[language]
        page = new_page(size, javascript=javascript, locale=locale)
        if login:
            token = open_session(server.app, login)
            page.context.add_cookies([{"name": COOKIE, "value": token, "url": server.url}])
        widths = (WIDTHS[size],) if size == walked_at else tuple(WIDTHS.values())
        return Person(page, axe, language, widths)

    return sit_down


@pytest.fixture
def errand(server: Server) -> Errands:
    """Do without a browser what has to be done before: `errand("330000100001").start()`."""
    return lambda login: Errand(server.app, login)


@pytest.fixture
def phone(new_page: NewPage) -> Page:
    """A page as wide as a phone."""
    return new_page("phone")


@pytest.fixture
def desktop(new_page: NewPage) -> Page:
    """A page as wide as a desk's screen."""
    return new_page("desktop")


@pytest.fixture(params=list(WIDTHS))
def any_width(request: pytest.FixtureRequest, new_page: NewPage) -> Page:
    """A page; the test runs at each width."""
    return new_page(request.param)


@pytest.fixture(scope="session")
def axe() -> Axe:
    """Check a page against WCAG 2.2 AA; answers a sentence for each violation."""
    source = (ROOT / "web/node_modules/axe-core/axe.min.js").read_text()

    def check(page: Page) -> list[str]:
        # Evaluated by the browser's debugger, so the page's content policy stays in force.
        if not page.evaluate("typeof axe === 'object'"):
            page.evaluate(f"{source};undefined")
        found: list[str] = page.evaluate(RUN_AXE, WCAG)
        return found

    return check
