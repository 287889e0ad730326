"""The blueprint of one's own information; its pages are in several modules."""

from flask import Blueprint

bp = Blueprint("profile", __name__, url_prefix="/profile")
