"""The blueprint of one's own account: its pages are in several modules."""

from flask import Blueprint

bp = Blueprint("account", __name__, url_prefix="/account")
