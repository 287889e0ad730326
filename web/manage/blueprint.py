"""The managers' blueprint 管理: its pages are in several modules and belong to one place."""

from flask import Blueprint

bp = Blueprint("manage", __name__, url_prefix="/manage")
