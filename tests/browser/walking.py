"""A person at a browser: looks at pages, types, presses buttons, in a language."""

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.words import say

WIDTHS = {"phone": 390, "desktop": 1440}
SHOTS = os.environ.get("HUIJI_SHOTS", "")
"""A folder for pictures of the pages that tests look at; none are made without it."""


@dataclass(frozen=True)
class Person:
    """Somebody at a page; `language` is what the browser asks for.

    `axe` answers what is wrong with a page for people with disabilities; `widths` are those at
    which he looks closely.
    """

    page: Page
    axe: Callable[[Page], list[str]]
    language: str = "zh"
    widths: tuple[int, ...] = tuple(WIDTHS.values())

    def say(self, message: str, /, **values: object) -> str:
        """A sentence of the pages in this person's language."""
        return say(message, self.language, **values)

    def go(self, address: str, *, status: int = 200) -> "Person":
        """Open an address."""
        response = self.page.goto(address)
        assert response is not None
        assert response.status == status
        return self

    @property
    def main(self) -> Locator:
        """The page without what stands around it."""
        return self.page.get_by_role("main")

    def button(self, words: str, **values: object) -> Locator:
        """The first button of this name; the words are a message or stand in a form."""
        name = re.compile(f"^{re.escape(self.say(words, **values))}")
        return self.main.get_by_role("button", name=name).first

    def press(self, words: str, **values: object) -> "Person":
        """Press a button."""
        self.button(words, **values).click()
        return self

    def link(self, words: str, **values: object) -> Locator:
        """The first link of this name on the page."""
        return self.main.get_by_role("link", name=self.say(words, **values)).first

    def follow(self, words: str, **values: object) -> "Person":
        """Follow a link."""
        self.link(words, **values).click()
        return self

    def field(self, label: str) -> Locator:
        """The field of a label."""
        return self.main.get_by_label(re.compile(f"^{re.escape(label)}")).first

    def type(self, label: str, text: str) -> "Person":
        """Type into a field, in place of what stands there."""
        self.field(label).fill(text)
        return self

    def is_at(self, title: str, **values: object) -> "Person":
        """Be at the page of this title."""
        expect(self.page.get_by_role("heading", level=1)).to_have_text(self.say(title, **values))
        # Its scripts hear what is done next.
        self.page.wait_for_load_state("load")
        return self

    def sees(self, words: str, **values: object) -> "Person":
        """Read this somewhere on the page."""
        expect(self.main).to_contain_text(self.say(words, **values))
        return self

    def sees_not(self, words: str, **values: object) -> "Person":
        """Read this nowhere on the page."""
        expect(self.main).not_to_contain_text(self.say(words, **values))
        return self

    def look(self, name: str) -> "Person":
        """Look closely at the page: everybody can use it, on a phone and on a desk's screen.

        Where the whole walk is made at both sizes, each walk looks at its own.
        That it can be read without scrolling sideways is checked by every page itself.
        """
        self.page.wait_for_load_state("load")  # before its styles came it is another page
        size = self.page.viewport_size
        assert size is not None
        if SHOTS:
            path = Path(SHOTS, f"{name}-{size['width']}-{self.language}.png")
            self.page.screenshot(path=path, full_page=True)
        for width in sorted(self.widths, key=lambda each: each == size["width"]):
            self.page.set_viewport_size({"width": width, "height": size["height"]})
            found = self.axe(self.page)
            assert found == [], f"{name} at {width}: {found}"
        return self
