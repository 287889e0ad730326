"""The training pages' blueprint: members', CPAs' and firms' pages are in several modules."""

from flask import Blueprint

bp = Blueprint("training", __name__, url_prefix="/training")
