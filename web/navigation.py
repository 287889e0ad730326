"""What stands around a page: places to go, the bell, whose page it is."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import urlsplit

from flask import Flask, current_app, g, request, url_for
from sqlalchemy.orm import Session

from engine.language import N_, _
from web import current, sessions
from web.languages import spoken
from workflows.shared.access import SYSTEM, can
from workflows.shared.accounts import CPA, FIRM, MEMBER, STAFF
from workflows.shared.associations import get_association
from workflows.shared.messages import count_unread
from workflows.shared.register import get_member

USER_TYPES = {
    MEMBER: N_("Non-practising member"),
    CPA: N_("Certified public accountant"),
    FIRM: N_("Accounting firm"),
    STAFF: N_("Association staff"),
}

MEMBER_PLACES = (
    ("home", N_("Home"), "home"),
    ("applications.index", N_("Applications"), "clipboard-check"),
    ("training.index", N_("Training"), "school"),
    ("results.index", N_("Results"), "history"),
    ("account.show", N_("Me"), "user"),
)
CPA_PLACES = (
    ("home", N_("Home"), "home"),
    ("training.index", N_("Training"), "school"),
    ("results.index", N_("Results"), "history"),
    ("messages.index", N_("Messages"), "bell"),
    ("account.show", N_("Me"), "user"),
)
FIRM_PLACES = (
    ("home", N_("Home"), "home"),
    ("training.index", N_("Training"), "school"),
    ("messages.index", N_("Messages"), "bell"),
    ("account.show", N_("Me"), "user"),
)
FINANCE_PLACES = tuple(each for each in FIRM_PLACES if each[0] != "training.index")
STAFF_PLACES = (
    ("inbox.enter", N_("Inbox"), "inbox"),
    ("help_desk.index", N_("Help desk"), "phone"),
    ("cases.index", N_("Cases"), "list-search"),
    ("register.index", N_("Membership register"), "id"),
    ("classes.index", N_("Classes"), "school"),
    ("manage.index", N_("Management"), "adjustments"),
    ("studio.index", N_("Processes"), "sitemap"),
)
ACTIONS = {
    "inbox.enter": "see_inbox",
    "help_desk.index": "help",
    "classes.index": "see_classes",
    "cases.index": "see_cases",
    "register.index": "see_register",
    "manage.index": "see_management",
    "studio.index": "see_processes",
}
"""What one must be allowed to have a place in the navigation; the others are everybody's."""


@dataclass(frozen=True)
class Place:
    """An entry of the main navigation; `tally` is what waits there."""

    title: str
    address: str
    icon: str
    is_here: bool
    tally: str = ""


class Shell:
    """What the layout shows besides the page; looked up only when a whole page is drawn."""

    def __init__(self) -> None:
        self.person = sessions.find_person()

    @property
    def here(self) -> str:
        """The address of this page, or of one near it if this one only answers a form.

        Near is the page that sent the form, as far as it is ours, else the first one above.
        """
        if request.method == "GET":
            return request.full_path.rstrip("?")
        if _is_page(request.path):
            return request.path
        sent_from = urlsplit(request.referrer or "")
        if sent_from.netloc == request.host and _is_page(sent_from.path):
            return sent_from._replace(scheme="", netloc="", fragment="").geturl()
        above = request.path
        while above and not _is_page(above):
            above = above.rpartition("/")[0]
        return above or url_for("home")

    @cached_property
    def described(self) -> str:
        """Who this is, beside the name."""
        person = self.person
        return f"{_(USER_TYPES[person.user_type])} · {person.login}" if person else ""

    @cached_property
    def places(self) -> list[Place]:
        """Where this person can go; a part that is not installed offers nothing."""
        person = self.person
        if person is None:
            return []
        known = _places_of(person)
        return [
            Place(
                title=_(title),
                address=url_for(endpoint),
                icon=icon,
                is_here=_belongs(endpoint),
                tally=self._waiting.tallies.get(endpoint, ""),
            )
            for endpoint, title, icon in known
            if self._is_open(endpoint)
        ]

    @cached_property
    def unread(self) -> int | None:
        """Unread messages; None for people who have no bell."""
        return self._waiting.unread

    @cached_property
    def office(self) -> str:
        """The association that a member belongs to."""
        return self._waiting.office

    def _is_open(self, endpoint: str) -> bool:
        """Whether there is such a place, and this person may go there."""
        if self.person is None or endpoint not in current_app.view_functions:
            return False
        return endpoint not in ACTIONS or can(self.person.viewer, ACTIONS[endpoint], SYSTEM)

    @cached_property
    def _waiting(self) -> "_Waiting":
        """What is looked up for all of the shell at once."""
        person = self.person
        if person is None:
            return _Waiting()
        with current.engine().database.read() as session:
            if person.member_id is not None:
                unread = count_unread(session, member_id=person.member_id)
                return _Waiting(unread=unread, office=_name_office(session, person.member_id))
            unread = count_unread(session, account_id=person.account_id)
            return _Waiting(self._tally(session), unread)

    def _tally(self, session: Session) -> Mapping[str, str]:
        known: Mapping[str, str] = g.get("tallies", {})
        counting: Mapping[str, Callable[[Session], str]] = current_app.extensions["tallies"]
        counted = {
            endpoint: count(session)
            for endpoint, count in counting.items()
            if endpoint not in known and self._is_open(endpoint)
        }
        return {**counted, **known}


@dataclass(frozen=True)
class _Waiting:
    """What waits for a person where; `unread` is None for people who have no bell."""

    tallies: Mapping[str, str] = field(default_factory=dict)
    unread: int | None = None
    office: str = ""


def know_tally(endpoint: str, tally: str) -> None:
    """Say what waits at a place, for a page that has counted it already."""
    g.setdefault("tallies", {})[endpoint] = tally


def init_app(app: Flask) -> None:
    """Give templates the shell; parts may put a count at their place with `tallies`."""
    app.extensions["tallies"] = {}
    app.context_processor(_context)


def _context() -> dict[str, object]:
    shell = Shell()
    return {
        "shell": shell,
        "person": shell.person,
        "support_phone": current.settings().support_phone,
    }


def _name_office(session: Session, member_id: int) -> str:
    member = get_member(session, member_id)
    association = get_association(session, member.association_id)
    return (association.name_en if spoken() == "en" else "") or association.name


def _places_of(person: sessions.Person) -> tuple[tuple[str, str, str], ...]:
    if person.is_member:
        return CPA_PLACES if person.user_type == CPA else MEMBER_PLACES
    if person.viewer.is_staff:
        return STAFF_PLACES
    return FINANCE_PLACES if person.viewer.is_finance else FIRM_PLACES


def _is_page(path: str) -> bool:
    """Whether there is something to be opened at a path."""
    routes = current_app.create_url_adapter(request)
    return bool(path) and routes is not None and routes.test(path, method="GET")


def _belongs(endpoint: str) -> bool:
    here = request.endpoint or ""
    part, dot, _name = endpoint.partition(".")
    return here == endpoint or bool(dot and here.startswith(f"{part}."))
