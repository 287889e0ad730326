"""Documents that people take away: one's own, a code that a stranger scans, and many as one zip."""

from datetime import UTC, datetime
from pathlib import Path
from zipfile import ZipFile

import pytest
from playwright.sync_api import expect

from engine.jobs import Worker
from tests.browser.conftest import Enter, Server
from tests.pdfs import codes_of, pages_of

READY = "330000100001"
YEAR = datetime.now(UTC).year - 2
"""The last year that the demo has decided for everybody."""


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_a_member_keeps_his_year_and_a_stranger_scans_its_code(
    enter: Enter, tmp_path: Path, size: str
) -> None:
    member = enter(READY, size).go(f"/results/{YEAR}").look("result")
    with member.page.expect_download() as coming:
        member.follow("Download (PDF)")
    coming.value.save_as(tmp_path / "year.pdf")
    pdf = (tmp_path / "year.pdf").read_bytes()
    assert READY in pages_of(pdf)[0]
    (code,) = codes_of(pdf)
    stranger = enter(size="phone").go("/v/" + code.rpartition("/")[2])
    stranger.is_at("This code is genuine").sees_not(READY).look("verified")


def test_an_association_takes_away_the_documents_of_many(
    enter: Enter, server: Server, tmp_path: Path
) -> None:
    manager = enter("zj_manage").go("/register/documents").is_at("Documents of many members")
    manager.look("documents-none")
    manager.press("Have them made").sees("There is no such document of anybody who was chosen.")
    manager.page.get_by_label(manager.say("Confirmations of a year"), exact=True).check()
    manager.page.locator("#year").select_option(str(YEAR))
    manager.page.locator("#from").fill(READY)
    manager.press("Have them made").is_at("Confirmations of the year %(year)s", year=YEAR)
    manager.look("documents-running")
    Worker(server.app.extensions["engine"]).run_due()
    # The page moves on by itself.
    expect(manager.link("Download (zip)")).to_be_visible()
    manager.look("documents-made")
    with manager.page.expect_download() as coming:
        manager.follow("Download (zip)")
    coming.value.save_as(tmp_path / "years.zip")
    with ZipFile(tmp_path / "years.zip") as archive:
        assert f"{YEAR}年度检查确认单-{READY}.pdf" in archive.namelist()
    manager.go("/register/documents").sees("Confirmations of the year %(year)s", year=YEAR)
    manager.look("documents-listed")
