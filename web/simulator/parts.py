"""What the simulator's pages share: the stand-in, and where a phone opens an address."""

from urllib.parse import urlsplit

from flask import Response
from phonenumbers import PhoneNumberFormat, format_number, parse

from engine.errors import NotFound
from web import current, security
from web.simulator.browsers import Browser
from workflows.channels.wechat.stand_in import StandInAccount
from workflows.shared.channels import channels_of


def get_stand_in() -> StandInAccount:
    """The official account's stand-in; with a real account nothing is simulated."""
    found = channels_of(current.engine()).official_account
    if not isinstance(found, StandInAccount):
        raise NotFound
    return found


def open_on_phone(phone_id: int, address: str) -> str:
    """An address as a phone opens it; empty if it leads out of this installation."""
    host = urlsplit(current.settings().public_url).netloc
    led = Browser(f"/phone/{phone_id}", phone_id, {host}).lead(address)
    return led if led.startswith(f"/phone/{phone_id}/") else ""


def write_mobile(mobile: str) -> str:
    """A number as people read it: +86 154 0000 0008."""
    return format_number(parse(mobile), PhoneNumberFormat.INTERNATIONAL)


def let_be_framed(response: Response) -> Response:
    """Let a page of the simulator stand in a phone."""
    response.headers["Content-Security-Policy"] = security.policy(frame_ancestors="'self'")
    return response
