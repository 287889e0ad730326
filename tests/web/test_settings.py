"""What an installation decides."""

import stat
from base64 import b64encode
from pathlib import Path

import pytest

from engine.vault import Vault
from web.addresses import local_address
from web.settings import IncompleteSettings, Settings

KEY = b64encode(b"k" * 32).decode()
COMPLETE = {
    "HUIJI_ENVIRONMENT": "production",
    "HUIJI_DATABASE_URL": "postgresql://localhost/huiji",
    "HUIJI_PUBLIC_URL": "https://huiji.example",
    "HUIJI_SECRET_MASTER": KEY,
    "HUIJI_SECRET_LOOKUP": KEY,
    "HUIJI_SECRET_TRAIL": KEY,
    "HUIJI_SECRET_COOKIE": KEY,
}


def test_a_first_start_makes_secrets_that_only_its_owner_reads(tmp_path: Path) -> None:
    first = Settings.from_environment({"HUIJI_VAR": str(tmp_path)})
    assert stat.S_IMODE((tmp_path / "secrets.json").stat().st_mode) == 0o600
    assert Settings.from_environment({"HUIJI_VAR": str(tmp_path)}) == first
    assert first.is_development


def test_production_says_everything_itself() -> None:
    settings = Settings.from_environment(COMPLETE)
    assert settings.is_https
    assert not settings.is_development


@pytest.mark.parametrize("name", sorted(set(COMPLETE) - {"HUIJI_ENVIRONMENT"}))
def test_production_does_not_start_without(name: str) -> None:
    with pytest.raises(IncompleteSettings, match=name):
        Settings.from_environment({**COMPLETE, name: ""})


def test_production_is_reached_over_https_only() -> None:
    with pytest.raises(IncompleteSettings, match="https"):
        Settings.from_environment({**COMPLETE, "HUIJI_PUBLIC_URL": "http://huiji.example"})


def test_the_keys_of_codes_are_listed_with_the_current_one_first() -> None:
    assert Settings.from_environment(COMPLETE).code_keys == ()
    second = b64encode(b"2" * 32).decode()
    listed = {**COMPLETE, "HUIJI_SECRET_CODES": f"{second}, {KEY}"}
    assert Settings.from_environment(listed).code_keys == (b"2" * 32, b"k" * 32)


def test_a_short_secret_is_refused() -> None:
    short = b64encode(b"short").decode()
    with pytest.raises(IncompleteSettings, match="32 bytes"):
        Settings.from_environment({**COMPLETE, "HUIJI_SECRET_COOKIE": short})


def test_no_secret_is_shown() -> None:
    secret = b64encode(b"s" * 32).decode()
    given = {name: secret for name in COMPLETE if "SECRET" in name}
    address = {"HUIJI_DATABASE_URL": "postgresql://huiji:marked@localhost/huiji"}
    services = {"HUIJI_SMS_TENCENT_SECRET_KEY": "marked", "HUIJI_MAIL_PASSWORD": "marked"}
    given["HUIJI_SECRET_CODES"] = secret
    settings = Settings.from_environment({**COMPLETE, **given, **address, **services})
    vault = Vault(settings.masters, settings.lookup_key, settings.trail_key)
    shown = f"{settings!r} {settings} {vault!r} {vault}"
    assert "production" in shown
    assert "marked" not in shown
    assert "s" * 32 not in shown


def test_old_master_keys_stand_behind_the_current_one() -> None:
    old = b64encode(b"o" * 32).decode()
    settings = Settings.from_environment({**COMPLETE, "HUIJI_SECRET_MASTER": f"{KEY},{old}"})
    assert settings.masters == (b"k" * 32, b"o" * 32)


@pytest.mark.parametrize(
    ("given", "led_to"),
    [
        ("/messages?before=3", "/messages?before=3"),
        (None, "/"),
        ("", "/"),
        ("messages", "/"),
        ("//elsewhere.example", "/"),
        ("/\\elsewhere.example", "/"),
        ("https://elsewhere.example/", "/"),
        ("/x\r\nSet-Cookie: y=z", "/"),
    ],
)
def test_only_addresses_of_this_site_are_led_to(given: str | None, led_to: str) -> None:
    assert local_address(given) == led_to


@pytest.mark.parametrize(
    ("given", "is_needed"),
    [
        (COMPLETE, True),
        ({**COMPLETE, "HUIJI_STAFF_TOTP": "optional"}, False),
        ({**COMPLETE, "HUIJI_STAFF_TOTP": "required"}, True),
    ],
)
def test_production_asks_staff_for_a_second_step_unless_told_not_to(
    given: dict[str, str], is_needed: bool
) -> None:
    assert Settings.from_environment(given).staff_need_second_step is is_needed


def test_development_asks_staff_for_a_second_step_when_told_to(tmp_path: Path) -> None:
    given = {"HUIJI_VAR": str(tmp_path)}
    assert not Settings.from_environment(given).staff_need_second_step
    given["HUIJI_STAFF_TOTP"] = "required"
    assert Settings.from_environment(given).staff_need_second_step


def test_a_slip_in_the_setting_of_the_second_step_is_refused() -> None:
    with pytest.raises(IncompleteSettings, match="HUIJI_STAFF_TOTP"):
        Settings.from_environment({**COMPLETE, "HUIJI_STAFF_TOTP": "yes"})
