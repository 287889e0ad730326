"""The blueprint that the certificate's modules put their pages on."""

from flask import Blueprint

bp = Blueprint("certificate", __name__, url_prefix="/certificate")
