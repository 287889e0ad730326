/* The kinds of elements that a process may have, in the words of people; nothing else is offered. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { say } from "../words.js";

const MESSAGE = "bpmn:MessageEventDefinition";
const TIMER = "bpmn:TimerEventDefinition";
const ERROR = "bpmn:ErrorEventDefinition";
const TERMINATE = "bpmn:TerminateEventDefinition";

const kind = (key, entry, icon, type, event, more = {}) => ({
  key,
  entry,
  icon: `bpmn-icon-${icon}`,
  type,
  event,
  ...more,
});

/* `entry` is what bpmn-js calls it in its menus; `place` where it may be put. */
export const KINDS = [
  kind("user_task", "user-task", "user-task", "bpmn:UserTask"),
  kind("service_task", "service-task", "service-task", "bpmn:ServiceTask"),
  kind("exclusive_gateway", "exclusive-gateway", "gateway-xor", "bpmn:ExclusiveGateway"),
  kind("call_activity", "call-activity", "call-activity", "bpmn:CallActivity"),
  kind("business_rule_task", "rule-task", "business-rule-task", "bpmn:BusinessRuleTask"),
  kind("script_task", "script-task", "script-task", "bpmn:ScriptTask"),
  kind(
    "timer_catch",
    "timer-intermediate-catch",
    "intermediate-event-catch-timer",
    "bpmn:IntermediateCatchEvent",
    TIMER,
  ),
  kind(
    "message_catch",
    "message-intermediate-catch",
    "intermediate-event-catch-message",
    "bpmn:IntermediateCatchEvent",
    MESSAGE,
  ),
  kind("parallel_gateway", "parallel-gateway", "gateway-parallel", "bpmn:ParallelGateway"),
  kind(
    "event_based_gateway",
    "event-based-gateway",
    "gateway-eventbased",
    "bpmn:EventBasedGateway",
  ),
  kind("end", "none-end-event", "end-event-none", "bpmn:EndEvent"),
  kind("error_end", "error-end", "end-event-error", "bpmn:EndEvent", ERROR),
  kind("terminate_end", "terminate-end", "end-event-terminate", "bpmn:EndEvent", TERMINATE),
  kind("start", "none-start-event", "start-event-none", "bpmn:StartEvent", undefined, {
    place: "start",
  }),
  kind("message_start", "message-start", "start-event-message", "bpmn:StartEvent", MESSAGE, {
    place: "start",
  }),
  kind(
    "timer_boundary",
    "timer-boundary",
    "intermediate-event-catch-timer",
    "bpmn:BoundaryEvent",
    TIMER,
    { place: "on" },
  ),
  kind(
    "message_boundary",
    "message-boundary",
    "intermediate-event-catch-message",
    "bpmn:BoundaryEvent",
    MESSAGE,
    { place: "on" },
  ),
  kind(
    "error_boundary",
    "error-boundary",
    "intermediate-event-catch-error",
    "bpmn:BoundaryEvent",
    ERROR,
    { place: "on" },
  ),
  kind(
    "timer_aside",
    "non-interrupting-timer-boundary",
    "intermediate-event-catch-non-interrupting-timer",
    "bpmn:BoundaryEvent",
    TIMER,
    {
      place: "on",
      cancelActivity: false,
    },
  ),
  kind(
    "message_aside",
    "non-interrupting-message-boundary",
    "intermediate-event-catch-non-interrupting-message",
    "bpmn:BoundaryEvent",
    MESSAGE,
    {
      place: "on",
      cancelActivity: false,
    },
  ),
];

/** What bpmn-js's menus may offer: the names of its entries without what they begin with. */
export const ENTRIES = new Set([
  ...KINDS.map((each) => each.entry),
  "none-start",
  "none-end",
  "sequence-flow",
  "default-flow",
]);

export const ACTIVITIES = ["bpmn:UserTask", "bpmn:ServiceTask", "bpmn:CallActivity"];

export const getEvent = (element) => element.businessObject.get("eventDefinitions")?.[0];

/** The kind of an element; undefined for what is no step, as lanes and texts. */
export function findKind(element) {
  const event = is(element, "bpmn:Event") ? getEvent(element)?.$type : undefined;
  const aside =
    is(element, "bpmn:BoundaryEvent") && element.businessObject.cancelActivity === false;
  return KINDS.find(
    (each) =>
      each.type === element.type &&
      each.event === event &&
      (each.cancelActivity === false) === aside,
  );
}

export const nameKind = (key) => say(`kind.${key}`);

/** What an element is called: its name or, where it has none, its kind or where it leads. */
export function describe(element) {
  const name = element.businessObject.name?.trim();
  if (name) return name;
  if (is(element, "bpmn:SequenceFlow") && element.target)
    return say("steps.way", { target: describe(element.target) });
  const found = findKind(element);
  return found ? say("steps.unnamed", { kind: nameKind(found.key) }) : element.id;
}

/** What a way is called among those out of a step: with where it leads. */
export const describeWay = (flow) => {
  const target = flow.target ? describe(flow.target) : "";
  const name = flow.businessObject.name;
  return name ? say("steps.way_named", { name, target }) : say("steps.way", { target });
};

/** What the drawing library makes an element of this kind from. */
export function shapeOf({ type, event, cancelActivity }) {
  const attributes = { type };
  if (event) attributes.eventDefinitionType = event;
  if (cancelActivity === false) attributes.cancelActivity = false;
  return attributes;
}

export const isStep = (element) =>
  is(element, "bpmn:FlowNode") && element.type !== "label" && !element.labelTarget;
