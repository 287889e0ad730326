"""The entries of 管理: whoever is shown one can open it."""

import pytest
from flask import Flask

from tests.web.offices import staff

PHRASES = "/inbox/phrases"


@pytest.mark.parametrize(
    ("login", "has_phrases"), [("zj_manage", True), ("admin", False), ("audit", False)]
)
def test_every_entry_leads_to_a_page(app: Flask, login: str, has_phrases: bool) -> None:
    somebody = staff(app, login)
    page = somebody.open("/manage/seasons")
    addresses = page.html.xpath("//a[starts-with(@href, '/manage/')]/@href")
    entries = {each for each in addresses if each.count("/") == 2}
    assert {"/manage/seasons", "/manage/staff", "/manage/rules", "/manage/texts"} <= entries
    assert (PHRASES in page.html.xpath("//a/@href")) is has_phrases
    if has_phrases:
        entries.add(PHRASES)
    assert {each: somebody.open(each).status for each in entries} == dict.fromkeys(entries, 200)
