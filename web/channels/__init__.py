"""How people are reached: the channels of this installation, and what WeChat tells us."""

from flask import Flask

from web.channels import senders, wechat
from workflows.shared.channels import SERVICE, Channels

blueprints = (wechat.bp,)


def init_app(app: Flask) -> None:
    """Put the channels that the settings name where everybody finds them."""
    app.extensions["engine"].services[SERVICE] = Channels(
        official_account=wechat.make_account(app),
        sms=senders.make_sms(app),
        mail=senders.make_mail(app),
    )
