"""What the engine alone costs: `python -m benchmarks.spiff`.

A case of ten steps (with a reminder, a message boundary event, a call and an operation) goes
round and is stored after every completion; then the same with sixty more steps in the model.
The floor is reading and writing the state's JSON.
"""

import statistics
import time
from datetime import UTC, datetime
from itertools import pairwise

import orjson

from engine.spiff import Done, Instance, Model, OperationCall, read_model

NOW = datetime(2026, 11, 1, 8, tzinfo=UTC)
CASES = 100
ROUNDS = 5

HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
    ' xmlns:zeebe="http://camunda.org/schema/zeebe/1.0"'
    ' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"'
    ' id="definitions" targetNamespace="urn:benchmark">'
)
INSPECTION = """<bpmn:message id="m" name="withdraw"/>
<bpmn:process id="inspection" isExecutable="true">
<bpmn:startEvent id="start"/><bpmn:exclusiveGateway id="again"/>
<bpmn:userTask id="fill"><bpmn:extensionElements><zeebe:formDefinition formId="fill"/>
<zeebe:assignmentDefinition candidateGroups="member"/></bpmn:extensionElements></bpmn:userTask>
<bpmn:boundaryEvent id="withdrawn" attachedToRef="fill">
<bpmn:messageEventDefinition messageRef="m"/></bpmn:boundaryEvent>
<bpmn:boundaryEvent id="reminded" attachedToRef="fill" cancelActivity="false">
<bpmn:timerEventDefinition><bpmn:timeDuration xsi:type="bpmn:tFormalExpression">=patience
</bpmn:timeDuration></bpmn:timerEventDefinition></bpmn:boundaryEvent>
<bpmn:scriptTask id="count"><bpmn:extensionElements>
<zeebe:script expression="=round + 1" resultVariable="round"/></bpmn:extensionElements>
</bpmn:scriptTask>
<bpmn:serviceTask id="compare"><bpmn:extensionElements>
<zeebe:taskDefinition type="photo.compare"/><zeebe:ioMapping>
<zeebe:input source="=subject" target="member_no"/><zeebe:output source="=match" target="ok"/>
</zeebe:ioMapping></bpmn:extensionElements></bpmn:serviceTask>
<bpmn:callActivity id="review"><bpmn:extensionElements><zeebe:calledElement processId="review"/>
<zeebe:ioMapping><zeebe:input source="=subject" target="who"/>
<zeebe:output source="=decision" target="outcome"/></zeebe:ioMapping></bpmn:extensionElements>
</bpmn:callActivity>
<bpmn:exclusiveGateway id="approved" default="approved_record"/>
<bpmn:serviceTask id="record"><bpmn:extensionElements>
<zeebe:taskDefinition type="results.record"/></bpmn:extensionElements></bpmn:serviceTask>
<bpmn:endEvent id="end"/><bpmn:endEvent id="end_withdrawn"/><bpmn:endEvent id="end_reminded"/>
"""
REVIEW = """<bpmn:process id="review" isExecutable="true"><bpmn:startEvent id="start"/>
<bpmn:userTask id="decide"><bpmn:extensionElements><zeebe:formDefinition formId="decide"/>
<zeebe:assignmentDefinition candidateGroups="association"/></bpmn:extensionElements>
</bpmn:userTask><bpmn:endEvent id="end"/>
<bpmn:sequenceFlow id="a" sourceRef="start" targetRef="decide"/>
<bpmn:sequenceFlow id="b" sourceRef="decide" targetRef="end"/></bpmn:process>"""
FLOWS = (
    "start again, again fill, fill count, count compare, compare review, review approved,"
    " withdrawn end_withdrawn, reminded end_reminded"
)


def model(more: int) -> Model:
    """Read the process, with `more` user tasks after its last step."""
    body = INSPECTION
    flows = [pair.split() for pair in FLOWS.split(",")]
    chain = ["record", *(f"more_{number}" for number in range(more)), "end"]
    flows += [list(pair) for pair in pairwise(chain)]
    for name in chain[1:-1]:
        body += (
            f'<bpmn:userTask id="{name}"><bpmn:extensionElements><zeebe:formDefinition'
            f' formId="{name}"/><zeebe:assignmentDefinition candidateGroups="member"/>'
            "</bpmn:extensionElements></bpmn:userTask>"
        )
    for source, target in flows:
        name = f"{source}_{target}"
        body += f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}"/>'
    body += (
        '<bpmn:sequenceFlow id="approved_record" sourceRef="approved" targetRef="record"/>'
        '<bpmn:sequenceFlow id="returned" sourceRef="approved" targetRef="again">'
        '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">=outcome = "return"'
        "</bpmn:conditionExpression></bpmn:sequenceFlow></bpmn:process>"
    )
    documents = {
        name: f"{HEAD}{text}</bpmn:definitions>".encode()
        for name, text in (("inspection.bpmn", body), ("review.bpmn", REVIEW))
    }
    return read_model("inspection", documents, {})


def run_operation(_call: OperationCall) -> Done:
    """Answer at once."""
    return Done({"match": True})


def measure(read: Model) -> tuple[dict[str, float], int]:
    """Give milliseconds per completion and the largest state's bytes."""
    spent: dict[str, list[float]] = {"load": [], "complete": [], "dump": [], "floor": []}
    largest = 0
    answers = [{}, {"decision": "return"}] * (ROUNDS - 1) + [{}, {"decision": "approve"}]
    for _ in range(CASES):
        variables = {"subject": "330000001234", "round": 0, "patience": "P7D"}
        state = Instance.start(read, variables, run_operation=run_operation, now=NOW).dump()
        for given in answers:
            largest = max(largest, len(state))
            times = [time.perf_counter()]
            orjson.dumps(orjson.loads(state))
            times.append(time.perf_counter())
            instance = Instance.load(read, state, run_operation=run_operation, now=NOW)
            times.append(time.perf_counter())
            instance.complete_task(instance.open_tasks[0].id, given)
            times.append(time.perf_counter())
            state = instance.dump()
            times.append(time.perf_counter())
            for name, (begun, ended) in zip(
                ("floor", "load", "complete", "dump"), pairwise(times), strict=True
            ):
                spent[name].append(ended - begun)
    return {name: statistics.mean(each) * 1000 for name, each in spent.items()}, largest


def main() -> None:
    """Print the figures."""
    for more in (0, 60):
        begun = time.perf_counter()
        read = model(more)
        parsing = (time.perf_counter() - begun) * 1000
        measure(read)
        times, largest = measure(read)
        total = times["load"] + times["complete"] + times["dump"]
        print(
            f"{10 + more} steps: read once {parsing:.1f} ms; per completion load"
            f" {times['load']:.3f} + complete {times['complete']:.3f} + dump {times['dump']:.3f}"
            f" = {total:.3f} ms, {total / times['floor']:.0f} times reading and writing the"
            f" JSON; state {largest} bytes"
        )


if __name__ == "__main__":
    main()
