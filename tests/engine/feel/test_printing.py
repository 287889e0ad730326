"""An expression that is printed and parsed again is the same expression."""

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import nodes
from engine.feel.names import KEYWORDS
from engine.feel.nodes import Node, TypeNode
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.printing import print_expression

WORDS = st.from_regex(r"[a-z_中文][a-z0-9_中文]{0,5}", fullmatch=True).filter(
    lambda word: word not in KEYWORDS | {"instance", "of", "external", "not"}
)
NAMES = st.one_of(
    WORDS,
    st.tuples(WORDS, WORDS).map(" ".join),
    st.sampled_from(["date and time", "fee-rate", "for", "a.b", "2nd"]),
)
NUMBERS = st.decimals(0, 10**12, places=3, allow_nan=False, allow_infinity=False)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
LITERALS = st.one_of(st.none(), st.booleans(), NUMBERS.map(Decimal), TEXTS).map(nodes.Literal)
TYPES = st.recursive(
    st.sampled_from(["number", "string", "date and time", "Any"]).map(TypeNode),
    lambda inner: st.one_of(
        inner.map(lambda one: TypeNode("list", (one,))),
        st.tuples(WORDS, inner).map(lambda p: TypeNode("context", (p[1],), (p[0],))),
        st.tuples(st.lists(inner, max_size=2), inner).map(
            lambda p: TypeNode("function", tuple(p[0]), result=p[1])
        ),
    ),
    max_leaves=3,
)
OPERATORS = st.sampled_from(
    ["+", "-", "*", "/", "**", "=", "!=", "<", "<=", ">", ">=", "and", "or"]
)


def compound(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    """Expressions made of others."""
    several = st.lists(inner, max_size=3).map(tuple)
    some = st.lists(inner, min_size=1, max_size=3).map(tuple)
    iterators = st.lists(
        st.builds(nodes.Iterator, name=WORDS, source=inner, end=st.none() | inner),
        min_size=1,
        max_size=2,
    ).map(tuple)
    parameters = st.lists(
        st.builds(nodes.Parameter, name=WORDS, type=st.none() | TYPES), max_size=2
    ).map(tuple)
    entries = st.lists(st.tuples(TEXTS, inner), max_size=2, unique_by=lambda entry: entry[0])
    named = st.dictionaries(WORDS, inner, min_size=1, max_size=2)
    return st.one_of(
        st.builds(nodes.Negation, operand=inner),
        st.builds(nodes.Binary, operator=OPERATORS, left=inner, right=inner),
        st.builds(nodes.Between, value=inner, low=inner, high=inner),
        st.builds(nodes.In, value=inner, tests=some),
        st.builds(nodes.InstanceOf, value=inner, type=TYPES),
        st.builds(nodes.If, condition=inner, then=inner, otherwise=inner),
        st.builds(nodes.For, iterators=iterators, body=inner),
        st.builds(
            nodes.Quantified,
            kind=st.sampled_from(["some", "every"]),
            iterators=iterators,
            condition=inner,
        ),
        st.builds(nodes.FunctionDefinition, parameters=parameters, body=inner),
        st.builds(nodes.Path, target=inner, name=NAMES),
        st.builds(nodes.Descendants, target=inner, name=WORDS),
        st.builds(nodes.Filter, target=inner, condition=inner),
        st.builds(nodes.Call, callee=inner, arguments=several),
        named.map(
            lambda pairs: nodes.Call(nodes.Name("f"), tuple(pairs.values()), tuple(pairs.keys()))
        ),
        st.builds(nodes.ListLiteral, items=several),
        entries.map(lambda found: nodes.ContextLiteral(tuple(found))),
        st.builds(
            nodes.RangeLiteral,
            low=inner,
            high=inner,
            low_closed=st.booleans(),
            high_closed=st.booleans(),
        ),
        st.builds(
            nodes.Comparator,
            operator=st.sampled_from(["<", "<=", ">", ">=", "=", "!="]),
            operand=inner,
        ),
    )


EXPRESSIONS = st.recursive(
    st.one_of(
        LITERALS,
        st.builds(nodes.Name, name=NAMES),
        st.sampled_from(["2026-04-30", "P1Y", "10:00:00"]).map(nodes.AtLiteral),
    ),
    compound,
    max_leaves=12,
)


@pytest.mark.filterwarnings("ignore:Generating overly large repr")
@settings(max_examples=300, deadline=None)
@given(EXPRESSIONS)
def test_printing_and_parsing_gives_the_same_expression(node: Node) -> None:
    assert parse_expression(print_expression(node)) == node


@settings(max_examples=100, deadline=None)
@given(
    st.builds(
        nodes.Tests,
        tests=st.lists(LITERALS, min_size=1, max_size=3).map(tuple),
        negated=st.booleans(),
    )
)
def test_printing_and_parsing_gives_the_same_tests(node: nodes.Tests) -> None:
    assert parse_unary_tests(print_expression(node)) == node
