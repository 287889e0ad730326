"""Which components are hidden, decided on the server from the answers."""

from collections.abc import Iterable, Mapping
from typing import Any

from forms.answers import read_date
from forms.document import Component
from forms.expressions import Scope

MOST_PASSES = 10


def names_of(components: Iterable[Component], answers: Mapping[str, Any]) -> dict[str, object]:
    """Return the answers under their keys as expressions see them: dates as dates."""
    names: dict[str, object] = {}
    for component in components:
        if not component.is_field:
            continue
        value = answers.get(component.key)
        if component.type == "datetime" and isinstance(value, str):
            value = read_date(value)
        elif component.type == "dynamiclist":
            inside = [child for top in component.children for child in top.walk()]
            rows = value if isinstance(value, list) else []
            value = [names_of(inside, each) for each in rows if isinstance(each, Mapping)]
        names[component.key] = value
    return names


class Visibility:
    """What is hidden: components by id, fields of rows by path (`education.0.degree`)."""

    def __init__(self, components: tuple[Component, ...]) -> None:
        self._components = components
        self.hidden: frozenset[str] = frozenset()

    def shows(self, component: Component, path: str = "") -> bool:
        """Tell whether a component is there; fields of a row are asked for by their path."""
        return (path or component.id) not in self.hidden

    def names(self, answers: Mapping[str, Any]) -> dict[str, object]:
        """Return the answers as expressions see them: a hidden one is null."""
        shown = [component for component in top_level(self._components) if self.shows(component)]
        names: dict[str, object] = {
            component.key: None for component in top_level(self._components) if component.is_field
        }
        return {**names, **names_of(shown, answers)}


def top_level(components: Iterable[Component]) -> Iterable[Component]:
    """Go through components and what is in their groups, but not into the rows of lists."""
    for component in components:
        yield component
        if component.type == "group":
            yield from top_level(component.children)


def decide(
    components: tuple[Component, ...], answers: Mapping[str, Any], scope: Scope
) -> Visibility:
    """Decide what is hidden.

    A hidden answer is null to other conditions, which may hide or show more; after some passes
    conditions that never settle stay as they are.
    """
    visibility = Visibility(components)
    if not any(each.hide for component in components for each in component.walk()):
        return visibility
    for _ in range(MOST_PASSES):
        seen = scope.with_names(visibility.names(answers))
        hidden: set[str] = set()
        _hide(components, answers, seen, hidden, is_inside=False)
        if hidden == visibility.hidden:
            break
        visibility.hidden = frozenset(hidden)
    return visibility


def _hide(
    components: Iterable[Component],
    answers: Mapping[str, Any],
    scope: Scope,
    hidden: set[str],
    *,
    is_inside: bool,
) -> None:
    for component in components:
        is_hidden = is_inside or component.is_hidden(scope)
        if is_hidden:
            hidden.add(component.id)
        if component.type == "group":
            _hide(component.children, answers, scope, hidden, is_inside=is_hidden)
        elif component.type == "dynamiclist" and not is_hidden:
            rows = answers.get(component.key)
            for number, row in enumerate(rows if isinstance(rows, list) else ()):
                if isinstance(row, Mapping):
                    path = f"{component.key}.{number}"
                    _hide_in_row(component.children, row, scope, hidden, path, is_inside=False)


def _hide_in_row(
    components: Iterable[Component],
    row: Mapping[str, Any],
    scope: Scope,
    hidden: set[str],
    path: str,
    *,
    is_inside: bool,
) -> None:
    inside = [each for component in components for each in component.walk()]
    seen = scope.with_names(names_of(inside, row))
    for component in components:
        is_hidden = is_inside or component.is_hidden(seen)
        if is_hidden:
            hidden.add(row_path(path, component))
        if component.type == "group":
            _hide_in_row(component.children, row, seen, hidden, path, is_inside=is_hidden)


def row_path(path: str, component: Component) -> str:
    """Return the path of a component in a row: by its key, or its id if it is no field."""
    return f"{path}.{component.key or component.id}"
