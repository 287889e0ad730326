"""Everybody's own account: password, second step, contacts, binding, sessions, language."""

from web.account import binding, confirming, contacts, first_sign_in, pages, password, second_step
from web.account.blueprint import bp
from web.account.password import PasswordsDiffer
from web.account.privacy import bp as privacy

__all__ = [
    "PasswordsDiffer",
    "binding",
    "blueprints",
    "confirming",
    "contacts",
    "first_sign_in",
    "pages",
    "password",
    "second_step",
]

blueprints = (bp, privacy)
