"""How people call the steps of a release's diagrams, in the language of the page."""

from collections.abc import Mapping
from dataclasses import dataclass

import orjson

from engine.releases import LoadedRelease
from forms.lists import Language


@dataclass(frozen=True)
class StepNames:
    """The names of processes, steps and outcomes; what has none is called by its id."""

    release: LoadedRelease
    language: Language

    def process(self, process_id: str) -> str:
        """The name of a process."""
        english = self.english(process_id).get(process_id)
        found = self.release.model.processes.get(process_id)
        return english or (found.name if found else process_id)

    def step(self, process_id: str, element_id: str) -> str:
        """The name of a step."""
        english = self.english(process_id).get(element_id)
        process = self.release.model.processes.get(process_id)
        step = process.steps.get(element_id) if process else None
        return english or (step.name if step else element_id)

    def about(self, process_id: str, element_id: str) -> str:
        """What stands in the diagram about a step."""
        english = self.english(process_id).get(f"{element_id}.documentation")
        return english or self.release.model.step(process_id, element_id).documentation

    def find_step(self, element_id: str) -> str:
        """The name of a step whose process is not said: the first that has it."""
        for process in self.release.model.processes.values():
            if element_id in process.steps:
                return self.step(process.id, element_id)
        return element_id

    def outcome(self, process_id: str, form_id: str, outcome: str) -> str:
        """What stands on the button of an outcome."""
        for button in self._buttons(process_id, form_id):
            if button["properties"].get("outcome") == outcome:
                english = self.english(process_id).get(f"{form_id}.{button['id']}.label")
                return str(english or button.get("label") or outcome)
        return outcome

    def _buttons(self, process_id: str, form_id: str) -> list[dict[str, Mapping[str, str]]]:
        def read() -> list[dict[str, Mapping[str, str]]]:
            document = self.release.documents.get(f"forms/{process_id}/{form_id}.form", b"{}")
            components = orjson.loads(document).get("components", [])
            return [each for each in components if each["type"] == "button"]

        return self.release.once(("buttons", process_id, form_id), read)

    def english(self, process_id: str) -> Mapping[str, str]:
        """A process's English texts by id; empty in Chinese, which stands in the documents."""
        if self.language != "en":
            return {}

        def read() -> Mapping[str, str]:
            path = f"bpmn/{process_id}/{process_id}.en.json"
            texts: Mapping[str, str] = orjson.loads(self.release.documents.get(path, b"{}"))
            return texts

        return self.release.once(("english", process_id), read)
