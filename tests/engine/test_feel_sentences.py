"""What FEEL says reaches people in their language."""

import ast
import re
from pathlib import Path

import pytest

import engine.feel
from engine.feel import FeelError, FeelSyntaxError, compile_expression
from engine.feel.dmn import InvalidDecision, load_decisions
from engine.feel_sentences import HINTS, SENTENCES, Said
from engine.language import speak

TELLING = {
    *("FeelSyntaxError", "BudgetExceeded", "Problem"),
    *("error", "unexpected", "add", "mention", "refused"),
}
"""Calls in `engine.feel` whose first texts are told to people."""
ELSEWHERE = {"regex.py", "tck.py"}
"""Files whose calls say parts of sentences, or are for nobody but tests."""
FOLLOWS = re.compile("“[^”]+” should follow")


class Backwards:
    """A language that is easily told from English."""

    def gettext(self, message: str) -> str:
        return f"<{message}>"

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


def told() -> set[str]:
    found = set()
    for path in Path(engine.feel.__file__).parent.rglob("*.py"):
        if path.name in ELSEWHERE:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and _name(node.func) in TELLING:
                found |= {each for each in map(_text, node.args) if " " in each}
    return found


def _name(called: ast.expr) -> str:
    return getattr(called, "attr", getattr(called, "id", ""))


def _text(argument: ast.expr) -> str:
    is_text = isinstance(argument, ast.Constant) and isinstance(argument.value, str)
    return argument.value if is_text else ""


def test_all_that_expressions_and_tables_can_be_refused_with_is_marked_for_translation():
    unmarked = told() - {*SENTENCES, *HINTS}
    assert {each for each in unmarked if not FOLLOWS.fullmatch(each)} == set()


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("", "<The expression ends too early: <a value should follow>.>"),
        ("if a else b", "<“else” is not expected here: <“then” should follow>.>"),
        ("[1, 2", "<The expression ends too early: <“]” should follow>.>"),
        ('"a', "<A string begins here and does not end.>"),
    ],
)
def test_a_refused_expression_is_said_in_the_readers_language(source, said):
    with pytest.raises(FeelSyntaxError) as refused:
        compile_expression(source)
    reason = Said.of(refused.value)
    with speak(Backwards()):
        assert str(reason) == said


def test_a_refused_table_is_said_in_the_readers_language():
    with pytest.raises(InvalidDecision) as refused:
        load_decisions(b"<!DOCTYPE a><a/>")
    (problem,) = refused.value.problems
    with speak(Backwards()):
        said = str(Said(problem.message, problem.values))
    assert said == "<The file must not have a document type (DOCTYPE).>"


def test_without_a_language_the_sentence_is_that_of_the_error():
    with pytest.raises(FeelError) as refused:
        compile_expression("if a else b")
    assert str(Said.of(refused.value)) in str(refused.value)
