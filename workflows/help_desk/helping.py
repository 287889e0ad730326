"""What is done for a caller who proved who he is: another mobile number on file, a link sent."""

from datetime import datetime, timedelta
from uuid import UUID

from engine.attempts import count_attempt
from engine.engine import Engine
from engine.errors import Rejected
from engine.language import N_
from workflows.help_desk.calls import check_proved, get_call
from workflows.shared.access import Viewer
from workflows.shared.new_reach import (
    NothingNew,
    NotUsable,
    find_old,
    find_usable,
    write_reach,
)
from workflows.shared.one_time_links import OneTimeLink, issue_link


class LinkJustSent(Rejected):
    """A link is on its way already."""

    message = N_("A link was just sent. Wait a minute before you send another one.")


def correct_mobile(
    engine: Engine,
    *,
    call_id: UUID,
    typed: str,
    viewer: Viewer,
    address: str,
    now: datetime,
) -> None:
    """Put another mobile number on file; the old one is told.

    Raises CallNotFound, CallOver, CallerUnknown, NotUsable, NothingNew.
    """
    new = find_usable("mobile", typed)
    with engine.database.transaction() as session:
        call, account = get_call(session, call_id=call_id, viewer=viewer, now=now, for_update=True)
        check_proved(call)
        if not new:
            raise NotUsable
        if find_usable("mobile", find_old(session, engine.vault, account, "mobile")) == new:
            raise NothingNew
        write_reach(
            session,
            engine,
            account=account,
            what="mobile",
            new=new,
            address=address,
            proof="help_desk",
            now=now,
            by=viewer.actor,
        )
        call.done = "mobile"


def issue_reset(
    engine: Engine, *, call_id: UUID, channel: str, viewer: Viewer, address: str, now: datetime
) -> OneTimeLink:
    """Have a one-time link sent to what is on file; raises as `correct_mobile`, NowhereToSend.

    A second time within a minute sends no other one.
    """
    key = f"help-link:{call_id}"
    is_first = count_attempt(engine.database, key, window=timedelta(minutes=1), now=now) == 1
    with engine.database.transaction() as session:
        call, account = get_call(session, call_id=call_id, viewer=viewer, now=now, for_update=True)
        check_proved(call)
        if not is_first:
            raise LinkJustSent
        call.done = "link"
        return issue_link(
            session,
            engine,
            account_id=account.id,
            purpose="reset",
            channel=channel,
            by=viewer.actor,
            address=address,
            now=now,
        )
