"""会员电子证书: a member's certificate, the way to it, its photo and its downloads."""

from web.certificate import downloads, page, photo, steps
from web.certificate.blueprint import bp

__all__ = ["blueprints", "downloads", "page", "photo", "steps"]

blueprints = (bp,)
