"""What is different between two states of a process, document by document."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from engine.feel.dmn import InvalidDecision
from engine.language import _
from engine.releases import Documents
from engine.spiff.document import BrokenDocument
from workflows.studio.differences.diagrams import Names, Side, compare_diagrams
from workflows.studio.differences.english import compare_texts
from workflows.studio.differences.forms import NoForm, compare_forms
from workflows.studio.differences.model import Change, Difference, cut
from workflows.studio.differences.table_changes import compare_tables
from workflows.studio.differences.tables import read_tables
from workflows.studio.differences.vocabulary import Vocabulary
from workflows.studio.documents import DIAGRAM, ENGLISH, FORM, TABLE, name_of, suffix_of
from workflows.studio.english import Text, list_texts, read_english
from workflows.studio.titles import title_documents, title_elements

MOST_LINES = 300
ORDER = {DIAGRAM: 0, TABLE: 1, FORM: 2, ENGLISH: 3}

EMPTY: Mapping[str, bytes] = {
    TABLE: b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/"/>',
    DIAGRAM: b'<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"/>',
    FORM: b"{}",
    ENGLISH: b"{}",
}
"""What a document is compared with where the other side has none."""


def differences_of(old: Documents, new: Documents) -> list[Difference]:
    """Which documents differ: the diagram first, then tables, forms and English texts."""
    found = []
    for path in sorted({*old, *new}, key=lambda path: (ORDER.get(suffix_of(path), 4), path)):
        if path not in old:
            found.append(Difference(path, "added"))
        elif path not in new:
            found.append(Difference(path, "removed"))
        elif old[path] != new[path]:
            found.append(Difference(path, "changed"))
    return found


def describe_differences(
    process_id: str, old: Documents, new: Documents, vocabulary: Vocabulary
) -> list[Difference]:
    """Which documents differ and how, in words, in at most 300 lines.

    Of what would take more, `more` says how many changes are left out. Takes time by the size of
    the documents, whatever stands in them.
    """
    comparison = _Comparison(process_id, old, new, vocabulary)
    lines = MOST_LINES
    found = []
    for each in differences_of(old, new):
        changes, more = cut(comparison.compare(each), lines)
        lines -= sum(change.lines for change in changes)
        found.append(replace(each, changes=changes, more=more))
    return found


@dataclass(frozen=True)
class _Comparison:
    process_id: str
    old: Documents
    new: Documents
    vocabulary: Vocabulary

    def compare(self, difference: Difference) -> list[Change]:
        """What is different in a document; one that went needs no words about its parts."""
        path = difference.path
        if difference.kind == "removed":
            return []
        try:
            changes = self._compare(path)
        except (BrokenDocument, InvalidDecision, NoForm):
            return [Change("changed", _("It cannot be read, so that it is compared as a whole."))]
        if changes or difference.kind == "added":
            return changes
        words = _("It only is written otherwise; nothing follows from it.")
        return [Change("moved", words)]

    def _compare(self, path: str) -> list[Change]:
        suffix = suffix_of(path)
        empty = EMPTY.get(suffix, b"")
        old, new = self.old.get(path, empty), self.new.get(path, empty)
        match suffix:
            case ".bpmn":
                return compare_diagrams(
                    Side.read(path, old, self._names(self.old), self.vocabulary),
                    Side.read(path, new, self._names(self.new), self.vocabulary),
                )
            case ".dmn":
                return compare_tables(
                    old, new, english_before=self._english[0], english=self._english[1]
                )
            case ".form":
                return compare_forms(
                    old,
                    new,
                    form_id=name_of(path),
                    english_before=self._english[0],
                    english=self._english[1],
                    vocabulary=self.vocabulary,
                )
            case ".en.json":
                return compare_texts(
                    read_english(self.old, self.process_id),
                    read_english(self.new, self.process_id),
                    self._texts,
                )
        return []

    @cached_property
    def _english(self) -> tuple[Mapping[str, str], Mapping[str, str]]:
        """The English texts of both sides, none where the reader reads Chinese."""
        if self.vocabulary.language != "en":
            return {}, {}
        return read_english(self.old, self.process_id), read_english(self.new, self.process_id)

    @cached_property
    def _texts(self) -> Mapping[str, Text]:
        both = [*list_texts(self.process_id, self.old), *list_texts(self.process_id, self.new)]
        return {each.key: each for each in both}

    def _names(self, documents: Documents) -> Names:
        language = self.vocabulary.language
        titles = title_documents(self.process_id, documents, language)
        return Names(
            elements=title_elements(self.process_id, documents, language),
            forms={
                name_of(path): title for path, title in titles.items() if suffix_of(path) == FORM
            },
            decisions=self._decisions(documents),
        )

    def _decisions(self, documents: Documents) -> dict[str, str]:
        english = read_english(documents, self.process_id) if self._english[1] else {}
        found: dict[str, str] = {}
        for path, source in documents.items():
            if suffix_of(path) != TABLE:
                continue
            try:
                found |= {each.id: each.title for each in read_tables(source, english)}
            except InvalidDecision:
                continue
        return found
