"""Cases, as administrators, managers, auditors and reviewers look at them."""

from web.cases import diagrams, listing, pages, remedies, rulings
from web.cases.blueprint import bp

__all__ = ["blueprints", "diagrams", "listing", "pages", "remedies", "rulings"]

blueprints = (bp,)
