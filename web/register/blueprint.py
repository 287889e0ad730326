"""The register's blueprint: its pages are in several modules and belong to one place."""

from flask import Blueprint

bp = Blueprint("register", __name__, url_prefix="/register")
