"""Mail: a client of the installation's mail server, and a stand-in."""

from workflows.channels.mail import smtp
from workflows.shared.channels import MailSender
from workflows.shared.service_settings import ServiceSettings


def make_sender(settings: ServiceSettings) -> MailSender | None:
    """The sender that settings describe, None if HUIJI_MAIL_SERVER names none.

    Raises IncompleteSettings.
    """
    return smtp.make_sender(settings) if settings.find("HUIJI_MAIL_SERVER") else None
