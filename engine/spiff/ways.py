"""Where tokens can go in a process: what reaches what, and what goes round."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property

from engine.spiff.diagram import ProcessInfo


class Ways:
    """The steps of a process as a graph. An activity leads to its boundary events too."""

    def __init__(self, process: ProcessInfo) -> None:
        self.process = process

    @cached_property
    def onward(self) -> Mapping[str, list[str]]:
        """The steps that each step leads to."""
        found: dict[str, list[str]] = {step: [] for step in self.process.steps}
        for flow in self.process.flows:
            if flow.source in found and flow.target in found:
                found[flow.source].append(flow.target)
        for step in self.process.steps.values():
            if step.attached_to in found:
                found[step.attached_to].append(step.id)
        return found

    @cached_property
    def backward(self) -> Mapping[str, list[str]]:
        """The steps that lead to each step."""
        found: dict[str, list[str]] = {step: [] for step in self.process.steps}
        for source, targets in self.onward.items():
            for target in targets:
                found[target].append(source)
        return found

    def reached(self, starts: Iterable[str], *, without: str | None = None) -> set[str]:
        """The steps that tokens on `starts` can reach, if `without` lets none through."""
        return _walk(self.onward, starts, without)

    def reaching(self, ends: Iterable[str]) -> set[str]:
        """The steps from which `ends` can be reached."""
        return _walk(self.backward, ends, None)

    def rounds(self, may_pass: Callable[[str], bool]) -> list[str]:
        """The steps that can be reached from themselves through such steps only."""
        inside = {step for step in self.onward if may_pass(step)}
        within = {step: [each for each in self.onward[step] if each in inside] for step in inside}
        found = {
            step
            for part in _knots(within)
            for step in part
            if len(part) > 1 or step in within[step]
        }
        return [step for step in self.process.steps if step in found]


def _knots(graph: Mapping[str, list[str]]) -> Iterator[list[str]]:
    """The parts of a graph within which everything reaches everything (Tarjan's way)."""
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    held: dict[str, None] = {}
    for start in graph:
        ahead = [(start, iter(graph[start]))] if start not in order else []
        while ahead:
            step, onward = ahead[-1]
            if step not in order:
                order[step] = lowest[step] = len(order)
                held[step] = None
            following = next(onward, None)
            if following is None:
                ahead.pop()
                if ahead:
                    before = ahead[-1][0]
                    lowest[before] = min(lowest[before], lowest[step])
                if lowest[step] == order[step]:
                    yield _take_until(held, step)
            elif following not in order:
                ahead.append((following, iter(graph[following])))
            elif following in held:
                lowest[step] = min(lowest[step], order[following])


def _take_until(held: dict[str, None], step: str) -> list[str]:
    """Take the last steps out, up to and with this one."""
    part = []
    while step in held:
        part.append(held.popitem()[0])
    return part


def _walk(graph: Mapping[str, list[str]], starts: Iterable[str], without: str | None) -> set[str]:
    seen: set[str] = set()
    ahead = [start for start in starts if start in graph and start != without]
    while ahead:
        step = ahead.pop()
        if step in seen:
            continue
        seen.add(step)
        ahead += [each for each in graph[step] if each not in seen and each != without]
    return seen
