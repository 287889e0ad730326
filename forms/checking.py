"""The check of a form document: everything that is wrong with it, each at its component."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from engine.errors import Problem
from engine.language import N_
from forms.checking_components import Component, check_component
from forms.checking_english import check_texts, texts_of
from forms.document import group_texts, key_of, name_of
from forms.panels import has_panel
from forms.properties import FIELDS, KEY, is_panel

LARGEST = 200 * 1024
MOST_COMPONENTS = 200
DEEPEST = 4
OLDEST_SCHEMA = 16

TYPES = FIELDS | {"group", "text", "separator", "button"}


def load_document(document: Mapping[str, Any] | bytes) -> Mapping[str, Any]:
    """Return the document as a mapping. Raises ValueError when it is none."""
    loaded = orjson.loads(document) if isinstance(document, bytes) else document
    if not isinstance(loaded, Mapping):
        raise ValueError("not an object")  # noqa: TRY004  like what is no JSON at all
    return loaded


def check_form(
    document: Mapping[str, Any] | bytes, name: str, *, english: Mapping[str, str] | None = None
) -> list[Problem]:
    """Return what is wrong with a form document, in the order of the document.

    `name` is `<process>/<form>`; with `english`, the texts of the process, Chinese texts without
    an English one are warnings.
    """
    try:
        size = len(document) if isinstance(document, bytes) else len(orjson.dumps(document))
        if size > LARGEST:
            message = N_("A form document has at most %(most)s KB.")
            return [Problem(name, None, message, rule="too-large", most=LARGEST // 1024)]
        loaded = load_document(document)
    except (ValueError, TypeError):
        message = N_("This is not a form document: it cannot be read as JSON.")
        return [Problem(name, None, message, rule="unreadable")]
    return list(_Check(loaded, name, english).problems())


class _Check:
    """One check of one document."""

    def __init__(
        self, document: Mapping[str, Any], name: str, english: Mapping[str, str] | None
    ) -> None:
        self.document = document
        self.name = name
        self.form_id = name.rpartition("/")[2]
        self.english = None if english is None else group_texts(self.form_id, english)
        self.components: list[Component] = []
        self.too_deep = False

    def problems(self) -> Iterator[Problem]:
        """Say everything that is wrong."""
        yield from self._check_head()
        raw = self.document.get("components")
        if not isinstance(raw, list) or not raw:
            yield self._of_form("form-empty", N_("The form has no components."))
            return
        self._collect(raw, row="", depth=1)
        if self.too_deep:
            message = N_("Components are nested at most %(most)s deep.")
            yield self._of_form("too-large", message, most=DEEPEST)
        if len(self.components) > MOST_COMPONENTS:
            message = N_("A form has at most %(most)s components.")
            yield self._of_form("too-large", message, most=MOST_COMPONENTS)
            return
        yield from self._check_names()
        outcomes = self._outcomes()
        keys = {component.key for component in self.components if not component.row}
        for component in self.components:
            if component.type not in TYPES:
                message = N_("A component of the type “%(type)s” is not supported.")
                yield self._at(component, "component-type", message, type=component.type[:80])
                continue
            for rule, message, values in check_component(component, keys=keys, outcomes=outcomes):
                yield self._at(component, rule, message, is_warning=False, **values)
            yield from self._check_panel(component)
            yield from self._check_english(component)
        yield from self._check_buttons(outcomes)

    def _of_form(self, rule: str, message: str, **values: object) -> Problem:
        return Problem(self.name, None, message, rule=rule, is_warning=False, **values)

    def _at(
        self,
        component: Component,
        rule: str,
        message: str,
        *,
        is_warning: bool = False,
        **values: object,
    ) -> Problem:
        element = self._element(component)
        return Problem(self.name, element, message, rule=rule, is_warning=is_warning, **values)

    def _element(self, component: Component) -> str:
        return str(component.raw.get("id") or component.key)

    def _check_head(self) -> Iterator[Problem]:
        version = self.document.get("schemaVersion")
        if self.document.get("type") != "default" or not isinstance(version, int):
            yield self._of_form("unreadable", N_("This is not a form document of form-js."))
        elif version < OLDEST_SCHEMA:
            message = N_("The form's schema version is older than %(oldest)s.")
            yield self._of_form("form-schema", message, oldest=OLDEST_SCHEMA)
        if self.document.get("id") != self.form_id:
            message = N_(
                "The form's id is “%(id)s” and its file “%(file)s”: both must be the same."
            )
            yield self._of_form("form-id", message, id=self.document.get("id"), file=self.form_id)

    def _collect(self, raws: list[Any], *, row: str, depth: int) -> None:
        for raw in raws:
            if not isinstance(raw, Mapping):
                raw = {"type": "?"}  # noqa: PLW2901  reported as a type that is not supported
            component = Component(raw, str(raw.get("type")), key_of(raw), row)
            self.components.append(component)
            children = raw.get("components")
            if not isinstance(children, list):
                continue
            if depth >= DEEPEST or len(self.components) > MOST_COMPONENTS:
                self.too_deep = self.too_deep or depth >= DEEPEST
                continue
            inside = component.key if component.type == "dynamiclist" else row
            self._collect(children, row=inside, depth=depth + 1)

    def _check_names(self) -> Iterator[Problem]:
        ids: set[str] = set()
        keys: set[tuple[str, str]] = set()
        for component in self.components:
            identifier = component.raw.get("id")
            if not isinstance(identifier, str) or not identifier:
                yield self._at(component, "no-id", N_("A component has no id."))
            elif identifier in ids:
                message = N_("The id “%(id)s” is used twice.")
                yield self._at(component, "duplicate-id", message, id=identifier)
            ids.add(str(identifier))
            if component.type not in FIELDS:
                continue
            if not KEY.fullmatch(component.key):
                message = N_("The key “%(key)s” must be of small letters, digits and “_”.")
                yield self._at(component, "form-key", message, key=component.key)
            elif (component.row, component.key) in keys:
                message = N_("The key “%(key)s” is used twice.")
                yield self._at(component, "duplicate-key", message, key=component.key)
            keys.add((component.row, component.key))

    def _outcomes(self) -> set[str]:
        return {
            str(component.properties["outcome"])
            for component in self.components
            if component.type == "button" and "outcome" in component.properties
        }

    def _check_buttons(self, outcomes: set[str]) -> Iterator[Problem]:
        if not outcomes:
            message = N_("The form needs a button with an outcome.")
            yield self._of_form("no-outcome", message)
        seen: set[str] = set()
        for component in self.components:
            if component.type != "button" or "outcome" not in component.properties:
                continue
            outcome = str(component.properties["outcome"])
            if outcome in seen:
                message = N_("The outcome “%(outcome)s” is used twice.")
                yield self._at(component, "duplicate-outcome", message, outcome=outcome)
            seen.add(outcome)

    def _check_panel(self, component: Component) -> Iterator[Problem]:
        panel = component.properties.get("panel")
        if component.type == "text" and isinstance(panel, str):
            process = self.name.rpartition("/")[0]
            if not is_panel(panel) or not has_panel(panel, process=process):
                message = N_("There is no panel “%(panel)s”.")
                yield self._at(component, "unknown-panel", message, panel=panel)
        shown_by = component.properties.get("shownBy")
        if shown_by is not None and str(shown_by) not in self._panels():
            message = N_("“shownBy” names “%(panel)s”, which is no panel of the form.")
            yield self._at(component, "unknown-panel", message, panel=str(shown_by)[:80])
        if shown_by is not None and not component.is_locked:
            message = N_("Only a locked field can be shown by a panel.")
            yield self._at(component, "form-panel", message)

    def _panels(self) -> set[str]:
        return {str(each.properties.get("panel")) for each in self.components}

    def _check_english(self, component: Component) -> Iterator[Problem]:
        if self.english is None:
            return
        name = name_of(component.raw)
        texts = self.english.get(f"{component.row}.{name}" if component.row else name, {})
        missing = [text for key, text in texts_of(component) if key not in texts]
        if missing:
            yield self._at(
                component,
                "missing-english",
                N_("“%(text)s” has no English text."),
                is_warning=True,
                text=missing[0].strip(),
            )
        for message, values in check_texts(texts):
            yield self._at(component, "not-feel", message, is_warning=False, **values)
