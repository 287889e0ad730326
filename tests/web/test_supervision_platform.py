"""The supervision platform's calls over HTTP, and its stand-in."""

from dataclasses import replace
from typing import Any

import orjson
import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.web.conftest import Visitor
from tests.web.offices import staff
from tests.workflows.conftest import NOW
from web.settings import IncompleteSettings, Settings
from web.supervision_platform import REAL_ADDRESS, init_app
from workflows.shared.register import CPA, find_member_by_number
from workflows.shared.service_settings import ServiceSettings
from workflows.shared.supervision import SERVICE, find_platform
from workflows.supervision_platform.stand_in import SignedCall, StandInPlatform

CPA_NUMBER = "330000900001"
UPDATES = "/supervision-platform/updates"
STAND_IN = "/supervision-platform/stand-in"
KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


def make(app: Flask, version: int = 7, number: str = CPA_NUMBER, **fields: Any) -> SignedCall:
    """A call as the platform signs it."""
    platform = find_platform(app.extensions["engine"])
    assert platform is not None
    return StandInPlatform(platform).make_call(
        member_number=number, fields=fields, now=NOW, version=version
    )


def call(app: Flask, made: SignedCall) -> tuple[int, dict[str, Any]]:
    """Send a call; answers its status and what is said."""
    response: TestResponse = app.test_client().post(
        UPDATES, data=made.body, headers=dict(made.headers), content_type="application/json"
    )
    said: dict[str, Any] = orjson.loads(response.data)
    return response.status_code, said


def employer(app: Flask) -> str:
    """Where the CPA works by the register."""
    with app.extensions["engine"].database.read() as session:
        found = find_member_by_number(session, CPA_NUMBER)
        assert found is not None
        return found.employer


def test_a_signed_call_is_taken_and_once_more_it_is_known(app: Flask) -> None:
    made = make(app, employer="甲事务所")
    assert call(app, made) == (200, {"outcome": "applied", "changed": ["employer"]})
    assert call(app, made) == (200, {"outcome": "known", "changed": []})
    assert employer(app) == "甲事务所"
    cpa = Visitor(app).enter(CPA_NUMBER, CPA)
    assert "甲事务所" in cpa.open("/profile").text
    assert "Your register data were updated" in cpa.open("/messages").text
    trail = staff(app, "zj_manage").open("/register/changes").text
    assert "From the supervision platform" in trail
    assert "Version 7 of the platform" in trail


def test_each_refusal_says_which_it_is(app: Flask) -> None:
    good = make(app, employer="甲事务所")
    before = employer(app)
    forged = SignedCall({**good.headers, "Platform-Signature": "0" * 64}, good.body)
    assert call(app, forged)[0] == 403
    assert call(app, SignedCall({}, good.body))[1]["error"] == "signature"
    assert call(app, replace(good, body=good.body + b" "))[1]["error"] == "signature"
    status, said = call(app, make(app, mobile="13800138000"))
    assert (status, said["error"], set(said["fields"])) == (422, "fields", {"mobile"})
    assert call(app, make(app, version=0, name="x"))[1]["error"] == "body"
    assert call(app, make(app, number="999999999999", name="x"))[0] == 404
    assert call(app, make(app, number="330000100001", name="x"))[1]["error"] == "not_owned"
    assert employer(app) == before
    call(app, good)
    status, said = call(app, make(app, employer="乙事务所"))
    assert (status, said["error"]) == (409, "version")
    assert employer(app) == "甲事务所"


def test_a_body_that_is_too_long_is_not_read(app: Flask) -> None:
    response = app.test_client().post(UPDATES, data=b"x" * (65 * 1024))
    assert response.status_code == 413


def test_the_stand_in_changes_replays_and_forges(app: Flask) -> None:
    cpa = Visitor(app).enter(CPA_NUMBER, CPA)
    page = cpa.open(STAND_IN)
    values = page.values()
    assert values["member_number"] == CPA_NUMBER
    values["employer"] = "丙事务所"
    sent = cpa.send(STAND_IN, values)
    assert '"outcome": "applied"' in sent.text
    assert employer(app) == "丙事务所"
    repeated = sent.html.xpath("//form[.//button[@name='repeat_version']]")[0]
    again = dict(repeated.form_values())
    again["repeat_version"] = sent.html.xpath("//button[@name='repeat_version']/@value")[0]
    assert '"outcome": "known"' in cpa.send(STAND_IN, again).text
    late = cpa.send(STAND_IN, {**values, "employer": "旧事务所", "manner": "old"})
    assert '"outcome": "nothing_new"' in late.text
    forged = cpa.send(STAND_IN, {**values, "manner": "forged"})
    assert forged.status == 403
    assert employer(app) == "丙事务所"


def join(app: Flask, **settings: str) -> None:
    """Join the installation anew, to what settings say."""
    given = ServiceSettings(settings)
    app.config["SETTINGS"] = replace(app.config["SETTINGS"], services=given)
    app.extensions["engine"].services.pop(SERVICE)
    init_app(app)


def test_a_real_platform_has_its_address_and_several_keys_and_no_stand_in(app: Flask) -> None:
    join(app, HUIJI_SUPERVISION_KEY=f"{KEY},{KEY}")
    platform = find_platform(app.extensions["engine"])
    assert platform is not None
    assert (platform.address, len(platform.keys)) == (REAL_ADDRESS, 2)
    assert Visitor(app).open(STAND_IN).status == 404
    cpa = Visitor(app).enter(CPA_NUMBER, CPA)
    assert REAL_ADDRESS in cpa.open("/profile").links().values()
    assert call(app, make(app, employer="丁事务所"))[0] == 200


def test_in_production_without_a_key_there_is_no_platform(app: Flask) -> None:
    settings: Settings = replace(app.config["SETTINGS"], environment="production")
    app.config["SETTINGS"] = settings
    made = make(app, employer="甲事务所")
    join(app)
    assert find_platform(app.extensions["engine"]) is None
    response = app.test_client().post(UPDATES, data=made.body, headers=dict(made.headers))
    assert response.status_code == 404
    cpa = Visitor(app).enter(CPA_NUMBER, CPA)
    assert "Apply for a change" in cpa.open("/profile").text


@pytest.mark.parametrize("key", ["x", "YQ==", f"{KEY},"])
def test_a_key_that_is_none_stops_the_start(app: Flask, key: str) -> None:
    with pytest.raises(IncompleteSettings):
        join(app, HUIJI_SUPERVISION_KEY=key)
