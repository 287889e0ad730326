"""The types that a model defines: its item definitions, with the values they allow."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from engine.feel.dmn.reading import (
    Element,
    attribute,
    child,
    children,
    id_of,
    text_of,
    type_name,
)
from engine.feel.errors import FeelSyntaxError
from engine.feel.nodes import TypeNode
from engine.feel.parser import Parser
from engine.feel.types import ANY, Type, Types, resolve

if TYPE_CHECKING:
    from engine.feel.dmn.boxed import Boxes


class ItemTypes:
    """Makes types of item definitions, each when it is first asked for.

    `boxes` compiles the tests of allowed values, which may in turn ask for types.
    """

    boxes: Boxes

    def __init__(self, root: Element, imported: Types) -> None:
        self.definitions = {
            attribute(item, "name"): item for item in children(root, "itemDefinition")
        }
        self.types: dict[str, Type] = {
            name: made for name, made in imported.items() if name not in self.definitions
        }
        self.open: set[str] = set()

    def complete(self, boxes: Boxes) -> None:
        """Make all types of the model."""
        self.boxes = boxes
        for name in self.definitions:
            self.find(name)

    def find(self, name: str) -> Type | None:
        """Find a type by name: a definition of the model, or one of FEEL's own."""
        if name in self.types:
            return self.types[name]
        item = self.definitions.get(name)
        if item is None:
            return self.builtin(name)
        if name in self.open:
            return ANY  # a type within itself: its inner uses are not looked into
        self.open.add(name)
        self.types[name] = made = self.of_item(item)
        return made

    def builtin(self, name: str) -> Type | None:
        try:
            return resolve(Parser(name).type(), self.types)
        except FeelSyntaxError:
            return resolve(TypeNode(name), self.types)

    def of_element(self, element: Element) -> Type:
        """The type that an element states; anything, if it states none."""
        name = type_name(element)
        if not name:
            return ANY
        found = self.find(name)
        if found is None:
            self.boxes.problems.mention(id_of(element), "There is no type “%(name)s”.", name=name)
        return found or ANY

    def of_item(self, item: Element) -> Type:
        components = list(children(item, "itemComponent"))
        function = child(item, "functionItem")
        if function is not None:
            parameters = tuple(self.of_element(p) for p in children(function, "parameters"))
            result = self.find(attribute(function, "outputTypeRef")) or ANY
            made = Type("function", parameters, result=result, detailed=True)
        elif components:
            names = tuple(attribute(component, "name") for component in components)
            types = tuple(self.of_item(component) for component in components)
            made = Type("context", types, names, detailed=True)
        else:
            made = self.of_element(item)
        return self.constrained(item, made)

    def constrained(self, item: Element, made: Type) -> Type:
        """Add what the definition allows: to the elements of a collection, or to the value."""
        allowed = self.boxes.constraint(text_of(child(item, "allowedValues")), item)
        if allowed is not None:
            made = replace(made, allowed=allowed)
        if attribute(item, "isCollection") == "true":
            made = Type("list", (made,), detailed=True)
        whole = self.boxes.constraint(text_of(child(item, "typeConstraint")), item)
        return replace(made, allowed=whole) if whole is not None else made
