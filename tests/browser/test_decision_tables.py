"""Whoever manages reads by which tables is decided, on a phone and at a desk."""

import pytest

from tests.browser.conftest import Enter


@pytest.mark.parametrize("width", ["phone", "desktop"])
def test_the_tables_at_work_are_read(enter: Enter, width: str) -> None:
    manager = enter("zj_manage", width)
    manager.go("/manage/decision-tables").is_at("Decision tables").sees("一个年度的学时")
    manager.sees("达到免学时年龄").sees("产出法形式学时上限").look("decision-tables")
