"""The senders of text messages and mail of this installation."""

from flask import Flask

from workflows.channels import mail, sms
from workflows.channels.mail.stand_in import StandInMail
from workflows.channels.sms.stand_in import StandInSms
from workflows.shared.channels import MailSender, SmsSender


def make_sms(app: Flask) -> SmsSender | None:
    """The provider that the settings name; in development else a stand-in."""
    settings, engine = app.config["SETTINGS"], app.extensions["engine"]
    chosen = sms.make_sender(settings.services)
    if chosen is None and settings.is_development:
        return StandInSms(engine.database, lambda: engine.now())
    return chosen


def make_mail(app: Flask) -> MailSender | None:
    """The mail server that the settings name; in development else a stand-in."""
    settings, engine = app.config["SETTINGS"], app.extensions["engine"]
    chosen = mail.make_sender(settings.services)
    if chosen is None and settings.is_development:
        return StandInMail(engine.database, lambda: engine.now())
    return chosen
