"""A form of one state, drawn as people see it, with what differs from the other state marked."""

import re
from collections.abc import Iterator, Mapping

import lxml.html
from lxml.html import HtmlElement

from engine.language import _
from web.bundles import Bundles
from web.languages import spoken
from web.studio.comparing.sides import Comparison
from web.studio.previews import Reader, draw_preview
from workflows.studio.differences.forms import NoForm, compare_forms
from workflows.studio.differences.vocabulary import Vocabulary
from workflows.studio.documents import name_of
from workflows.studio.english import read_english
from workflows.studio.titles import title_documents

ROW = re.compile(r"-\d+(?=-|$)")
"""The number of a row in the id of one of its fields."""


def draw_marked(comparison: Comparison, side: str, path: str, *, reader: Reader) -> str:
    """The page of a form with its marks; `side` is old or new."""
    state = comparison.old if side == "old" else comparison.new
    process_id, documents = comparison.process_id, state.documents
    page = draw_preview(
        documents[path],
        name=f"{process_id}/{name_of(path)}",
        title=title_documents(process_id, documents, spoken()).get(path, ""),
        english=read_english(documents, process_id),
        reader=reader,
    )
    return _mark(page, _find_marks(comparison, side, path))


def _find_marks(comparison: Comparison, side: str, path: str) -> dict[str, str]:
    """What kind of change is to be marked at which component."""
    old, new = comparison.old.documents.get(path), comparison.new.documents.get(path)
    if old is None or new is None:
        return {}
    try:
        changes = compare_forms(
            old,
            new,
            form_id=name_of(path),
            english_before={},
            english={},
            vocabulary=Vocabulary(),
        )
    except NoForm:
        return {}
    marks = ((each.old if side == "old" else each.new, each.kind) for each in changes)
    return {place: kind for place, kind in marks if place}


def _mark(page: str, marks: Mapping[str, str]) -> str:
    root = lxml.html.document_fromstring(page)
    style = {"rel": "stylesheet", "href": Bundles().url("studio-compare.css")}
    for head in root.iter("head"):
        head.append(root.makeelement("link", style))
    words = {
        "added": _("New"),
        "removed": _("Removed"),
        "changed": _("Changed"),
        "moved": _("Moved"),
    }
    found = dict(_places(root))
    for place, kind in marks.items():
        box = found.get(place.replace(".", "-"))
        if box is not None:
            box.classes |= {"compare-mark", f"compare-{kind}"}
            sign = root.makeelement("span", {"class": f"compare-sign compare-{kind}"})
            sign.text = words[kind]
            # A list of answers has nothing but terms and answers in it.
            around = next(box.iterchildren("dt"), box)
            sign.tail, around.text = around.text, None
            around.insert(0, sign)
    return lxml.html.tostring(root, doctype="<!doctype html>", encoding="unicode")


def _places(root: HtmlElement) -> Iterator[tuple[str, HtmlElement]]:
    """The boxes of what stands on the page, by path; the first row stands for all of them."""
    seen = set[str]()
    for element in root.iter("input", "select", "textarea", "fieldset", "section", "div", "button"):
        name = _name_of(element)
        if name and name not in seen:
            seen.add(name)
            yield name, _box_of(element)


def _name_of(element: HtmlElement) -> str:
    if element.tag == "button":
        is_outcome = element.get("name") == "outcome" and "visually-hidden" not in element.classes
        return element.get("value", "") if is_outcome else ""
    identifier = element.get("id", "")
    if not identifier.startswith("field-"):
        return ""
    return ROW.sub("", identifier.removeprefix("field-").removesuffix("-comment"))


def _box_of(element: HtmlElement) -> HtmlElement:
    """What holds a field with its label."""
    if element.tag in ("button", "section"):
        return element
    for around in (element, *element.iterancestors("div")):
        is_column = any(each.startswith("col") for each in around.classes)
        in_list = around.getparent() is not None and around.getparent().tag == "dl"
        if is_column or in_list:
            return around
    return element
