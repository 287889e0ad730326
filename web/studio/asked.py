"""What scripts send as JSON: read by one who knows no half characters and no endless nesting."""

import orjson
from flask import request


def read_asked() -> object:
    """The values that were sent; None if they are no JSON."""
    try:
        return orjson.loads(request.get_data())
    except orjson.JSONDecodeError:
        return None
