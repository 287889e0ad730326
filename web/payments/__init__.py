"""Paying a fee: the member's buttons, the provider's notices, the stand-in's page."""

from functools import partial

from flask import Flask

from engine.jobs import JobFunction
from web.payments import fees, notices, stand_in
from web.payments.parts import EXTENSION, find_provider, get_provider
from workflows.channels import phones
from workflows.payment import wechat_settings
from workflows.payment.provider import PaymentProvider
from workflows.payment.provider_jobs import make_jobs
from workflows.payment.stand_in import StandInProvider

__all__ = ["blueprints", "find_provider", "get_provider", "init_app"]

blueprints = (fees.bp, notices.bp, stand_in.bp)


def init_app(app: Flask) -> None:
    """Choose the provider of this installation and register the jobs that ask it."""
    engine, provider = app.extensions["engine"], _choose_provider(app)
    app.extensions[EXTENSION] = provider
    engine.add(notices)
    for each in () if provider is None else make_jobs(provider):
        found: JobFunction = each.__job__  # type: ignore[attr-defined]
        engine.jobs.by_name[found.name] = found


def _choose_provider(app: Flask) -> PaymentProvider | None:
    """WeChat Pay if the settings name a merchant; in development else the stand-in."""
    settings, engine = app.config["SETTINGS"], app.extensions["engine"]
    chosen = wechat_settings.make_provider(
        settings.services, notices=f"{settings.public_url}/payments/notices"
    )
    if chosen is None and settings.is_development:
        return StandInProvider(
            database=engine.database,
            secret=engine.vault.sign("payment-stand-in", b""),
            address=f"{settings.public_url}/payments/stand-in",
            behave=partial(phones.behave, engine.database, phones.PAYMENT),
        )
    return chosen
