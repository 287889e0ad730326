"""Where tokens can go in a process: what reaches what, and what goes round."""

from collections.abc import Callable, Iterable, Mapping
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
        before: dict[str, int] = dict.fromkeys(inside, 0)
        for targets in within.values():
            for target in targets:
                before[target] += 1
        first = [step for step, count in before.items() if count == 0]
        while first:  # what nothing leads to is on no round
            for target in within.pop(first.pop()):
                before[target] -= 1
                if before[target] == 0:
                    first.append(target)
        return [
            step
            for step in self.process.steps
            if step in within and step in _walk(within, within[step], None)
        ]


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
