"""A person at the editor of a diagram: the list of steps, the panel, the canvas."""

from dataclasses import dataclass
from typing import Self

from playwright.sync_api import Locator, expect

from tests.browser.walking import Person


@dataclass(frozen=True)
class Desk:
    """Somebody who draws, by what stands on the page."""

    person: Person

    def is_ready(self) -> Self:
        """Wait until the diagram is drawn."""
        expect(self.person.page.locator("body")).to_have_attribute("data-ready", "true")
        return self

    def at(self, key: str) -> Locator:
        """Something of the list of steps: a step by its id, or what is done with it."""
        return self.person.page.locator(f"#studio-steps [data-key='{key}']")

    def choose(self, step: str) -> Self:
        """Choose a step in the list; pressed once more it would be left."""
        if self.at(step).get_attribute("aria-expanded") != "true":
            self.at(step).press("Enter")  # the list may scroll below a pointer
        expect(self.at(step)).to_have_attribute("aria-expanded", "true")
        return self

    def add(self, kind: str, *, after: str) -> Self:
        """Add a step after another."""
        self.choose(after).at(f"{after} kind").select_option(kind)
        self.at(f"{after} add").click()
        return self

    def entry(self, name: str) -> Locator:
        """A field of the panel."""
        panel = self.person.page.locator("#studio-panel")
        return panel.locator(f"[data-entry-id='{name}']").locator("input, select, textarea").first

    def fill(self, name: str, text: str) -> Self:
        """Type into a field of the panel and leave it: what was typed is taken at once."""
        self.entry(name).fill(text)
        self.entry(name).press("Tab")
        return self

    def group(self, name: str) -> Locator:
        """A group of the panel."""
        return self.person.page.locator(f"#studio-panel [data-group-id='group-{name}']")

    def is_saved(self) -> Self:
        """Wait until everything is saved."""
        saving = self.person.page.locator("[data-saving]")
        expect(saving).to_have_attribute("data-state", "saved")
        return self
