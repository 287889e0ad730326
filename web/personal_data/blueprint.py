"""The blueprint of everything about personal data: its pages are in several modules."""

from flask import Blueprint

bp = Blueprint("personal_data", __name__, url_prefix="/personal-data")
