"""Where the pages of a password reset hang."""

from flask import Blueprint

bp = Blueprint("reset", __name__, url_prefix="/reset")
