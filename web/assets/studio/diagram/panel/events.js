/* Events: which message, how long, which error, and whether the step goes on meanwhile. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { say } from "../../words.js";
import { catalogue } from "../../catalogue.js";
import { readExtension } from "../editing.js";
import { getEvent } from "../kinds.js";
import { durationEntries } from "./durations.js";
import { choice, feel, group, note, text, tick } from "./entries.js";

const TIMES = ["timeDuration", "timeDate", "timeCycle"];

const findEvent = (element, type) => {
  const event = is(element, "bpmn:Event") ? getEvent(element) : null;
  return event && is(event, type) ? event : null;
};

export function messageGroup(element, services) {
  const event = findEvent(element, "bpmn:MessageEventDefinition");
  if (!event) return null;
  const { editing } = services;
  const get = () => event.messageRef?.name ?? "";
  const key = () => readExtension(event.messageRef, "zeebe:Subscription", "correlationKey");
  const setKey = (value) =>
    editing.setExtension(
      element,
      "zeebe:Subscription",
      { correlationKey: value || undefined },
      event.messageRef,
    );
  return group("studio-message", say("panel.message"), [
    choice(
      "message",
      say("panel.message_which"),
      get,
      (name) => chooseMessage(services, element, event, name),
      () => listMessages(editing),
    ),
    event.messageRef &&
      !is(element, "bpmn:StartEvent") &&
      feel("message-key", say("panel.message_key"), key, setKey, {
        description: say("panel.message_key_hint"),
      }),
  ]);
}

/** The messages that there are: those of this diagram and those that are sent to others. */
function listMessages(editing) {
  const found = new Map(catalogue.messages.map((each) => [each.name, each.label || each.name]));
  for (const each of editing.listShared("bpmn:Message")) {
    if (each.name && !found.has(each.name)) found.set(each.name, each.name);
  }
  return [...found].map(([value, label]) => ({ value, label }));
}

function chooseMessage({ editing }, element, event, name) {
  editing.together(() => {
    const known = editing.listShared("bpmn:Message").find((each) => each.name === name);
    const messageRef = name ? (known ?? addMessage(editing, element, name)) : undefined;
    editing.update(element, event, { messageRef });
  });
}

function addMessage(editing, element, name) {
  const id = editing.isFree(`${name}_message`) ? `${name}_message` : undefined;
  const message = editing.addShared(element, "bpmn:Message", { id, name });
  const key = catalogue.messages.find((each) => each.name === name)?.key;
  if (key) editing.setExtension(element, "zeebe:Subscription", { correlationKey: key }, message);
  return message;
}

export function timerGroup(element, { editing }) {
  const event = findEvent(element, "bpmn:TimerEventDefinition");
  if (!event) return null;
  const held = TIMES.find((each) => event.get(each));
  const isAside =
    is(element, "bpmn:BoundaryEvent") && element.businessObject.cancelActivity === false;
  const options = () =>
    TIMES.filter((each) => each !== "timeCycle" || isAside || held === each).map((value) => ({
      value,
      label: say(`panel.${value}`),
    }));
  const write = (kind, body) => {
    const made = kind ? editing.create("bpmn:FormalExpression", { body }, event) : undefined;
    const times = Object.fromEntries(TIMES.map((each) => [each, each === kind ? made : undefined]));
    editing.update(element, event, times);
  };
  return group("studio-timer", say("panel.timer"), [
    choice(
      "timer-kind",
      say("panel.timer_kind"),
      () => held ?? "",
      (kind) => write(kind, event.get(held ?? "timeDate")?.body ?? ""),
      options,
    ),
    ...valueEntries(
      held,
      () => event.get(held)?.body ?? "",
      (body) => write(held, body),
    ),
  ]);
}

function valueEntries(kind, get, set) {
  if (!kind) return [];
  if (kind === "timeDuration") return durationEntries(get, set);
  const description = say(`panel.${kind}_hint`);
  return [feel("timer", say("panel.timer_value"), get, set, { feel: "optional", description })];
}

export function errorGroup(element, services) {
  const event = findEvent(element, "bpmn:ErrorEventDefinition");
  if (!event) return null;
  const { editing } = services;
  const get = () => event.errorRef?.errorCode ?? "";
  const set = (code) =>
    editing.together(() => {
      const known = editing.listShared("bpmn:Error").find((each) => each.errorCode === code);
      editing.update(element, event, {
        errorRef: code ? (known ?? addError(editing, element, code)) : undefined,
      });
    });
  const empty = is(element, "bpmn:BoundaryEvent") ? say("panel.error_any") : undefined;
  const ends = endsOf(element.host);
  return group("studio-error", say("panel.error"), [
    choice(
      "error",
      say("panel.error_which"),
      get,
      set,
      () => listErrors(ends, editing),
      { empty, description: ends && !catalogue.errors.some(ends) && say("panel.error_never") },
    ),
    event.errorRef &&
      text(
        "error-name",
        say("panel.error_name"),
        () => event.errorRef.name ?? "",
        (name) => editing.update(element, event.errorRef, { name }),
      ),
  ]);
}

/** The errors that there are; on a step only those that it can end with, if that is known. */
function listErrors(ends, editing) {
  const known = catalogue.errors.filter((each) => !ends || ends(each));
  const found = new Map(known.map((each) => [each.code, each.name || each.code]));
  for (const each of editing.listShared("bpmn:Error")) {
    if (each.errorCode && (!ends || found.has(each.errorCode)))
      found.set(each.errorCode, each.name || each.errorCode);
  }
  return [...found].map(([value, label]) => ({ value, label }));
}

/** Whether a step ends with an error; null where nothing is known of the step. */
function endsOf(host) {
  const step = host?.businessObject;
  if (!step) return null;
  if (is(step, "bpmn:ServiceTask")) {
    const operation = readExtension(step, "zeebe:TaskDefinition", "type");
    return operation ? (error) => error.operations.includes(operation) : null;
  }
  if (is(step, "bpmn:CallActivity")) {
    const process = readExtension(step, "zeebe:CalledElement", "processId");
    return process ? (error) => error.processes.includes(process) : null;
  }
  return () => false;
}

function addError(editing, element, code) {
  const id = editing.isFree(`${code}_error`) ? `${code}_error` : undefined;
  const name = catalogue.errors.find((each) => each.code === code)?.name ?? code;
  return editing.addShared(element, "bpmn:Error", { id, name, errorCode: code });
}

/** Whether what stands on a step ends it. */
export function boundaryGroup(element, { modeling }) {
  if (!is(element, "bpmn:BoundaryEvent")) return null;
  if (findEvent(element, "bpmn:ErrorEventDefinition")) {
    return group("studio-boundary", say("panel.boundary"), [
      note("boundary", say("panel.boundary_error")),
    ]);
  }
  const get = () => element.businessObject.cancelActivity !== false;
  const set = (value) => modeling.updateProperties(element, { cancelActivity: value });
  return group("studio-boundary", say("panel.boundary"), [
    tick("interrupts", say("panel.interrupts"), get, set, {
      description: say("panel.interrupts_hint"),
    }),
  ]);
}
