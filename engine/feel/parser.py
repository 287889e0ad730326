"""Read an expression: a parser by operator precedence, written by hand."""

from __future__ import annotations

from collections.abc import Iterable

from engine.feel import numbers
from engine.feel.errors import Failure, FeelSyntaxError
from engine.feel.lexer import Token
from engine.feel.names import KEYWORDS, Reader
from engine.feel.nodes import (
    AtLiteral,
    Between,
    Binary,
    Call,
    Comparator,
    ContextLiteral,
    Descendants,
    Filter,
    For,
    FunctionDefinition,
    If,
    In,
    InstanceOf,
    Iterator,
    ListLiteral,
    Literal,
    Name,
    Negation,
    Node,
    Parameter,
    Path,
    Place,
    Quantified,
    RangeLiteral,
    Tests,
    TypeNode,
)

PRECEDENCE = {
    "or": 1,
    "and": 2,
    "=": 3, "!=": 3, "<": 3, "<=": 3, ">": 3, ">=": 3, "between": 3, "in": 3,
    "+": 4, "-": 4,
    "*": 5, "/": 5,
    "**": 6,
    "instance": 8,
}  # fmt: skip
UNARY = 7
COMPARATORS = frozenset(("<", "<=", ">", ">=", "=", "!="))


class Parser(Reader):
    """Parses one text."""

    # Expressions

    def whole(self) -> Node:
        """Parse an expression that takes up all of the text."""
        node = self.expression()
        if self.token.kind != "end":
            raise self.source.unexpected(self.token, "the expression could end here")
        return node

    def expression(self, least: int = 0) -> Node:
        with self.nested():
            left = self.prefix()
            while True:
                operator = self.token.text if self.token.kind in ("symbol", "name") else ""
                precedence = PRECEDENCE.get(operator, -1)
                if precedence < max(least, 0) or (
                    operator == "instance" and not self.is_at("of", 1)
                ):
                    return left
                left = self.infix(left, operator, precedence)

    def infix(self, left: Node, operator: str, precedence: int) -> Node:
        at = self.place()
        self.index += 1
        if operator == "between":
            low = self.expression(4)
            self.expect("and")
            return Between(left, low, self.expression(4), at=at)
        if operator == "in":
            return In(left, self.in_tests(), at=at)
        if operator == "instance":
            self.expect("of")
            return InstanceOf(left, self.type(), at=at)
        return Binary(operator, left, self.expression(precedence + 1), at=at)

    def prefix(self) -> Node:
        if self.token.text == "-" and self.token.kind == "symbol":
            at = self.place()
            self.index += 1
            with self.nested():
                return Negation(self.expression(UNARY), at=at)
        return self.postfix(self.primary())

    def postfix(self, node: Node) -> Node:
        while True:
            at = self.place()
            if self.take("."):
                node = Path(node, self.name("a name should follow the dot", keywords=True), at=at)
            elif self.take("..."):
                node = Descendants(node, self.name(keywords=True), at=at)
            elif self.is_at("("):
                node = self.call(node, at)
            elif self.is_at("[") and not self.ends_open_range():
                self.index += 1
                condition = self.expression()
                self.expect("]")
                node = Filter(node, condition, at=at)
            else:
                return node

    def ends_open_range(self) -> bool:
        """Whether the bracket closes a range like `[1..10[`: then no expression follows it."""
        following = self.tokens[self.index + 1]
        return following.kind == "end" or following.text in (
            ")", "]", "}", ",", ":", "then", "else", "return", "satisfies", "and", "or", "=", "!=",
            ".", "*", "/", "**",
        )  # fmt: skip

    def call(self, callee: Node, at: Place) -> Node:
        self.expect("(")
        arguments: list[Node] = []
        names: list[str] = []
        while not self.take(")"):
            if arguments:
                self.expect(",")
            name = self.argument_name()
            if arguments and (name is None) == bool(names):
                raise self.source.error(
                    self.token, "Give all arguments by name, or all by position."
                )
            if name is not None:
                names.append(name)
            arguments.append(self.expression())
        return Call(callee, tuple(arguments), tuple(names) if names else None, at=at)

    def argument_name(self) -> str | None:
        """Take `name:` if that is what stands here; a dot leads to a name of an imported model."""
        start = self.index
        if self.token.kind in ("name", "quoted"):
            try:
                name = self.name(keywords=True)
                while self.take("."):
                    name += "." + self.name(keywords=True)
            except FeelSyntaxError:
                name = None
            if name is not None and self.take(":"):
                return name
        self.index = start
        return None

    def primary(self) -> Node:
        token = self.token
        at = self.place()
        if token.kind == "number":
            self.index += 1
            try:
                return Literal(numbers.parse_number(token.text), at=at)
            except Failure as error:
                raise self.source.error(token, error.message, **error.values) from error
        if token.kind == "string":
            self.index += 1
            return Literal(self.source.unescape(token), at=at)
        if token.kind == "symbol":
            return self.symbol(token, at)
        known = self.known_name()
        if known is not None:
            return Name(known, at=at)
        if token.kind == "name" and token.text in KEYWORDS:
            return self.keyword(token, at)
        return Name(self.name("a value should follow"), at=at)

    def keyword(self, token: Token, at: Place) -> Node:
        constants = {"true": True, "false": False, "null": None}
        if token.text in constants:
            self.index += 1
            return Literal(constants[token.text], at=at)
        if token.text == "if":
            return self.conditional(at)
        if token.text == "for":
            self.index += 1
            iterators = self.iterators()
            self.expect("return")
            return For(iterators, self.expression(), at=at)
        if token.text in ("some", "every"):
            self.index += 1
            iterators = self.iterators()
            self.expect("satisfies")
            return Quantified(token.text, iterators, self.expression(), at=at)
        if token.text == "function":
            return self.function(at)
        raise self.source.unexpected(token, "a value should follow")

    def symbol(self, token: Token, at: Place) -> Node:
        if token.text in COMPARATORS:
            self.index += 1
            return Comparator(token.text, self.expression(4), at=at)
        if token.text == "?":
            self.index += 1
            return Name("?", at=at)
        if token.text == "@":
            self.index += 1
            return self.at_literal(at)
        if token.text == "{":
            return self.context(at)
        if token.text in ("(", "[", "]"):
            return self.bracketed(token.text, at)
        raise self.source.unexpected(token, "a value should follow")

    def at_literal(self, at: Place) -> Node:
        token = self.token
        if token.kind != "string":
            raise self.source.unexpected(token, "a string should follow “@”")
        self.index += 1
        return AtLiteral(self.source.unescape(token), at=at)

    def bracketed(self, opening: str, at: Place) -> Node:
        """Parse what begins with a bracket: a group, a list or a range."""
        self.index += 1
        if opening == "[" and self.take("]"):
            return ListLiteral((), at=at)
        first = self.expression()
        if self.take(".."):
            high = self.expression()
            closing = self.token
            if closing.text not in ("]", "[", ")") or closing.kind != "symbol":
                raise self.source.unexpected(closing, "“]” or “)” should end the range")
            self.index += 1
            return RangeLiteral(first, high, opening == "[", closing.text == "]", at=at)
        if opening == "]":
            raise self.source.unexpected(self.token, "“..” should follow")
        if opening == "(":
            self.expect(")")
            return first
        items = [first]
        while self.take(","):
            items.append(self.expression())
        self.expect("]")
        return ListLiteral(tuple(items), at=at)

    def context(self, at: Place) -> Node:
        self.expect("{")
        entries: list[tuple[str, Node]] = []
        while not self.take("}"):
            if entries:
                self.expect(",")
            token = self.token
            key = self.key()
            if any(key == other for other, _ in entries):
                raise self.source.error(token, "The key “%(key)s” is given twice.", key=key)
            self.expect(":")
            entries.append((key, self.expression()))
        return ContextLiteral(tuple(entries), at=at)

    def conditional(self, at: Place) -> Node:
        self.expect("if")
        condition = self.expression()
        self.expect("then")
        then = self.expression()
        self.expect("else")
        return If(condition, then, self.expression(), at=at)

    def iterators(self) -> tuple[Iterator, ...]:
        found: list[Iterator] = []
        while True:
            at = self.place()
            name = self.name()
            self.expect("in")
            source = self.expression()
            end = self.expression() if self.take("..") else None
            found.append(Iterator(name, source, end, at=at))
            if not self.take(","):
                return tuple(found)

    def function(self, at: Place) -> Node:
        self.expect("function")
        self.expect("(")
        parameters: list[Parameter] = []
        while not self.take(")"):
            if parameters:
                self.expect(",")
            name = self.name()
            parameters.append(Parameter(name, self.type() if self.take(":") else None))
        external = self.is_at("external") and self.is_at("{", 1)
        self.index += external
        return FunctionDefinition(tuple(parameters), self.expression(), external, at=at)

    # Types

    def type(self) -> TypeNode:
        with self.nested():
            if self.token.text == "function" and self.is_at("<", 1):
                self.index += 1
                return self.function_type()
            if self.token.text in ("null", "function"):
                self.index += 1
                return TypeNode(self.tokens[self.index - 1].text)
            name = self.name("a type should follow")
            while self.take("."):
                name += "." + self.name()
            if name in ("list", "range") and self.take("<"):
                of = self.type()
                self.expect(">")
                return TypeNode(name, (of,))
            if name == "context" and self.take("<"):
                return self.context_type()
            return TypeNode(name)

    def context_type(self) -> TypeNode:
        fields: list[str] = []
        types: list[TypeNode] = []
        while not self.take(">"):
            if fields:
                self.expect(",")
            fields.append(self.name(keywords=True))
            self.expect(":")
            types.append(self.type())
        return TypeNode("context", tuple(types), tuple(fields))

    def function_type(self) -> TypeNode:
        self.expect("<")
        types: list[TypeNode] = []
        while not self.take(">"):
            if types:
                self.expect(",")
            types.append(self.type())
        self.expect("->")
        return TypeNode("function", tuple(types), result=self.type())

    # Tests

    def in_tests(self) -> tuple[Node, ...]:
        """Parse what follows `in`: one test, or several in round brackets."""
        if self.is_at("("):
            start = self.index
            self.index += 1
            tests = [self.expression()]
            while self.take(","):
                tests.append(self.expression())
            if self.take(")") and (len(tests) > 1 or not self.goes_on()):
                return tuple(tests)
            self.index = start
        return (self.expression(4),)

    def goes_on(self) -> bool:
        """Whether the bracket just closed is only the beginning of an operand."""
        return self.token.kind == "symbol" and self.token.text in (
            "+", "-", "*", "/", "**", ".", "[", "(",
        )  # fmt: skip

    def unary_tests(self) -> Tests:
        """Parse the whole text as unary tests, as in the cell of a decision table."""
        at = self.place()
        if self.is_at("-") and self.tokens[1].kind == "end":
            return Tests((), at=at)
        negated = self.is_at("not") and self.is_at("(", 1) and self.closes_at_end(1)
        grouped = self.is_at("(") and self.closes_at_end(0) and self.has_comma()
        self.index += 2 if negated else int(grouped)
        tests = [self.expression()]
        while self.take(","):
            tests.append(self.expression())
        if negated or grouped:
            self.expect(")")
        if self.token.kind != "end":
            raise self.source.unexpected(self.token, "a comma or the end could follow")
        return Tests(tuple(tests), negated, at=at)

    def has_comma(self) -> bool:
        """Whether a comma stands directly within the bracket that begins here."""
        depth = 0
        for token in self.tokens[self.index :]:
            if token.kind == "symbol":
                depth += (token.text in "([{") - (token.text in ")]}")
                if token.text == "," and depth == 1:
                    return True
        return False

    def closes_at_end(self, ahead: int) -> bool:
        """Whether the bracket so many tokens ahead is closed by the last token."""
        depth = 0
        for index in range(self.index + ahead, len(self.tokens)):
            token = self.tokens[index]
            if token.kind == "symbol":
                depth += (token.text == "(") - (token.text == ")")
                if not depth:
                    return self.tokens[index + 1].kind == "end"
        return False


def parse_expression(text: str, names: Iterable[str] = ()) -> Node:
    """Parse an expression."""
    return Parser(text, names).whole()


def parse_unary_tests(text: str, names: Iterable[str] = ()) -> Tests:
    """Parse unary tests."""
    return Parser(text, names).unary_tests()
