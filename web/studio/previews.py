"""A form that is being edited, drawn as people will see it, with invented answers."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from flask import current_app, make_response, render_template
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.datastructures import MultiDict

import forms
from engine.errors import Problem, Rejected
from engine.language import N_
from forms.checking import LARGEST, load_document
from forms.examples import invent_answers, invent_context
from web import current
from web.errors import answers_json
from web.languages import spoken
from web.security import policy
from web.studio.asked import read_asked
from web.studio.blueprint import bp
from web.studio.viewing import get_viewer_of_processes
from web.turns import takes_turns
from workflows.shared.dates import ZONE
from workflows.studio.documents import FORM, check_path, name_of, suffix_of
from workflows.studio.drafts import get_draft, read_documents
from workflows.studio.english import read_english
from workflows.studio.titles import title_documents

Reader = Literal["member", "reviewer"]

MOST_TYPED = 2_000


LONGEST_WORDS = 30

PREVIEW_POLICY = {
    # It is shown in a frame without scripts and sends nothing.
    "script_src": "'none'",
    "form_action": "'none'",
    "frame_ancestors": "'self'",
}


class PreviewNotSaid(Rejected):
    """A preview of nobody knows what."""

    message = N_("This form cannot be drawn: load the page again.")


@bp.post("/drafts/<uuid:draft_id>/preview")
@answers_json
@takes_turns
def preview(draft_id: UUID) -> ResponseReturnValue:
    """Draw a form as it stands in the editor: {"path", "content", "as", "typed"}."""
    get_viewer_of_processes()
    asked = _read_asked()
    with current.engine().database.read() as session:
        draft = get_draft(session, draft_id)
        check_path(draft.process_id, asked.path)
        documents = read_documents(session, draft_id)
    page = draw_preview(
        asked.content,
        name=f"{draft.process_id}/{name_of(asked.path)}",
        title=title_documents(draft.process_id, documents, spoken()).get(asked.path, ""),
        english=read_english(documents, draft.process_id),
        reader=asked.reader,
        typed=asked.typed,
    )
    response = make_response(page)
    response.headers["Content-Security-Policy"] = policy(**PREVIEW_POLICY)
    return response


@dataclass(frozen=True)
class Asked:
    """What is to be drawn."""

    path: str
    content: bytes
    reader: Reader
    typed: MultiDict[str, str] | None


def _read_asked() -> Asked:
    match read_asked():
        case {
            "path": str(path),
            "content": str(content),
            "as": "member" | "reviewer" as reader,
            **more,
        } if suffix_of(path) == FORM and len(content) <= LARGEST:
            return Asked(path, content.encode(), reader, _read_typed(more.get("typed")))
    raise PreviewNotSaid


def _read_typed(pairs: object) -> MultiDict[str, str] | None:
    """What stands in the fields of the preview, as a form would send it."""
    if not isinstance(pairs, list) or len(pairs) > MOST_TYPED:
        return None
    typed: MultiDict[str, str] = MultiDict()
    for pair in pairs:
        match pair:
            case [str(name), str(value)]:
                typed.add(name, value)
    return typed


def draw_preview(
    document: bytes,
    *,
    name: str,
    english: Mapping[str, str],
    reader: Reader,
    title: str = "",
    typed: MultiDict[str, str] | None = None,
) -> str:
    """The page of a form as its member or its reviewer sees it, or what keeps it from being drawn.

    `name` is `<process>/<form>`; `typed` is what was changed in the preview itself.
    """
    problems = [
        each for each in forms.check_form(document, name, english=english) if not each.is_warning
    ]
    drawn = Markup() if problems else _draw(document, name, english, reader, typed)
    return render_template(
        "studio/preview.html",
        title=title,
        form=drawn,
        problems=_say(document, problems),
        reader=reader,
    )


def _draw(
    document: bytes,
    name: str,
    english: Mapping[str, str],
    reader: Reader,
    typed: MultiDict[str, str] | None,
) -> Markup:
    form = forms.read_form(document, name=name, english=english)
    keys = [each.key for each in form.fields]
    bound = form.bind(
        context=invent_context(form.components, keys),
        language=spoken(),
        now=current.now().astimezone(ZONE),
    )
    answers = invent_answers(bound)
    if typed is not None:
        read = bound.read(typed, outcome=None, values_before=answers).values
        answers = {**answers, **{key: each for key, each in read.items() if key in _open(form)}}
    panels = {panel: _stand_in(panel) for panel in _panels(form)}
    if reader == "member":
        return forms.draw(current_app.jinja_env, bound, answers, panels=panels, reveal=True)
    return forms.draw(
        current_app.jinja_env, bound, answers, panels=panels, mode="read", marking=True
    )


def _open(form: forms.Form) -> frozenset[str]:
    """Keys of the fields that somebody types into."""
    kept = {"filepicker"}
    return frozenset(
        each.key for each in form.fields if not each.is_locked and each.type not in kept
    )


def _panels(form: forms.Form) -> set[str]:
    return {
        each.properties["panel"]
        for top in form.components
        for each in top.walk()
        if "panel" in each.properties
    }


def _stand_in(panel: str) -> Markup:
    return Markup(render_template("studio/partials/panel.html", panel=panel))  # noqa: S704


def _say(document: bytes, problems: list[Problem]) -> list[tuple[str, str]]:
    """What is wrong, each with what its component is called on the form."""
    labels = dict(_labels(document)) if problems else {}
    return [(labels.get(each.element or "", ""), str(each)) for each in problems]


def _labels(document: bytes) -> Iterator[tuple[str, str]]:
    """The words of components by their ids, as far as the document can be read."""
    try:
        waiting = [load_document(document)]
    except ValueError:
        return
    while waiting:
        inside = waiting.pop().get("components")
        for each in inside if isinstance(inside, list) else ():
            if isinstance(each, Mapping):
                waiting.append(each)
                words = each.get("label") or each.get("dateLabel") or each.get("text")
                yield str(each.get("id")), str(words or "")[:LONGEST_WORDS]
