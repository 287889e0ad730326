"""The application: where settings become parts, and the parts are put together."""

from pathlib import Path

from flask import Flask, redirect, url_for
from flask.typing import ResponseReturnValue
from jinja2 import ChoiceLoader, FileSystemLoader
from werkzeug.middleware.proxy_fix import ProxyFix

import forms
import workflows
from engine.database import Database
from engine.engine import Engine
from engine.files import FileStore
from engine.vault import Vault
from web import (
    account,
    bundles,
    cases,
    certificate,
    channels,
    classes,
    contacts,
    documents,
    errors,
    files,
    help_desk,
    inbox,
    languages,
    links,
    manage,
    navigation,
    official_account,
    paper_reset,
    payments,
    personal_data,
    portal,
    profile,
    register,
    reset,
    security,
    sessions,
    signin,
    simulator,
    studio,
    supervision_platform,
    tidying,
    training,
    verify,
    words,
)
from web.numbers import SmallInt
from web.settings import Settings
from web.uploads import StreamingRequest
from workflows.member_certificate import photo_service, policies
from workflows.member_certificate.services import choose_photo_service
from workflows.release_checks import list_checks
from workflows.shared import keeping, public_address
from workflows.shared.tasks import Tasks

TEMPLATES = Path(__file__).parent / "templates"


def create_app(settings: Settings | None = None) -> Flask:
    """Put an application together; nothing is shared between two of them."""
    settings = settings or Settings.from_environment()
    app = Flask(__name__)
    app.request_class = StreamingRequest
    app.url_map.converters["int"] = SmallInt
    app.config["SETTINGS"] = settings
    app.config["SESSION_COOKIE_NAME"] = "huiji_notice"
    app.config["SESSION_COOKIE_SAMESITE"] = "Lax"
    app.config["SESSION_COOKIE_SECURE"] = settings.is_https
    app.secret_key = settings.cookie_key
    engine, found = create_engine(settings), workflows.collect()
    engine.services[photo_service.SERVICE] = choose_photo_service(
        engine, settings.services, is_development=settings.is_development
    )
    found.install(engine)
    engine.checks += list_checks(found, engine.operations, clock=engine.now)
    app.extensions["engine"] = engine
    app.extensions["workflows"] = found
    app.extensions["tasks"] = Tasks(
        engine,
        form_data=found.form_data,
        answer_checks=found.answer_checks,
        proofs=found.proofs,
        deeds=found.deeds,
    )
    app.jinja_loader = ChoiceLoader([FileSystemLoader(TEMPLATES), forms.loader()])
    for part in (
        security,
        languages,
        bundles,
        words,
        navigation,
        errors,
        channels,
        payments,
        inbox,
        training,
        tidying,
        documents,
        register,
        supervision_platform,
    ):
        part.init_app(app)
    for part in (
        signin,
        links,
        account,
        portal,
        profile,
        certificate,
        training,
        reset,
        paper_reset,
        payments,
        channels,
        official_account,
        files,
        verify,
        contacts,
        help_desk,
        inbox,
        cases,
        classes,
        register,
        manage,
        studio,
        supervision_platform,
        personal_data,
    ):
        for blueprint in part.blueprints:
            app.register_blueprint(blueprint)
    simulator.init_app(app)
    app.add_url_rule("/", "home", _home)
    account.first_sign_in.init_app(app)
    if settings.proxies:
        hops = settings.proxies
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
    return app


def create_engine(settings: Settings) -> Engine:
    """The engine of an installation with everything that the processes need."""
    return Engine(
        database=Database(settings.database_url),
        vault=Vault(settings.masters, settings.lookup_key, settings.trail_key, settings.code_keys),
        files=FileStore(settings.files),
        services={
            public_address.SERVICE: settings.public_url,
            keeping.SERVICE: settings.keeping,
            policies.SERVICE: settings.certificates,
        },
    )


def _home() -> ResponseReturnValue:
    """Show everybody the page that his day begins with."""
    person = sessions.get_person()
    if person.is_member:
        return portal.show_home()
    if person.viewer.firm_id is not None:
        return portal.show_firm_home()
    places = navigation.Shell().places
    return redirect(places[0].address if places else url_for("account.show"))
