"""The Chinese catalogue says all that the code and the templates say, and nothing else."""

import re
import subprocess
from pathlib import Path

import pytest
from babel.messages import Catalog
from babel.messages.pofile import read_po

ROOT = Path(__file__).parents[1]
CHINESE = ROOT / "web/translations/zh_CN/LC_MESSAGES/messages.po"
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]")


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file)


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    """What the code and the templates say."""
    path = tmp_path_factory.mktemp("messages") / "messages.pot"
    subprocess.run([ROOT / ".ci/messages", "extract", path], check=True)
    return read(path)


@pytest.fixture(scope="module")
def chinese() -> Catalog:
    """What is said in Chinese."""
    return read(CHINESE)


def texts(string: str | tuple[str, ...]) -> tuple[str, ...]:
    return (string,) if isinstance(string, str) else tuple(string)


def test_every_message_has_a_chinese_text(written, chinese):
    missing = [
        message.id
        for message in written
        if message.id
        and ((said := chinese.get(message.id)) is None or not all(texts(said.string)) or said.fuzzy)
    ]
    assert missing == []


def test_every_chinese_text_is_of_a_message_in_use(written, chinese):
    unused = [m.id for m in chinese if m.id and written.get(m.id) is None]
    assert unused == []


def test_chinese_texts_have_the_placeholders_of_their_messages(chinese):
    wrong = []
    for message in chinese:
        known = {name for text in texts(message.id) for name in PLACEHOLDER.findall(text)}
        for text in texts(message.string):
            said = set(PLACEHOLDER.findall(text))
            # A text for one number need not say the number; no text may say what is not given.
            if message.id and (said - known or (not message.pluralizable and said != known)):
                wrong.append(message.id)
    assert wrong == []
