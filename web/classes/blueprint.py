"""The blueprint of classes: its pages are in several modules and belong to one place."""

from flask import Blueprint

bp = Blueprint("classes", __name__, url_prefix="/classes")
