"""A simulated phone on the simulator's page, held by somebody who taps on it."""

import re
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import FrameLocator, Locator, expect

from tests.browser.walking import Person
from web import simulator
from workflows.channels import phones
from workflows.shared.channels import channels_of


@dataclass(frozen=True)
class Handset:
    """One phone of the page that a person looks at."""

    watcher: Person
    phone_id: int

    @property
    def screen(self) -> FrameLocator:
        """What the phone shows."""
        return self.watcher.page.frame_locator(self._frame)

    @property
    def main(self) -> Locator:
        """What the phone shows without what stands around it."""
        return self.screen.get_by_role("main")

    @property
    def news(self) -> Locator:
        """What has just arrived, above the screen; a link to where it is read."""
        case = self.watcher.page.locator(".case", has=self.watcher.page.locator(self._frame))
        return case.get_by_role("status").get_by_role("link")

    def let_news_go(self) -> "Handset":
        """What has just arrived is shown and gone, as after nine seconds: it covers a corner."""
        expect(self.news).to_be_visible()
        self.watcher.page.evaluate("document.getAnimations().forEach((each) => each.finish())")
        expect(self.news).to_be_hidden()
        return self

    def home(self) -> "Handset":
        """Go to the home screen."""
        page = self.watcher.page
        page.locator(f"a.case-home[target='phone-{self.phone_id}']").click()
        expect(self.screen.get_by_role("navigation", name=self._say("Apps"))).to_be_visible()
        return self

    def app(self, name: str) -> "Handset":
        """Open an app from the home screen."""
        self.home().screen.get_by_role("link", name=self._say(name), exact=True).click()
        return self

    def tap(self, name: str, **values: object) -> "Handset":
        """Tap the first button or link of a name."""
        words = re.compile(f"^{re.escape(self._say(name, **values))}")
        link = self.screen.get_by_role("link", name=words)
        self.screen.get_by_role("button", name=words).or_(link).first.click()
        return self

    def menu(self, entry: str) -> "Handset":
        """Open an entry of the official account's menu."""
        self.app("WeChat").screen.get_by_role("navigation").get_by_text("我的").click()
        return self.tap(entry)

    def type(self, label: str, text: str) -> "Handset":
        """Type into a field."""
        words = re.compile(f"^{re.escape(self._say(label))}")
        self.main.get_by_label(words).first.fill(text)
        return self

    def sees(self, words: str, **values: object) -> "Handset":
        """Read this on the phone."""
        expect(self.main).to_contain_text(self._say(words, **values))
        return self

    @property
    def _frame(self) -> str:
        return f"iframe[name='phone-{self.phone_id}']"

    def _say(self, words: str, **values: object) -> str:
        return self.watcher.say(words, **values)


def find_phone_id(app: Any, openid: str) -> int:
    """The number of a WeChat user's phone."""
    with app.extensions["engine"].database.read() as session:
        found = phones.find_phone(session, openid)
        assert found is not None
        return found.id


def set_menu(app: Any) -> None:
    """Show the menu on phones, as a start in development does."""
    simulator.set_menu(app.extensions["engine"], app.config["SETTINGS"])


def official_account(app: Any) -> Any:
    """The official account's stand-in."""
    return channels_of(app.extensions["engine"]).official_account
