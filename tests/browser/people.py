"""What people of an association decide before a test begins."""

from engine.actors import Actor
from engine.completing import hold_task
from tests.browser.conftest import Errands, Server
from tests.browser.errands import get_task


def refuse(server: Server, errand: Errands, number: str) -> None:
    """Let a member apply, and two people of the association not let him pass."""
    errand(number).start().apply()
    proposal = {"refusal_ground": "criminal_penalty", "reason": "判决已生效。"}
    complete(server, number, "review_application", "propose_refusal", proposal, by=901)
    complete(server, number, "agree_refusal", "agree", {}, by=902)


def complete(
    server: Server, number: str, step: str, outcome: str, values: dict[str, str], *, by: int
) -> None:
    """Complete a step of the association without a page."""
    engine = server.app.extensions["engine"]
    task = get_task(server.app, number, step)
    with engine.database.transaction() as session:
        held = hold_task(session, engine, task.id)
        held.complete(outcome=outcome, values=values, by=Actor("staff", by), now=engine.now())
