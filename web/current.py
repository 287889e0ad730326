"""What belongs to the application that answers the current request."""

from datetime import datetime

from flask import current_app, request

from engine.engine import Engine
from web.settings import Settings
from workflows import Workflows
from workflows.shared.tasks import Tasks


def engine() -> Engine:
    """The engine that this application drives."""
    found: Engine = current_app.extensions["engine"]
    return found


def settings() -> Settings:
    """The settings of this installation."""
    found: Settings = current_app.config["SETTINGS"]
    return found


def now() -> datetime:
    """The engine's clock."""
    return engine().now()


def address() -> str:
    """The network address that the request came from."""
    return request.remote_addr or ""


def workflows() -> Workflows:
    """What the processes offer besides operations."""
    found: Workflows = current_app.extensions["workflows"]
    return found


def tasks() -> Tasks:
    """The tasks of this application, with their forms."""
    found: Tasks = current_app.extensions["tasks"]
    return found
