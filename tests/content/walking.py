"""Walks through the shipped diagrams: people, payments and hours by hand, the engine for real."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from engine.feel import compile_expression
from engine.spiff import Done, Instance, Model, OpenTask, OperationCall, Wait, read_model
from tests.content.shipped import FOLDER

DIAGRAMS = {path.name: path.read_bytes() for path in FOLDER.glob("bpmn/*/*.bpmn")}
DECISIONS = {path.name: path.read_bytes() for path in FOLDER.glob("bpmn/*/*.dmn")}
MODELS = {
    process: read_model(process, DIAGRAMS, DECISIONS) for process in ("inspection", "payment")
}

HOURS_ASKED = 40
NOW = datetime(2022, 9, 6, 9, 32, tzinfo=UTC)
START = {
    "member_id": 7,
    "member_no": "440100010007",
    "year": 2021,
    "season_id": 3,
    "association_id": 44,
    "fee_key": "7:2021",
    "member_key": "7",
}


@dataclass
class World:
    """What the operations find outside the case."""

    hours_missing: int = 0
    commitments: dict[str, int] = field(default_factory=lambda: {"inspection": 1, "deferral": 1})
    is_charged: bool = True
    is_exempt_by_birth: bool = False
    years_owed: int = 1
    paid: bool = False
    claimed: bool = False
    calls: list[OperationCall] = field(default_factory=list)
    fee: str | None = None
    levels: int = 1
    needs_agreement: bool = False

    def run(self, call: OperationCall) -> Done:
        """Answer an operation as the domain would."""
        self.calls.append(call)
        inputs = call.inputs
        match call.operation:
            case "hours.add_up":
                done = HOURS_ASKED - self.hours_missing
                return Done({"hours_sums": {"required": HOURS_ASKED, "done": done}})
            case "commitments.find_version":
                return Done({"current_commitment": self.commitments[str(inputs["kind"])]})
            case "review.plan":
                return Done({"levels": self.levels, "needs_agreement": self.needs_agreement})
            case "fees.collect_facts":
                return Done({"fee_facts": self.fee_facts()})
            case "fees.record":
                self.fee = str(inputs["status"])
            case "fees.confirm":
                self.claimed, self.paid = False, True
            case "fees.refuse":
                self.claimed = False
            case "fees.is_settled":
                return Done({"fee_settled": self.fee in {"exempt", "confirmed"}})
        return Done({})

    def fee_facts(self) -> dict[str, object]:
        """The facts that the decision table asks for."""
        return {
            "is_charged": self.is_charged,
            "is_exempt_by_birth": self.is_exempt_by_birth,
            "years_owed": self.years_owed,
            "yearly_amount": 10000,
            "paid": self.paid,
            "claimed": self.claimed,
        }

    def called(self, operation: str) -> list[Mapping[str, object]]:
        """The inputs of every call of an operation."""
        return [each.inputs for each in self.calls if each.operation == operation]


class Walk:
    """One case, stored and loaded again after every step."""

    def __init__(self, world: World, process: str = "inspection", **given: object) -> None:
        self.world = world
        self.model: Model = MODELS[process]
        start = {**START, **given}
        self.instance = Instance.start(self.model, start, run_operation=world.run, now=NOW)

    @property
    def open(self) -> list[str]:
        """The steps that wait for a person."""
        return sorted(each.element_id for each in self.instance.open_tasks)

    def do(self, task: str, outcome: str, **answers: object) -> "Walk":
        """Complete a task by one of its buttons."""
        (found,) = [each for each in self.instance.open_tasks if each.element_id == task]
        self.instance.complete_task(found.id, {f"{task}_outcome": outcome}, local=answers)
        return self._store()

    def hear(self, name: str, key: str) -> "Walk":
        """Let a message come in that the case waits for."""
        assert self.instance.send_message(name, key=key)
        return self._store()

    def statuses(self) -> list[str]:
        """What the steps that wait say of their case."""
        found = []
        waiting: list[OpenTask | Wait] = [*self.instance.open_tasks, *self.instance.waits]
        for each in waiting:
            source = self.model.step(each.process_id, each.element_id).properties.get("status")
            if source is not None and source.startswith("="):
                assert isinstance(each, OpenTask)
                source = str(compile_expression(source[1:]).evaluate(each.variables, now=NOW))
            if source is not None:
                found.append(source)
        return sorted(set(found))

    def _store(self) -> "Walk":
        if not self.instance.is_ended:
            self.instance = Instance.load(
                self.model, self.instance.dump(), run_operation=self.world.run, now=NOW
            )
        return self
