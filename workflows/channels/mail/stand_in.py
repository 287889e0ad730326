"""A mail server that runs in this process and delivers to simulated phones."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from engine.database import Database
from engine.engine import wall_clock
from workflows.channels.mail.letters import message_id, read_address, write_letter
from workflows.channels.phones import arrive, behave
from workflows.shared.channels import EMAIL

SENDER = "noreply@huiji.example"

_LINK = re.compile(r"https?://[^\s。，）]+")


@dataclass(frozen=True)
class StandInMail:
    """The stand-in: in the mood it was told to be in, once for a key."""

    database: Database
    clock: Callable[[], datetime] = wall_clock

    def send(self, *, to: str, subject: str, text: str, key: str) -> str:
        """Let the letter arrive on the phone; raises ChannelAway or ChannelRefused."""
        now, sender = self.clock(), read_address(SENDER)
        letter = write_letter(
            sender=sender, to=read_address(to), subject=subject, text=text, key=key, now=now
        )
        link = _LINK.search(text)
        times = behave(self.database, EMAIL)
        with self.database.transaction() as session:
            arrive(
                session,
                channel=EMAIL,
                to=to,
                title=str(letter["Subject"]),
                text=text,
                address=link[0] if link else "",
                key=key,
                times=times,
                now=now,
            )
        return message_id(key, sender.domain)
