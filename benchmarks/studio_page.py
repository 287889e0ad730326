"""How fast a large diagram opens in a browser: `python -m benchmarks.studio_page`.

A real server with the demo's data, a real Chromium; what its scripts cost to load is in it.
"""

import shutil
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Page, sync_playwright
from sqlalchemy import select
from werkzeug.serving import make_server

from benchmarks.figures import Figure, show
from benchmarks.large_diagram import DIAGRAM, PROCESS, draw_large
from tests.browser.conftest import CHROMIUM_FLAGS, CHROMIUM_NAMES
from tests.browser.errands import open_session
from web.app import create_app
from web.demo import make_demo
from web.sessions import COOKIE
from web.settings import Settings
from workflows.shared.accounts import Account
from workflows.studio.drafts import open_draft, save_document
from workflows.studio.presence import list_versions

ROUNDS = 9
READY = "body[data-ready]"
HOW_LONG = "performance.getEntriesByName('ready')[0].startTime"


def measure() -> Iterator[Figure]:
    """Open the editor of a process of 300 elements again and again; add a step each time."""
    with _serve() as (url, app), sync_playwright() as playwright:
        elements, address = _draw(app)
        found = next(filter(None, map(shutil.which, CHROMIUM_NAMES)))
        browser = playwright.chromium.launch(executable_path=found, args=CHROMIUM_FLAGS)
        context = browser.new_context(base_url=url, viewport={"width": 1440, "height": 900})
        token = open_session(app, "admin")
        context.add_cookies([{"name": COOKIE, "value": token, "url": url}])
        page = context.new_page()
        opened, added = [], []
        for _round in range(ROUNDS):
            page.goto(address)
            page.wait_for_selector(READY)
            opened.append(page.evaluate(HOW_LONG))
            added.append(_add_step(page))
            _wait_until_saved(page)
        browser.close()
    said = f"{elements} elements, from the click to the drawn diagram"
    yield Figure("studio_open_300", statistics.median(opened), "ms", note=said)
    yield Figure("studio_open_300_first", opened[0], "ms", note="with nothing in the cache")
    yield Figure("studio_add_300", statistics.median(added), "ms", note="a step, in the list")


def _add_step(page: Page) -> float:
    """Milliseconds until a step stands in the drawing and in the list; it is taken back again."""
    steps = page.locator("#studio-steps .step")
    steps.nth(20).click()
    button = page.locator("#studio-steps [data-key$=' add']")
    button.wait_for()
    before = time.perf_counter()
    button.click()
    page.locator("#studio-steps [data-key='user_task_1 add']").wait_for()
    took = (time.perf_counter() - before) * 1000
    page.locator("[data-act=undo]").click()
    return took


def _wait_until_saved(page: Page) -> None:
    page.locator("[data-saving][data-state=saved]").wait_for()


def _draw(app: Any) -> tuple[int, str]:
    """Put the large diagram into a draft; answers how many elements, and its editor's address."""
    engine = app.extensions["engine"]
    documents = draw_large()
    with engine.database.transaction() as session:
        admin = session.scalars(select(Account.id).where(Account.login == "admin")).one()
        draft = open_draft(session, process_id=PROCESS, by=admin, now=engine.now())
        known = list_versions(session, draft.id)
        for path, data in documents.items():
            save_document(
                session,
                draft_id=draft.id,
                path=path,
                data=data,
                expected=known.get(path),
                by=admin,
                now=engine.now(),
            )
        address = f"/studio/drafts/{draft.id}/edit/{DIAGRAM}"
    drawn = documents[DIAGRAM]
    return drawn.count(b"Shape id=") + drawn.count(b"Edge id="), address


@contextmanager
def _serve() -> Iterator[tuple[str, Any]]:
    """A server on a port of its own, with the demo's data."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.from_environment({"HUIJI_VAR": str(Path(folder))})
        make_demo(settings)
        app = create_app(settings)
        server = make_server("127.0.0.1", 0, app, threaded=True)
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.port}", app
        finally:
            server.shutdown()
            thread.join()
            server.server_close()
            app.extensions["engine"].database.close()


if __name__ == "__main__":
    show(measure())
