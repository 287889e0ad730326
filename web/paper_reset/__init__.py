"""密码重置申请表 for people without an account: filled in, printed, signed, uploaded."""

from web.paper_reset import receipts, starting, steps
from web.paper_reset.blueprint import bp

__all__ = ["blueprints", "receipts", "starting", "steps"]

blueprints = (bp,)
