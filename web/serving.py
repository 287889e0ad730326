"""The server: gunicorn with worker processes, each with threads and one that does jobs."""

from typing import Any

from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]

from engine.jobs import Worker
from web.app import create_app
from web.settings import Settings


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn, told in code what it serves and how."""

    def __init__(self, settings: Settings, *, bind: str, workers: int, threads: int) -> None:
        self.settings = settings
        self.options: dict[str, Any] = {
            "bind": bind,
            "workers": workers,
            "threads": threads,
            "worker_class": "gthread",
            "timeout": 120,
            "graceful_timeout": 20,
            "keepalive": 5,
            "post_worker_init": _start_jobs,
            "worker_exit": _stop_jobs,
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand the options over."""
        for name, value in self.options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Any:
        """Put an application together, one for each worker process."""
        return create_app(self.settings)


def _start_jobs(worker: Any) -> None:
    engine = worker.wsgi.extensions["engine"]
    worker.huiji_jobs = Worker(engine)
    worker.huiji_jobs.start()


def _stop_jobs(_server: Any, worker: Any) -> None:
    jobs = getattr(worker, "huiji_jobs", None)
    if jobs is not None:
        jobs.stop()
