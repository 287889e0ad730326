/* The steps of a diagram in the order in which a case passes them. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { isStep } from "./kinds.js";

/** Where a flow leads, those into steps that were seen before included. */
export const flowsFrom = (element) =>
  element.outgoing.filter((each) => is(each, "bpmn:SequenceFlow"));

const flowsTo = (element) =>
  element.incoming.filter((each) => is(each, "bpmn:SequenceFlow"));

/** Every step once: from the starts along the flows, each way to its end; then what nothing leads to. */
export function orderSteps(elementRegistry) {
  const steps = elementRegistry.filter(isStep);
  const starts = steps.filter((each) => is(each, "bpmn:StartEvent"));
  const seen = new Set();
  const ordered = [];
  for (const start of [...starts, ...steps.toSorted(byPlace)]) {
    const ahead = [start];
    while (ahead.length) {
      const step = ahead.pop();
      if (seen.has(step) || (is(step, "bpmn:BoundaryEvent") && step.host && !seen.has(step.host)))
        continue;
      seen.add(step);
      ordered.push(step);
      // The stack gives the last thing first: the ways on, then the events on the step before them.
      ahead.push(
        ...flowsFrom(step)
          .map((flow) => flow.target)
          .filter(Boolean)
          .toReversed(),
      );
      ahead.push(...step.attachers.filter(isStep).toReversed());
    }
  }
  return ordered;
}

function byPlace(one, other) {
  return one.x - other.x || one.y - other.y;
}

/** The user tasks and calls whose outcome a gateway reads: those right before it. */
export function tasksBefore(element) {
  const found = new Set();
  const seen = new Set();
  const ahead = [element];
  while (ahead.length) {
    for (const flow of flowsTo(ahead.pop())) {
      const { source } = flow;
      if (!source || seen.has(source)) continue;
      seen.add(source);
      if (is(source, "bpmn:UserTask")) found.add(source);
      else if (is(source, "bpmn:Gateway")) ahead.push(source);
    }
  }
  return [...found];
}
