"""Everything that a check of a release can say is said in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[2]
CHINESE = ROOT / "web/translations/zh_CN/LC_MESSAGES/messages.po"

CHECKS = sorted(
    path
    for pattern in (
        "engine/checks/*.py",
        "engine/dataflow.py",
        "engine/releases.py",
        "engine/spiff/*.py",
        "forms/checking*.py",
        "forms/release_check.py",
        "forms/patterns.py",
        "workflows/shared/hours_asked.py",
        "workflows/shared/proofs.py",
        "workflows/studio/*.py",
    )
    for path in ROOT.glob(pattern)
)
"""Where problems are made; what FEEL says is marked in `engine.feel_sentences`."""

MARKS = frozenset({"N_", "_", "ngettext"})


def constants(node: ast.AST, *, is_marked: bool = False) -> Iterator[tuple[ast.Constant, bool]]:
    """The texts of a module but for its docstrings, and whether each is marked for translation."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Expr) and isinstance(child.value, ast.Constant):
            continue
        if isinstance(child, ast.Constant) and isinstance(child.value, str):
            yield child, is_marked
        marks = isinstance(child, ast.Call) and getattr(child.func, "id", "") in MARKS
        yield from constants(child, is_marked=is_marked or marks)


def is_sentence(text: str) -> bool:
    """Whether a text is for people: it has words, and ends as sentences do."""
    return " " in text.strip() and text.rstrip().endswith((".", "?", "!", ": %(reason)s"))


@pytest.mark.parametrize("path", CHECKS, ids=lambda each: str(each.relative_to(ROOT)))
def test_every_sentence_of_a_check_is_there_in_both_languages(path: Path) -> None:
    with CHINESE.open("rb") as file:
        chinese = read_po(file)
    texts = list(constants(ast.parse(path.read_text())))
    assert [
        each.value for each, is_marked in texts if is_sentence(each.value) and not is_marked
    ] == []
    missing = [
        each.value
        for each, is_marked in texts
        if is_marked and not getattr(chinese.get(each.value), "string", "")
    ]
    assert missing == []
