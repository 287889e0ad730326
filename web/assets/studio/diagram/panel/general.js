/* What every element has: its name, its explanation and, for who wants to know, its id. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { say } from "../../words.js";
import { catalogue } from "../../catalogue.js";
import { isStep } from "../kinds.js";
import { ID } from "../naming.js";
import { choice, group, long, named, note, text } from "./entries.js";

const NAMED = [
  "bpmn:FlowNode",
  "bpmn:SequenceFlow",
  "bpmn:Lane",
  "bpmn:Participant",
  "bpmn:Process",
];

const isNamed = (element) => NAMED.some((type) => is(element, type));

export function generalGroup(element, { modeling, editing, drawing }) {
  if (is(element, "bpmn:TextAnnotation")) {
    const owner = element.businessObject;
    const set = (value) => modeling.updateProperties(element, { text: value });
    return group("studio-general", say("panel.general"), [
      long("name", say("panel.text"), () => owner.text ?? "", set),
    ]);
  }
  if (is(element, "bpmn:Collaboration"))
    return group("studio-general", say("panel.begin"), [note("begin", say("panel.begin_hint"))]);
  if (!isNamed(element)) return null;
  const owner = element.businessObject;
  const set = (value) =>
    editing.together(() => {
      editing.setName(element, value);
      if (owner.processRef) editing.update(element, owner.processRef, { name: value });
    });
  return group("studio-general", say("panel.general"), [
    text("name", say("panel.name"), () => owner.name ?? "", set),
    is(element, "bpmn:Lane") && laneChoice(element, editing),
    isStep(element) && !element.host && standsIn(element, drawing),
  ]);
}

/** In which lane a step stands: another one is chosen here as well as drawn. */
function standsIn(element, drawing) {
  const lanes = drawing.lanes();
  if (lanes.length < 2) return null;
  const set = (id) =>
    drawing.moveToLane(
      element,
      lanes.find((each) => each.id === id),
    );
  const options = () =>
    lanes.map((each) => ({ value: each.id, label: each.businessObject.name || each.id }));
  return choice("lane", say("panel.lane"), () => drawing.laneOf(element)?.id ?? "", set, options, {
    empty: null,
  });
}

/** A lane's id says whose steps stand in it. */
function laneChoice(element, editing) {
  const set = (id) => id && editing.rename(element, id);
  const options = () =>
    named(catalogue.lanes).map((each) => ({
      ...each,
      disabled: each.value !== element.id && !editing.isFree(each.value),
    }));
  return choice("lane-whose", say("panel.lane_whose"), () => element.id, set, options, {
    empty: null,
    description: say("panel.lane_whose_hint"),
  });
}

export function documentationGroup(element, { modeling, editing }) {
  if (!isNamed(element)) return null;
  const owner = element.businessObject.processRef ?? element.businessObject;
  const get = () => owner.get("documentation")[0]?.text ?? "";
  const set = (words) => {
    const documentation = words
      ? [editing.create("bpmn:Documentation", { text: words }, owner)]
      : [];
    editing.update(element, owner, { documentation });
  };
  const field = long("documentation", say("panel.documentation"), get, set, {
    description: say("panel.documentation_hint"),
  });
  return group("studio-documentation", say("panel.explanation"), [field], {
    shouldOpen: Boolean(get()),
  });
}

/** The entry for an element's id; lanes have theirs from whose they are. */
export function idEntry(element, { editing }) {
  if (!is(element, "bpmn:FlowNode") && !is(element, "bpmn:SequenceFlow")) return null;
  const validate = (value) => {
    if (!ID.test(value ?? "")) return say("panel.id_wrong");
    return value !== element.id && !editing.isFree(value) ? say("panel.id_taken") : null;
  };
  return text(
    "element-id",
    say("panel.id"),
    () => element.id,
    (value) => editing.rename(element, value),
    {
      validate,
      description: say("panel.id_hint"),
    },
  );
}
