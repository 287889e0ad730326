"""What functions take and give, told to people and to tools: marshmallow schemas of annotations.

A type says its name for people with `Annotated[int, Named(N_("Member"))]`; whoever shows it
says the name in the reader's language. The same names are given once and used wherever a
function takes or gives the thing.
"""

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    NamedTuple,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
    get_type_hints,
    is_typeddict,
)

from marshmallow import Schema, fields

from engine.language import N_, _


class Words(NamedTuple):
    """What people call a choice, where that is no msgid: in Chinese and in English."""

    zh: str
    en: str


Choices = Callable[[], Mapping[str, "str | Words"]]
"""What a text may be: codes with what people call them, msgids if they are no Words."""


def only(*codes: str) -> Choices:
    """Choices that are called by their codes."""
    return lambda: {code: Words(code, code) for code in codes}


@dataclass(frozen=True)
class Named:
    """What people call a value, and what else they need to know of it; both msgids.

    `choices`: asked for when they are shown, since the installation may know them only then.
    `is_chosen`: it is always written out, so that it is picked from a list.
    """

    title: str
    about: str = ""
    choices: Choices | None = None
    is_chosen: bool = False


class NotDescribed(TypeError):
    """An annotation that says no type that JSON has."""


@dataclass(frozen=True)
class Value:
    """One value that is taken or given."""

    name: str
    field: fields.Field[Any]
    named: Named

    @property
    def is_required(self) -> bool:
        """Whether it has to be given."""
        return self.field.required

    @property
    def may_be_null(self) -> bool:
        """Whether it may be given as nothing."""
        return bool(self.field.allow_none)

    @property
    def title(self) -> str:
        """What it is called, in the language that is spoken."""
        return _(self.named.title) if self.named.title else self.name

    def __str__(self) -> str:
        return self.title

    @property
    def about(self) -> str:
        """What else there is to know of it, in the language that is spoken."""
        return _(self.named.about) if self.named.about else ""

    @property
    def choices(self) -> Mapping[str, str | Words]:
        """What it may be; empty: whatever it likes."""
        return {} if self.named.choices is None else self.named.choices()

    def say_choices(self, language: Literal["zh", "en"]) -> dict[str, str]:
        """What it may be, in the words of a language, which is the one that is spoken."""
        return {
            code: getattr(words, language) if isinstance(words, Words) else _(words)
            for code, words in self.choices.items()
        }

    @property
    def kind(self) -> str:
        """What kind of value it is, in a word."""
        return _(kind_of(self.field))


Signature = Mapping[str, Value]
"""Values by their names, in the order in which they stand in the source."""

NOTHING: Signature = {}

KINDS: Sequence[tuple[type[fields.Field[Any]], str]] = (
    (fields.Boolean, N_("yes or no")),
    (fields.Number, N_("number")),
    (fields.String, N_("text")),
    (fields.List, N_("list")),
    (fields.Date, N_("date")),
    (fields.Mapping, N_("several values")),
    (fields.Nested, N_("several values")),
)


def kind_of(field: fields.Field[Any]) -> str:
    """The msgid of what kind of value a field takes."""
    return next((word for kind, word in KINDS if isinstance(field, kind)), N_("anything"))


def read_parameters(function: Callable[..., object], *, but: frozenset[str]) -> Signature:
    """What a function takes by keyword, without those that somebody else gives it."""
    hints = get_type_hints(function, include_extras=True)
    return {
        name: _read(name, hints[name], is_required=parameter.default is inspect.Parameter.empty)
        for name, parameter in inspect.signature(function).parameters.items()
        if name not in but
    }


def read_result(function: Callable[..., object]) -> Signature | None:
    """What a function gives back by its annotation, a TypedDict or None; None: it does not say."""
    result: Any = get_type_hints(function, include_extras=True).get("return")
    if result is NoneType:
        return NOTHING
    return read_names(result) if is_typeddict(result) else None


def read_names(described: type) -> Signature:
    """What a TypedDict holds."""
    hints = get_type_hints(described, include_extras=True)
    always: frozenset[str] = getattr(described, "__required_keys__", frozenset())
    return {name: _read(name, hint, is_required=name in always) for name, hint in hints.items()}


def schema_of(signature: Signature, *, name: str) -> Schema:
    """A marshmallow schema of the values of a signature."""
    return Schema.from_dict({each.name: each.field for each in signature.values()}, name=name)()


def _read(name: str, hint: Any, *, is_required: bool) -> Value:
    named = Named("")
    while get_origin(hint) in {Annotated, Required, NotRequired}:
        if get_origin(hint) is Annotated:
            named = next((each for each in hint.__metadata__ if isinstance(each, Named)), named)
        hint = get_args(hint)[0]
    parts = get_args(hint) if get_origin(hint) in {Union, UnionType} else (hint,)
    kinds = [each for each in parts if each is not NoneType]
    if len(kinds) != 1:
        raise NotDescribed(f"{name} is of several types")
    inner = kinds[0]
    if get_origin(inner) is Annotated:
        named = next((each for each in inner.__metadata__ if isinstance(each, Named)), named)
        inner = get_args(inner)[0]
    given: dict[str, Any] = {"required": is_required, "allow_none": len(parts) > 1}
    return Value(name, _field(name, inner, given), named)


def _field(name: str, hint: Any, given: dict[str, Any]) -> fields.Field[Any]:
    plain = get_origin(hint) or hint
    if plain is bool:
        return fields.Boolean(truthy={True}, falsy={False}, **given)
    if plain is int:
        return fields.Integer(strict=True, **given)
    if plain is float:
        return fields.Float(**given)
    if plain is str:
        return fields.String(**given)
    if is_typeddict(plain):
        return fields.Nested(schema_of(read_names(plain), name=name), **given)
    if isinstance(plain, type) and issubclass(plain, Mapping):
        return fields.Dict(**given)
    if isinstance(plain, type) and issubclass(plain, Sequence):
        return fields.List(fields.Raw(), **given)
    raise NotDescribed(f"{name} has a type that no diagram can give: {hint}")
