"""A provider of text messages that runs in this process and sends to simulated phones."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from string import Template

from engine.database import Database
from engine.engine import wall_clock
from workflows.channels.phones import arrive, behave
from workflows.channels.sms.templates import BLANKS, check_mobile
from workflows.shared.channels import SMS, SmsTemplate

SIGNATURE = "会籍"

TEXTS: Mapping[SmsTemplate, Template] = {
    "code": Template("验证码$code，$minutes分钟内有效。请勿告诉他人。"),
    "link": Template("请在$minutes分钟内打开链接继续办理：$link 。如非本人操作请勿点击。"),
    "notice": Template("$title。请登录会籍系统查看详情。"),
}
"""What the templates would say that a provider has approved."""


@dataclass(frozen=True)
class StandInSms:
    """The stand-in: in the mood it was told to be in, once for a key."""

    database: Database
    clock: Callable[[], datetime] = wall_clock

    def send(
        self, *, mobile: str, template: SmsTemplate, values: Mapping[str, str], key: str
    ) -> str:
        """Let the message arrive on the phone; raises ChannelAway or ChannelRefused."""
        check_mobile(mobile)
        text = TEXTS[template].substitute({name: values[name] for name in BLANKS[template]})
        times = behave(self.database, SMS)
        with self.database.transaction() as session:
            arrive(
                session,
                channel=SMS,
                to=mobile,
                title=SIGNATURE,
                text=f"【{SIGNATURE}】{text}",
                address=values.get("link", ""),
                key=key,
                times=times,
                now=self.clock(),
            )
        return f"stand-in:{key}"
