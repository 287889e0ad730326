"""What is different between two documents of English texts."""

from collections.abc import Mapping

from engine.language import _
from workflows.studio.differences.model import Change, Detail, shorten
from workflows.studio.english import KINDS, Text

LONGEST_NAME = 60


def compare_texts(
    old: Mapping[str, str], new: Mapping[str, str], known: Mapping[str, Text]
) -> list[Change]:
    """The English texts that came, went or changed; `known` says by key where they stand."""
    return [
        Change(
            "added" if key not in old else "removed" if key not in new else "changed",
            _say(key, known),
            details=(Detail(_("English"), shorten(old.get(key, "")), shorten(new.get(key, ""))),),
        )
        for key in dict.fromkeys((*new, *old))
        if old.get(key) != new.get(key)
    ]


def _say(key: str, known: Mapping[str, Text]) -> str:
    text = known.get(key)
    if text is None:
        return _("A text that stands nowhere any more (%(key)s)", key=key)
    words = text.about if len(text.about) <= LONGEST_NAME else f"{text.about[:LONGEST_NAME]}…"
    return _("“%(name)s”: %(kind)s", name=words, kind=_(KINDS[text.kind]))
