/* Gateways and the ways out of them: when each is taken, by the outcomes of the task before. */
import { ListGroup } from "@bpmn-io/properties-panel";
import { is } from "bpmn-js/lib/util/ModelUtil";
import { say } from "../../words.js";
import { outcomesOf } from "../../catalogue.js";
import { tasksBefore, flowsFrom } from "../flow-order.js";
import { describe } from "../kinds.js";
import { choice, feel, group, note, text } from "./entries.js";
import { readForm } from "./user-task.js";

const OTHERWISE = "otherwise";
const COMPUTED = "=";

const readCondition = (flow) => flow.businessObject.conditionExpression?.body ?? "";

/** What the ways out can be chosen by: `[{label, children: [{value: "=x_outcome = …", label}]}]`. */
function findOutcomes(gateway) {
  return tasksBefore(gateway)
    .map((task) => ({
      label: say("panel.way_outcome_of", { task: describe(task) }),
      children: outcomesOf(readForm(task)).map(({ value, label }) => ({
        value: `=${task.id}_outcome = "${value}"`,
        label,
      })),
    }))
    .filter((each) => each.children.length);
}

/** The way's condition: an outcome of the task before, “otherwise”, or an expression. */
function conditionEntries(flow, prefix, services) {
  const gateway = flow.source;
  const owner = flow.businessObject;
  const outcomes = findOutcomes(gateway);
  const offered = outcomes.flatMap((each) => each.children.map((one) => one.value));
  const isDefault = gateway.businessObject.default === owner;
  const condition = readCondition(flow);
  const isComputed = !isDefault && Boolean(condition) && !offered.includes(condition);
  const get = () => (isDefault ? OTHERWISE : isComputed ? COMPUTED : condition);
  const set = (value) => {
    if (value === OTHERWISE) makeDefault(services, flow);
    else setCondition(services, flow, value === COMPUTED ? "=true" : value);
  };
  const options = () => [
    ...outcomes,
    { value: OTHERWISE, label: say("panel.way_otherwise") },
    { value: COMPUTED, label: say("panel.way_computed") },
  ];
  return [
    choice(`${prefix}when`, say("panel.way_when"), get, set, options, {
      empty: say("panel.way_none"),
    }),
    isComputed &&
      feel(
        `${prefix}condition`,
        say("panel.expression"),
        () => readCondition(flow),
        (value) => setCondition(services, flow, value),
        {
          element: flow,
        },
      ),
  ].filter(Boolean);
}

function makeDefault({ modeling, editing }, flow) {
  editing.together(() => {
    modeling.updateProperties(flow, { conditionExpression: undefined });
    modeling.updateProperties(flow.source, { default: flow.businessObject });
  });
}

function setCondition({ modeling, editing }, flow, body) {
  editing.together(() => {
    const owner = flow.businessObject;
    if (flow.source.businessObject.default === owner)
      modeling.updateProperties(flow.source, { default: undefined });
    const conditionExpression = body
      ? editing.create("bpmn:FormalExpression", { body }, owner)
      : undefined;
    modeling.updateProperties(flow, { conditionExpression });
  });
}

/** The ways out of an exclusive gateway, each with its name and condition. */
export function waysGroup(element, services) {
  if (!is(element, "bpmn:ExclusiveGateway")) return null;
  const flows = flowsFrom(element);
  const items = flows.map((flow, index) => {
    const prefix = `way-${index}-`;
    const set = (value) => services.editing.setName(flow, value);
    const names = {
      way: flow.businessObject.name || say("panel.way_unnamed"),
      target: describe(flow.target),
    };
    return {
      id: `way-${flow.id}`,
      label: say("panel.way", names),
      entries: [
        text(`${prefix}name`, say("panel.way_name"), () => flow.businessObject.name ?? "", set),
        ...(flows.length > 1 ? conditionEntries(flow, prefix, services) : []),
      ],
    };
  });
  return {
    id: "studio-ways",
    label: say("panel.ways"),
    component: ListGroup,
    items,
    shouldOpen: true,
  };
}

export function flowGroup(element, services) {
  if (!is(element, "bpmn:SequenceFlow") || !element.source) return null;
  if (!is(element.source, "bpmn:ExclusiveGateway") || flowsFrom(element.source).length < 2)
    return null;
  return group("studio-way", say("panel.way_taken"), conditionEntries(element, "", services));
}

export function gatewayNote(element) {
  if (is(element, "bpmn:ParallelGateway"))
    return group("studio-gateway", say("panel.works"), [note("works", say("panel.parallel_hint"))]);
  if (is(element, "bpmn:EventBasedGateway"))
    return group("studio-gateway", say("panel.works"), [note("works", say("panel.race_hint"))]);
  return null;
}
