/* A step of a person: its form, who does it, until when, and what stands beside it meanwhile. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { say } from "../../words.js";
import { catalogue, outcomesOf } from "../../catalogue.js";
import { findExtension, readExtension, readProperty } from "../editing.js";
import { describe, isStep } from "../kinds.js";
import { ID } from "../naming.js";
import { choice, feel, group, grouped, named, note, press, tick } from "./entries.js";

const NEW = " new";
const ASSOCIATION = "association";
const COMPUTED = "=";

export const readForm = (element) => readExtension(element, "zeebe:FormDefinition", "formId");

export function workGroup(element, services) {
  if (!is(element, "bpmn:UserTask")) return null;
  const form = readForm(element);
  return group("studio-work", say("panel.work"), [
    formEntry(element, services),
    form && note("outcomes", describeOutcomes(form)),
    form &&
      press("open-form", null, say("panel.form_open"), () => services.forms.open(form), {
        isQuiet: true,
      }),
    ...whoEntries(element, services),
    dueEntry(element, services),
  ]);
}

/** The form is picked from those of the draft; the step takes its id, as conditions name it. */
function formEntry(element, { editing, forms }) {
  const set = (id) => {
    if (id === NEW) forms.make(element);
    else chooseForm(editing, element, id);
  };
  const options = () => [
    ...named(catalogue.forms).filter(
      (each) => is(element, "bpmn:UserTask") || each.value === element.id,
    ),
    { value: NEW, label: say("panel.form_new") },
  ];
  return choice("form", say("panel.form"), () => readForm(element), set, options, {
    empty: say("panel.form_none"),
  });
}

export function chooseForm(editing, element, id) {
  editing.together(() => {
    editing.setExtension(element, "zeebe:FormDefinition", { formId: id || undefined });
    if (id && is(element, "bpmn:UserTask") && ID.test(id) && editing.isFree(id))
      editing.rename(element, id);
  });
}

function describeOutcomes(form) {
  const outcomes = outcomesOf(form).map((each) => each.label);
  if (!outcomes.length) return say("panel.outcomes_none");
  return say("panel.outcomes", { outcomes: outcomes.join(say("presence.comma")) });
}

/** Who does it: in the lane of the association somebody has the duty, in others it is whose lane. */
function whoEntries(element, { editing }) {
  const lane = element.businessObject.get("lanes")?.[0];
  const isStaff = !lane || lane.id === ASSOCIATION;
  const get = () => readExtension(element, "zeebe:AssignmentDefinition", "candidateGroups");
  const set = (value) =>
    editing.setExtension(element, "zeebe:AssignmentDefinition", {
      candidateGroups: value || undefined,
    });
  const options = () => named(catalogue.duties).filter(({ value }) => isStaff || value === get());
  const empty = isStaff
    ? say("panel.who_choose")
    : say("panel.who_lane", { lane: lane.name || lane.id });
  return [choice("who", say("panel.who"), get, set, options, { empty })];
}

function dueEntry(element, { editing }) {
  const get = () => readExtension(element, "zeebe:TaskSchedule", "dueDate");
  const set = (value) =>
    editing.setExtension(element, "zeebe:TaskSchedule", { dueDate: value || undefined });
  return feel("due", say("panel.due"), get, set, { description: say("panel.due_hint") });
}

/** A start may ask for a form of its own. */
export function startGroup(element, services) {
  if (!is(element, "bpmn:StartEvent") || element.businessObject.get("eventDefinitions").length)
    return null;
  const form = readForm(element);
  return group(
    "studio-work",
    say("panel.start"),
    [
      formEntry(element, services),
      form &&
        press("open-form", null, say("panel.form_open"), () => services.forms.open(form), {
          isQuiet: true,
        }),
    ],
    { shouldOpen: Boolean(form) },
  );
}

/** What the case is called while it stands here, in lists and for its member. */
export function statusGroup(element, { editing }) {
  const isPlace = [
    "bpmn:UserTask",
    "bpmn:EndEvent",
    "bpmn:IntermediateCatchEvent",
    "bpmn:ServiceTask",
    "bpmn:CallActivity",
  ];
  if (!isPlace.some((type) => is(element, type))) return null;
  const entries = propertyChoice(element, editing, "status", grouped(catalogue.statuses));
  if (is(element, "bpmn:UserTask"))
    entries.push(...propertyChoice(element, editing, "kind", named(catalogue.kinds)));
  return group("studio-status", say("panel.status"), entries, {
    shouldOpen: is(element, "bpmn:UserTask") || Boolean(readProperty(element, "status")),
  });
}

/** A named property that is chosen, or worked out by an expression. */
function propertyChoice(element, editing, name, offered) {
  const get = () => readProperty(element, name);
  const isComputed = get().startsWith("=");
  const set = (value) => editing.setProperty(element, name, value === COMPUTED ? "=null" : value);
  const options = () => [...offered, { value: COMPUTED, label: say("panel.computed") }];
  const chosen = choice(
    name,
    say(`panel.${name}`),
    () => (isComputed ? COMPUTED : get()),
    set,
    options,
    {
      description: isComputed ? undefined : say(`panel.${name}_hint`),
    },
  );
  if (!isComputed) return [chosen];
  return [
    chosen,
    feel(`${name}-feel`, say("panel.expression"), get, (value) =>
      editing.setProperty(element, name, value),
    ),
  ];
}

/** What only some steps need: who may not do it, for which office, in batches. */
export function ruleEntries(element, services) {
  if (!is(element, "bpmn:UserTask")) return [];
  const { editing } = services;
  const property = (name) => [
    () => readProperty(element, name),
    (value) => editing.setProperty(element, name, value),
  ];
  const offices = () =>
    ["same", "higher"].map((value) => ({ value, label: say(`panel.office_${value}`) }));
  const outcomes = () => outcomesOf(readForm(element));
  return [
    choice("office", say("panel.office"), ...property("office"), offices, {
      empty: say("panel.office_own"),
    }),
    choice("batch", say("panel.batch"), ...property("batch"), outcomes, {
      empty: say("panel.batch_none"),
      description: say("panel.batch_hint"),
    }),
    ...secondPersonEntries(element, services),
  ];
}

/** Who did one of the ticked steps may not do this one. */
function secondPersonEntries(element, { editing, elementRegistry }) {
  const get = () => readProperty(element, "second_person").split(/\s+/).filter(Boolean);
  const isStaff = (each) =>
    isStep(each) && each !== element && findExtension(each, "zeebe:AssignmentDefinition");
  const others = elementRegistry.filter(isStaff);
  if (!others.length) return [];
  const set = (id, isTicked) => {
    const rest = get().filter((each) => each !== id);
    editing.setProperty(element, "second_person", (isTicked ? [...rest, id] : rest).join(" "));
  };
  return [
    note("second-person", say("panel.second_person")),
    ...others.map((each) =>
      tick(
        `second-person-${each.id}`,
        describe(each),
        () => get().includes(each.id),
        (value) => set(each.id, value),
      ),
    ),
  ];
}
