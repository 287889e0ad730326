"""Text messages: the providers there are, and the one that an installation chose.

Another provider is a module beside `tencent` and a line in `PROVIDERS`.
"""

from collections.abc import Callable, Mapping

from workflows.channels.sms import tencent
from workflows.shared.channels import SmsSender
from workflows.shared.service_settings import IncompleteSettings, ServiceSettings

PROVIDERS: Mapping[str, Callable[[ServiceSettings], SmsSender]] = {
    "tencent": tencent.make_sender,
}


def make_sender(settings: ServiceSettings) -> SmsSender | None:
    """The sender that HUIJI_SMS_PROVIDER names, None if none; raises IncompleteSettings."""
    name = settings.find("HUIJI_SMS_PROVIDER")
    if not name:
        return None
    if name not in PROVIDERS:
        known = ", ".join(PROVIDERS)
        raise IncompleteSettings(f"HUIJI_SMS_PROVIDER is one of {known}, not {name}")
    return PROVIDERS[name](settings)
