"""The operations that service tasks call, as templates for the diagram's editor."""

import orjson
from flask import Response
from flask.typing import ResponseReturnValue

from web import current
from web.errors import answers_json
from web.languages import spoken
from web.studio.blueprint import bp
from web.studio.viewing import get_viewer_of_processes
from workflows.studio.element_templates import describe_operations


@bp.get("/element-templates.json")
@answers_json
def element_templates() -> ResponseReturnValue:
    """Give a template for each operation, in the language of the page."""
    get_viewer_of_processes()
    operations = current.engine().operations.by_name.values()
    templates = describe_operations(operations, spoken())
    return Response(orjson.dumps(templates), mimetype="application/json")
