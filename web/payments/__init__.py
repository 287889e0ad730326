"""Paying a fee: the member's buttons, the provider's notices, the stand-in's page."""

from flask import Flask

from web.payments import fees, notices, stand_in
from web.payments.parts import get_provider
from workflows.payment.orders import refund_job
from workflows.payment.stand_in import StandInProvider

__all__ = ["blueprints", "get_provider", "init_app"]

blueprints = (fees.bp, notices.bp, stand_in.bp)


def init_app(app: Flask) -> None:
    """Choose the provider of this installation: only the stand-in exists so far."""
    settings, engine = app.config["SETTINGS"], app.extensions["engine"]
    provider = StandInProvider(
        database=engine.database,
        secret=engine.vault.sign("payment-stand-in", b""),
        address=f"{settings.public_url}/payments/stand-in",
    )
    app.extensions["payment_provider"] = provider
    engine.add(notices)
    refund = refund_job(provider).__job__  # type: ignore[attr-defined]
    engine.jobs.by_name[refund.name] = refund
