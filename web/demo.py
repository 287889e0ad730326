"""The demo: an installation with invented members, ledgers and staff to look around in."""

import json
from dataclasses import asdict

from web.app import create_app
from web.installing import release_shipped
from web.schema import migrate
from web.settings import Settings
from workflows import demo

PASSWORD = "huiji-demo"  # noqa: S105  nobody's
"""Of all demo accounts: they are nobody's, and exist in development only."""


def make_demo(settings: Settings, *, with_cases: bool = False) -> bool:
    """Make the tables, release the processes and fill in the demo; False when it was there.

    `with_cases` has some members apply and sign up for classes, so that there is work to do.
    """
    app = create_app(settings)
    engine = app.extensions["engine"]
    try:
        migrate(engine.database, engine.vault)
        release_shipped(engine, reason="as shipped")
        with engine.database.transaction() as session:
            if demo.is_seeded(session):
                return False
            now = engine.now()
            made = demo.seed(session, engine, password=PASSWORD, now=now)
            listed = demo.add_phones(session, engine, made.accounts, password=PASSWORD, now=now)
            if with_cases:
                demo.add_cases(session, engine, now=now)
                demo.add_training(session, engine, now=now)
                demo.add_register(session, engine, now=now)
                demo.add_profile_changes(session, engine, now=now)
        if with_cases:
            demo.add_certificates(engine, now=now)
            listed = demo.describe_certificates(listed)
        accounts = [asdict(account) for account in listed]
        settings.demo_list.write_text(
            json.dumps({"password": PASSWORD, "accounts": accounts}, ensure_ascii=False)
        )
        return True
    finally:
        engine.database.close()


def describe_demo(settings: Settings) -> str:
    """The demo's accounts as a list to read; nothing where no demo was made."""
    if not settings.demo_list.is_file():
        return ""
    known = json.loads(settings.demo_list.read_text())
    lines = [f"Demo accounts, all with the password {known['password']}"]
    titles = {
        "member": "Members (非执业会员)",
        "cpa": "Certified public accountants (注册会计师)",
        "firm": "Firms (会计师事务所)",
        "staff": "Staff (工作人员)",
    }
    for user_type, title in titles.items():
        lines += ["", f"  {title}"]
        lines += [
            f"    {account['login']:16}{account['situation_en']}"
            for account in known["accounts"]
            if account["user_type"] == user_type
        ]
    return "\n".join(lines)
