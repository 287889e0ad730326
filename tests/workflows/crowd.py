"""Many who act in the same moment: `python -m tests.workflows.crowd URL FOLDER`.

A line of JSON says what is done, to which class, by whom and in how many processes; these are
forked, share it out and begin together. One line comes back: what became of each, in no order.
"""

import json
import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from engine.actors import SYSTEM
from engine.database import Database
from engine.engine import Engine
from tests.workflows.conftest import make_engine
from workflows.shared.enrolments import get_enrolment
from workflows.shared.register import get_member
from workflows.shared.training_classes import get_class
from workflows.training_enrolment.audience import current_release
from workflows.training_enrolment.cancelling import cancel_enrolment
from workflows.training_enrolment.signing_up import SignUpRejected, sign_up

Deed = Callable[[Engine, int, int], str]


def _sign_up(engine: Engine, class_id: int, member_id: int) -> str:
    try:
        with engine.database.transaction() as session:
            return sign_up(
                session,
                engine,
                training_class=get_class(session, class_id),
                person=get_member(session, member_id),
                answers={},
                by=SYSTEM,
                firm_id=None,
                now=engine.now(),
            ).state
    except SignUpRejected as rejected:
        return rejected.code


def _cancel(engine: Engine, _class_id: int, enrolment_id: int) -> str:
    with engine.database.transaction() as session:
        is_new = cancel_enrolment(
            session,
            engine,
            enrolment=get_enrolment(session, enrolment_id),
            reason="临时有事",
            by=SYSTEM,
            now=engine.now(),
        )
    return "cancelled" if is_new else "again"


DEEDS: Mapping[str, Deed] = {"sign_up": _sign_up, "cancel": _cancel}


def _do(engine: Engine, order: Mapping[str, Any]) -> list[str]:
    """Let all processes do their share at once; answers what became of each."""
    deed = DEEDS[order["do"]]
    gate, opening = os.pipe()
    pipes = []
    for number in range(order["processes"]):
        result, writing = os.pipe()
        if os.fork() == 0:
            os.close(opening)
            os.read(gate, 1)
            share = order["keys"][number :: order["processes"]]
            done = [deed(engine, order["class_id"], each) for each in share]
            with os.fdopen(writing, "w") as file:
                json.dump(done, file)
            os._exit(0)
        os.close(writing)
        pipes.append(result)
    os.close(gate)
    # When the last end for writing is closed, everybody who waits to read goes on.
    os.close(opening)
    done = []
    for result in pipes:
        with os.fdopen(result) as file:
            done += json.loads(file.read() or "[]")
        os.wait()
    return done


def main(url: str, folder: str) -> None:
    """Do what the lines say."""
    engine = make_engine(Database(url), Path(folder))
    with engine.database.read() as session:
        # The processes share what was read once, and no connection.
        current_release(session, engine)
    engine.database.close()
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_do(engine, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
