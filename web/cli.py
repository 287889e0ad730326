"""The command `huiji`."""

import os
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy import select

from engine.cases import Case
from engine.errors import InvalidRelease
from engine.feel.tck import report
from engine.jobs import Worker
from engine.trail import broken_links
from web.app import create_app
from web.demo import PASSWORD, make_demo
from web.installing import release_shipped
from web.schema import migrate
from web.settings import Settings
from workflows.demo import Demo


@click.group()
def main() -> None:
    """Huiji 会籍: the cases of a professional association."""


@main.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True)
@click.option("--workers", default=2, show_default=True, help="Server processes.")
@click.option("--threads", default=8, show_default=True, help="Threads of each.")
def run(host: str, port: int, workers: int, threads: int) -> None:
    """Make everything ready that is missing and serve.

    A new database gets the tables and the shipped processes, in development the demo as well.
    """
    from web.serving import Server  # noqa: PLC0415  gunicorn is needed by nothing else

    settings = Settings.from_environment()
    if settings.is_development:
        if "HUIJI_PUBLIC_URL" not in os.environ:
            settings = replace(settings, public_url=f"http://{host}:{port}")
        _say_demo(make_demo(settings))
    else:
        _prepare(settings)
    click.echo(f"Huiji: http://{host}:{port}")
    Server(settings, bind=f"{host}:{port}", workers=workers, threads=threads).run()


@main.command(name="migrate")
def migrate_command() -> None:
    """Bring the database's tables to the state of this code."""
    migrate(create_app(Settings.from_environment()).extensions["engine"].database)


@main.command()
@click.option("--reason", default="as shipped", show_default=True)
def release(reason: str) -> None:
    """Release the shipped processes; new cases run on them from now on."""
    engine = create_app(Settings.from_environment()).extensions["engine"]
    try:
        for each in release_shipped(engine, reason=reason):
            click.echo(f"{each.process_id} {each.number} {each.digest[:12]}")
    except InvalidRelease as error:
        for problem in error.problems:
            click.echo(f"{problem.document} {problem.element or ''}: {problem}", err=True)
        sys.exit(1)


@main.command()
def demo() -> None:
    """Fill a new database with the demo."""
    made = make_demo(Settings.from_environment())
    if made is None:
        click.echo("The demo is there already.")
    _say_demo(made)


@main.command()
def worker() -> None:
    """Do jobs until told to stop, beside servers on the same database."""
    doer = Worker(create_app(Settings.from_environment()).extensions["engine"])
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    doer.start()
    stop.wait()
    doer.stop()


@main.command()
def verify_trail() -> None:
    """Check the chain of every case's trail; a broken link is named and ends with status 1."""
    engine = create_app(Settings.from_environment()).extensions["engine"]
    broken = 0
    with engine.database.read() as session:
        cases = session.execute(select(Case.id, Case.trail_length, Case.trail_head)).all()
        for case_id, length, head in cases:
            for number in broken_links(
                session, case_id=case_id, length=length, head=head, key=engine.vault.trail_key
            ):
                broken += 1
                click.echo(f"{case_id}: event {number}")
    click.echo(f"{len(cases)} trails, {broken} broken links")
    sys.exit(1 if broken else 0)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def dmn_tck(folder: Path) -> None:
    """Run the DMN compatibility kit's tests in a folder."""
    sys.exit(0 if report(folder, click.echo) else 1)


def _prepare(settings: Settings) -> None:
    engine = create_app(settings).extensions["engine"]
    migrate(engine.database)
    release_shipped(engine, reason="as shipped", only_missing=True)
    engine.database.close()


def _say_demo(made: Demo | None) -> None:
    if made is None:
        return
    click.echo(f"Demo accounts, password {PASSWORD}:")
    for account in made.accounts:
        click.echo(f"  {account.login:16} {account.situation}")


if __name__ == "__main__":
    main()
