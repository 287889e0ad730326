"""The senders of text messages and mail of this installation."""

from collections.abc import Callable
from datetime import datetime

from flask import Flask

from engine.engine import Engine
from workflows.channels import mail, sms
from workflows.channels.mail.stand_in import StandInMail
from workflows.channels.sms.stand_in import StandInSms
from workflows.shared.channels import MailSender, SmsSender


def make_sms(app: Flask) -> SmsSender | None:
    """The provider that the settings name; in development else a stand-in."""
    settings, engine = app.config["SETTINGS"], app.extensions["engine"]
    chosen = sms.make_sender(settings.services)
    if chosen is None and settings.is_development:
        return StandInSms(engine.database, _clock_of(engine))
    return chosen


def make_mail(app: Flask) -> MailSender | None:
    """The mail server that the settings name; in development else a stand-in."""
    settings, engine = app.config["SETTINGS"], app.extensions["engine"]
    chosen = mail.make_sender(settings.services)
    if chosen is None and settings.is_development:
        return StandInMail(engine.database, _clock_of(engine))
    return chosen


def _clock_of(engine: Engine) -> Callable[[], datetime]:
    """The engine's clock, whichever it has when it is asked."""

    def now() -> datetime:
        return engine.now()

    return now
