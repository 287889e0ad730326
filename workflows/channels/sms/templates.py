"""Templates of text messages: a provider sends what it has approved, and fills in the blanks."""

from collections.abc import Mapping
from dataclasses import dataclass

from workflows.shared.channels import ChannelRefused, SmsTemplate
from workflows.shared.mobiles import is_e164, is_mainland
from workflows.shared.service_settings import ServiceSettings

BLANKS: Mapping[SmsTemplate, tuple[str, ...]] = {
    "code": ("code", "minutes"),
    "link": ("link", "minutes"),
    "notice": ("title",),
}
"""What each template is filled with, in the order of its blanks {1}, {2}."""

NO_TEMPLATE = "no_template"
NOT_A_MOBILE = "not_a_mobile"


@dataclass(frozen=True)
class Templates:
    """The provider's ids of the approved templates. Those for abroad are approved apart."""

    mainland: Mapping[SmsTemplate, str]
    abroad: Mapping[SmsTemplate, str]

    def choose(self, template: SmsTemplate, mobile: str) -> str:
        """The id of a template for a number; raises ChannelRefused where there is none."""
        check_mobile(mobile)
        found = (self.mainland if is_mainland(mobile) else self.abroad).get(template)
        if not found:
            raise ChannelRefused(NO_TEMPLATE)
        return found


def read_templates(settings: ServiceSettings) -> Templates:
    """The ids in HUIJI_SMS_TEMPLATE_CODE, …_CODE_ABROAD and so on; raises IncompleteSettings.

    Those for the mainland are needed, those for abroad are not.
    """
    names = {template: f"HUIJI_SMS_TEMPLATE_{template.upper()}" for template in BLANKS}
    return Templates(
        mainland={template: settings.get(name) for template, name in names.items()},
        abroad={template: settings.find(f"{name}_ABROAD") for template, name in names.items()},
    )


def fill_blanks(template: SmsTemplate, values: Mapping[str, str]) -> list[str]:
    """The values in the order of the template's blanks."""
    return [values[name] for name in BLANKS[template]]


def check_mobile(mobile: str) -> None:
    """Refuse what is no number in E.164; raises ChannelRefused."""
    if not is_e164(mobile):
        raise ChannelRefused(NOT_A_MOBILE)
