"""Somebody else at work: what his pages and buttons take while a server does something long."""

import http.client
import statistics
import time
from collections.abc import Callable, Mapping

from benchmarks.figures import Figure
from benchmarks.http import SignedIn
from web.sessions import COOKIE

BETWEEN = 0.1
"""Seconds between two rounds of what he does."""

WARM_UP = 5
SLOWEST = 600.0
"""Seconds after which something has not ended."""

Deeds = Mapping[str, tuple[str, str]]
"""What he does, by name: method and address."""


class Browser:
    """One kept connection of somebody who is signed in."""

    def __init__(self, port: int, person: SignedIn) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self._headers = {
            "Cookie": f"{COOKIE}={person.cookie}",
            "X-CSRF-Token": person.csrf_token,
        }

    def ask(self, method: str, address: str) -> float:
        """Ms until the answer is read."""
        began = time.perf_counter()
        self._connection.request(method, address, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{address} answers {answer.status}")
        return (time.perf_counter() - began) * 1e3

    def reconnect(self) -> None:
        """Begin anew: a server hangs up on who says nothing for a while."""
        self._connection.close()

    def alone(self, deeds: Deeds) -> dict[str, float]:
        """Ms of each deed while nothing else is done."""
        return {name: min(self.ask(*deed) for _ in range(WARM_UP)) for name, deed in deeds.items()}


def work_until(
    is_over: Callable[[], bool], browser: Browser, deeds: Deeds
) -> tuple[float, dict[str, list[float]]]:
    """Do things until something is over: its seconds, and the ms of each deed meanwhile."""
    meanwhile: dict[str, list[float]] = {name: [] for name in deeds}
    browser.reconnect()
    began = time.perf_counter()
    while not is_over():
        for name, deed in deeds.items():
            meanwhile[name].append(browser.ask(*deed))
        time.sleep(BETWEEN)
        if time.perf_counter() - began > SLOWEST:
            raise TimeoutError
    return time.perf_counter() - began, meanwhile


def figures_of(
    what: str, name: str, meanwhile: Mapping[str, list[float]], alone: Mapping[str, float]
) -> list[Figure]:
    """The median of each deed, with the longest beside it."""
    return [
        Figure(
            f"{deed}_during_{what}_{name}",
            statistics.median(times),
            "ms",
            note=f"the longest of {len(times)}: {max(times):.0f}; alone {alone[deed]:.0f}",
        )
        for deed, times in meanwhile.items()
        if times
    ]
