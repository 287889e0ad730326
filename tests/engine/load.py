"""Processes that work on cases without end, to be killed: `python -m tests.engine.load URL`.

Each line read starts one more; it prints `PID step` after each step that was committed.
"""

import os
import signal
import sys
from itertools import count
from pathlib import Path

from engine.database import Database
from engine.engine import Engine
from engine.files import FileStore
from engine.vault import Vault
from tests.engine import cast

WAY = (("fill_in", "submit"), ("review", "return"), ("fill_in", "submit"), ("review", "approve"))


def work(url: str) -> None:
    """Take one case after another through two rounds."""
    engine = Engine(
        database=Database(url),
        vault=Vault(masters=[b"m" * 32], lookup_key=b"l" * 32, trail_key=b"t" * 32),
        files=FileStore(Path("unused")),
    )
    engine.add(cast)
    for number in count():
        with engine.database.transaction() as session:
            case_id = cast.begin(session, engine, f"application:{os.getpid()}-{number}").id
        for element, outcome in WAY:
            with engine.database.transaction() as session:
                cast.complete(session, engine, case_id, element, outcome, text="改" * 200)
            sys.stdout.write(f"{os.getpid()} {element}\n")
            sys.stdout.flush()


def main(url: str) -> None:
    """Start a worker for each line: forked, so that Python and its modules load once."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    for _line in sys.stdin:
        if os.fork() == 0:
            work(url)


if __name__ == "__main__":
    main(sys.argv[1])
