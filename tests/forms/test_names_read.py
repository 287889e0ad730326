"""Names that a form reads of its process: what its editor offers beside its own fields."""

import orjson

from forms.names_read import MOST_NAMES, find_names_read


def form(*components: object) -> bytes:
    return orjson.dumps({"id": "ask", "components": components})


def test_names_are_those_of_every_expression_but_the_forms_own() -> None:
    document = form(
        {"type": "text", "text": '{{season.year}}年度，{{if is_late then notice else ""}}'},
        {"type": "checkbox", "key": "agreed", "conditional": {"hide": "=hours_left = 0"}},
        {
            "type": "dynamiclist",
            "path": "jobs",
            "components": [
                {"type": "textfield", "key": "firm", "properties": {"check": "=firm != none"}}
            ],
        },
        {"type": "text", "text": "{{agreed}} {{jobs}}", "properties": {"check": "=outcome"}},
    )
    assert find_names_read(document) == ["hours_left", "is_late", "none", "notice", "season.year"]


def test_of_what_cannot_be_read_there_is_none() -> None:
    for document in (b"", b"[]", b"{", form("text", 7, None), b'{"components": {"a": "=b"}}'):
        assert find_names_read(document) == []
    assert find_names_read(form({"type": "text", "text": "{{1 +}} {{x"}, {"text": "=("})) == []


def test_no_more_are_told_than_somebody_reads() -> None:
    many = form(*({"type": "text", "text": f"{{{{name_{n}}}}}"} for n in range(MOST_NAMES + 5)))
    assert len(find_names_read(many)) == MOST_NAMES
    assert find_names_read(form({"type": "text", "text": "{{a}}" + " " * 210_000})) == []
