"""The cases' blueprint: its pages are in several modules and belong to one place."""

from flask import Blueprint

bp = Blueprint("cases", __name__, url_prefix="/cases")
