"""The command `huiji`."""

import os
import signal
import sys
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import click

from engine.engine import Engine
from engine.errors import InvalidRelease, Problem
from engine.feel.tck import report
from engine.jobs import Worker
from engine.shipped import list_top_processes
from web import simulator
from web.app import create_app
from web.demo import PASSWORD, describe_demo, make_demo
from web.installing import ROOT, release_shipped
from web.official_account import make_menu
from web.rotating import rotate
from web.schema import migrate
from web.seeding import NotEmpty, fill_database
from web.settings import Settings
from web.verifying import check_trails
from workflows.seeding import Size
from workflows.shared.accounts import STAFF, USER_TYPES, find_account
from workflows.shared.channels import ChannelAway, ChannelRefused, channels_of
from workflows.shared.sign_in import end_sessions_of
from workflows.shared.totp import find_factor, make_code
from workflows.studio.shipped import Brought


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
        make_demo(settings, with_cases=True)
        click.echo(describe_demo(settings))
        with _open_engine(settings) as engine:
            simulator.set_menu(engine, settings)
    else:
        with _open_engine(settings) as engine:
            migrate(engine.database, engine.vault)
            _say_waiting(release_shipped(engine, reason="as shipped"))
    click.echo(f"\nHuiji: {settings.public_url}")
    if settings.is_development:
        click.echo(f"Phone simulator: {settings.public_url}/simulator")
    Server(settings, bind=f"{host}:{port}", workers=workers, threads=threads).run()


@main.command(name="migrate")
def migrate_command() -> None:
    """Bring the database's tables to the state of this code."""
    with _open_engine() as engine:
        migrate(engine.database, engine.vault)


@main.command()
def menu() -> None:
    """Set the official account's menu, whose entries lead to this installation."""
    settings = Settings.from_environment()
    with _open_engine(settings) as engine:
        account = channels_of(engine).official_account
        if account is None:
            raise click.UsageError("This installation has no official account.")
        try:
            account.set_menu(make_menu(settings.public_url))
        except (ChannelAway, ChannelRefused) as error:
            raise click.ClickException(str(error)) from error
    click.echo("The menu is set.")


@main.command()
@click.argument("process", required=False)
@click.option("--reason", default="as shipped", show_default=True)
def release(process: str | None, reason: str) -> None:
    """Bring the shipped PROCESS with what it calls, or all of them; new cases run on it then.

    One that was changed in the studio stays as it is: the shipped one waits there as a draft.
    """
    known = list_top_processes(ROOT)
    if process is not None and process not in known:
        raise click.BadParameter(f"cases are started with {', '.join(known)} only")
    try:
        with _open_engine() as engine:
            brought = release_shipped(engine, reason=reason, process_id=process, folder=ROOT)
    except InvalidRelease as error:
        _say_problems(error.problems)
        sys.exit(1)
    for each in brought.released:
        click.echo(f"{each.process_id} {each.number} {each.digest[:12]}")
    _say_waiting(brought)
    for problems in brought.waiting.values():
        _say_problems(problems)


@main.command()
def demo() -> None:
    """Fill a new database with the demo."""
    settings = Settings.from_environment()
    if not make_demo(settings, with_cases=True):
        click.echo("There is something in the database already.")
    click.echo(describe_demo(settings))


@main.command()
@click.option("--members", default=300_000, show_default=True, type=click.IntRange(min=1))
@click.option("--cases", default=1_000_000, show_default=True, type=click.IntRange(min=1))
@click.option("--password", help="Of all accounts; in development the demo's.")
def seed(members: int, cases: int, password: str | None) -> None:
    """Fill a new database with invented people of a whole country and their cases.

    To see how everything behaves then; never where real people are.
    """
    settings = Settings.from_environment()
    if password is None and not settings.is_development:
        raise click.UsageError("Outside development the accounts need a --password of your own.")
    password = PASSWORD if password is None else password
    with _open_engine(settings) as engine:
        try:
            fill_database(engine, Size(members, cases), password=password, say=click.echo)
        except NotEmpty:
            click.echo("There is something in the database already.", err=True)
            sys.exit(1)


@main.command()
@click.option("--type", "user_type", type=click.Choice(USER_TYPES), help="Of one account.")
@click.option("--login", help="Of one account.")
@click.option("--all", "is_all", is_flag=True, help="Of everybody.")
def end_sessions(user_type: str | None, login: str | None, *, is_all: bool) -> None:
    """Sign an account out on every device, or everybody."""
    if is_all == bool(user_type and login):
        raise click.UsageError("Say either --all, or --type and --login.")
    with _open_engine() as engine, engine.database.transaction() as session:
        account = find_account(session, user_type=user_type or "", login=login or "")
        if not is_all and account is None:
            raise click.UsageError("There is no such account.")
        end_sessions_of(session, account_id=account.id if account else None)


@main.command(name="totp")
@click.argument("login")
def show_code(login: str) -> None:
    """Show the code of a staff account's second step; in development only."""
    settings = Settings.from_environment()
    if not settings.is_development:
        raise click.UsageError("Outside development nobody sees codes but who has the telephone.")
    with _open_engine(settings) as engine, engine.database.read() as session:
        account = find_account(session, user_type=STAFF, login=login)
        factor = account and find_factor(session, account.id)
        if not factor:
            raise click.UsageError(f"{login} has no second step.")
        click.echo(make_code(engine.vault.open_text(factor.secret_sealed), now=engine.now()))


@main.command()
def worker() -> None:
    """Do jobs until told to stop, beside servers on the same database."""
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    with _open_engine() as engine:
        doer = Worker(engine)
        doer.start()
        stop.wait()
        doer.stop()


@main.command()
def verify_trail() -> None:
    """Check the chain of every case's trail; broken ones are named and end with status 1."""
    cases = broken = 0
    with _open_engine() as engine:
        for case_id, numbers in check_trails(engine):
            cases += 1
            if numbers:
                broken += 1
                click.echo(f"{case_id}: broken at event {', '.join(map(str, numbers))}")
    click.echo(f"{cases} trails, {broken} broken")
    sys.exit(1 if broken else 0)


@main.group()
def keys() -> None:
    """The master keys, which seal what is personal."""


@keys.command(name="rotate")
def rotate_command() -> None:
    """Seal everything that an older master key sealed with the current one.

    HUIJI_SECRET_MASTER lists the new key first, and servers and workers were restarted with it.
    It may be broken off and said again; ends with status 1 while an older key is still needed.
    """
    with _open_engine() as engine:
        is_over = rotate(engine, say=click.echo)
    sys.exit(0 if is_over else 1)


@main.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
def dmn_tck(folder: Path) -> None:
    """Run the DMN compatibility kit's tests in a folder."""
    sys.exit(0 if report(folder, click.echo) else 1)


def _say_waiting(brought: Brought) -> None:
    for process_id in sorted(brought.waiting):
        click.echo(f"{process_id} was changed here: the shipped one waits in the studio as a draft")


def _say_problems(problems: Iterable[Problem]) -> None:
    for problem in problems:
        click.echo(f"{problem.document} {problem.element or ''}: {problem}", err=True)


@contextmanager
def _open_engine(settings: Settings | None = None) -> Iterator[Engine]:
    engine: Engine = create_app(settings).extensions["engine"]
    try:
        yield engine
    finally:
        engine.database.close()


if __name__ == "__main__":
    main()
