"""One of the two servers of the comparison: `python -m benchmarks.server product|floor PORT`.

Both run under gunicorn with two worker processes, on the installation that the environment
names. The floor shares the look-up of the session and the check of the CSRF token with the
product, and nothing else of it.
"""

import sys
from typing import Any
from uuid import UUID

from flask import Flask, redirect, request
from flask.typing import ResponseReturnValue

import workflows
from benchmarks.floor import Floor
from web import current, security, sessions
from web.app import create_engine
from web.serving import Server
from web.settings import Settings

WORKERS, THREADS = 2, 4


class FloorServer(Server):
    """The same server around the handler written by hand."""

    def load(self) -> Any:
        """Put the floor together, one for each worker process."""
        return create_floor(self.settings)


def create_floor(settings: Settings) -> Flask:
    """A Flask application with one view."""
    app = Flask(__name__)
    app.config["SETTINGS"] = settings
    app.secret_key = settings.cookie_key
    engine = create_engine(settings)
    app.extensions["engine"] = engine
    floor = Floor(engine, workflows.collect().form_data)
    security.init_app(app)

    @app.post("/tasks/<uuid:task_id>")
    def complete(task_id: UUID) -> ResponseReturnValue:
        person = sessions.get_person()
        with engine.database.transaction() as session:
            following = floor.complete(
                session,
                task_id=task_id,
                outcome=request.form["outcome"],
                posted=request.form,
                member_id=person.member_id,
                reviews=person.viewer.duties.get("review", frozenset()),
                by=person.actor,
                now=current.now(),
            )
        return redirect(f"/tasks/{following}" if following else "/")

    return app


def main(kind: str, port: str) -> None:
    """Serve until told to stop."""
    serve = {"product": Server, "floor": FloorServer}[kind]
    settings = Settings.from_environment()
    serve(settings, bind=f"127.0.0.1:{port}", workers=WORKERS, threads=THREADS).run()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
