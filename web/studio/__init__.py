"""The process studio; for now the page with a case's diagrams."""

from web.studio import diagrams
from web.studio.blueprint import bp

__all__ = ["blueprints", "diagrams"]

blueprints = (bp,)
