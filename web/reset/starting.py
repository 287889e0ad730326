"""The first page: whose password, and the puzzle before anything is looked up."""

from flask import make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from engine.errors import HuijiError
from engine.language import N_, _
from web import current, visiting
from web.limits import TooManyAttempts
from web.numbers import small_int
from web.official_account.reader import find_reader
from web.puzzle import PuzzleNotSolved, Solved, check_puzzle, set_puzzle
from web.reset.blueprint import bp
from web.reset.limits import HARDEST_OF_ALL, check_start, find_steps
from web.security import for_visitors, visitor
from workflows.shared.bindings import seal_openid
from workflows.shared.hand_overs import STEP, find_token_of, make_hand_over
from workflows.shared.privacy import NoticeChanged, get_notice, note_consent
from workflows.shared.resets import clean_login, find_task_of_visitor, start_reset
from workflows.shared.visits import end_visit, open_visit

PROCESSES = {
    "cpa": ("individual_password_reset", N_("Certified public accountant")),
    "member": ("individual_password_reset", N_("Non-practising member")),
    "firm": ("firm_password_reset", N_("Accounting firm")),
}
"""The process of each user type, and what people call it."""


@bp.get("/")
@for_visitors
def start() -> ResponseReturnValue:
    """Ask whose password it is; who scanned a desktop's QR code goes on with that instead."""
    openid = find_reader()
    if openid is not None:
        engine = current.engine()
        with engine.database.read() as session:
            token = find_token_of(session, engine, openid, now=current.now())
        if token is not None:
            return redirect(url_for("reset.show_phone", token=token))
    return _page()


@bp.post("/")
@for_visitors
def begin() -> ResponseReturnValue:
    """Begin a reset for what was typed: there is one whether there is such an account or not."""
    user_type = request.form.get("kind", "")
    login = clean_login(request.form.get("account", ""))
    problems = _find_missing(user_type, login)
    if problems:
        return _page(problems), 422
    try:
        check_start(_check_puzzle(), account=f"{user_type}:{login.casefold()}")
        token = _begin(user_type, login)
    except (PuzzleNotSolved, TooManyAttempts, NoticeChanged) as error:
        return _page([("", str(error))], account=login), _status(error)
    return visiting.set_cookie(make_response(redirect(url_for("reset.show"))), token)


def _begin(user_type: str, login: str) -> str:
    """Open a visit with its case, in the place of one that this browser may have."""
    engine, now, before = current.engine(), current.now(), visiting.find_own_visit()
    openid = find_reader()
    with engine.database.transaction() as session:
        if before is not None:
            end_visit(session, visit_id=before.id, now=now)
        opened = open_visit(
            session,
            address=current.address(),
            is_phone=openid is not None or visiting.is_phone(),
            openid_sealed=None if openid is None else seal_openid(engine.vault, openid),
            now=now,
        )
        note_consent(
            session,
            version=request.form.get("notice", 0, type=small_int),
            place="reset",
            visit_id=opened.visit.id,
            address=current.address(),
            now=now,
        )
    case_id = start_reset(
        engine,
        opened.visit,
        process_id=PROCESSES[user_type][0],
        user_type=user_type,
        login=login,
        address=current.address(),
        now=now,
    )
    with engine.database.read() as session:
        task = find_task_of_visitor(session, case_id)
    if task is not None and task.element_id == STEP:
        make_hand_over(engine, visit_id=opened.visit.id, now=now)
    return opened.token


def _find_missing(user_type: str, login: str) -> list[tuple[str, str]]:
    problems = []
    if user_type not in PROCESSES:
        problems.append(("kind", _("Choose the user type.")))
    if not login:
        problems.append(("account", _("Type the account whose password you forgot.")))
    return problems


def _check_puzzle() -> Solved:
    return check_puzzle(
        current.settings().cookie_key,
        current.engine().database,
        browser=visitor(),
        challenge=request.form.get("challenge", ""),
        proof=request.form.get("proof", ""),
        answer=request.form.get("answer", ""),
        now=current.now(),
    )


def _status(error: HuijiError) -> int:
    return 429 if isinstance(error, TooManyAttempts) else 422


def _page(problems: list[tuple[str, str]] | None = None, *, account: str = "") -> str:
    chosen, typed = request.form.get("kind", ""), clean_login(request.form.get("account", ""))
    with current.engine().database.read() as session:
        failures = find_steps(session, account=f"{chosen}:{account.casefold()}" if account else "")
        notice_version = get_notice(session).version
    return render_template(
        "reset/start.html",
        kinds=[(kind, _(words)) for kind, (_process, words) in PROCESSES.items()],
        chosen=chosen,
        account=typed,
        problems=problems or [],
        notice_version=notice_version,
        is_phone=find_reader() is not None or visiting.is_phone(),
        puzzle=set_puzzle(
            current.settings().cookie_key,
            browser=visitor(),
            failures=failures,
            now=current.now(),
            hardest=HARDEST_OF_ALL,
        ),
    )
