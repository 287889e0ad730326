/* What happens by itself: operations, scripts, decisions and called processes. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { say } from "../../words.js";
import { catalogue } from "../../catalogue.js";
import { findExtension, readExtension, readMapping } from "../editing.js";
import { pick } from "../picking.js";
import { choice, feel, group, named, note, press, text } from "./entries.js";

const OPERATION = "zeebe:TaskDefinition";

export const readOperation = (element) => readExtension(element, OPERATION, "type");

/** The operation, picked from a list; its fields are drawn from its template. */
export function operationGroup(element, services) {
  if (!is(element, "bpmn:ServiceTask")) return null;
  const { elementTemplates } = services;
  const template = elementTemplates.get(element);
  const type = readOperation(element);
  const choose = async () => {
    const items = elementTemplates.getAll(element).map((each) => ({
      value: each.id,
      label: each.name,
      detail: each.description ?? "",
      group: each.category?.name ?? "",
    }));
    const chosen = await pick({ title: say("panel.operation_pick"), items, value: template?.id });
    if (chosen) chooseOperation(services, element, elementTemplates.getAll(chosen)[0]);
  };
  return group("studio-operation", say("panel.operation"), [
    press(
      "operation",
      say("panel.operation_is"),
      say(type ? "panel.change" : "panel.choose"),
      choose,
      {
        value: template?.name ?? type,
      },
    ),
    template?.description && note("operation-words", template.description),
  ]);
}

/** Which operation a template is of. */
export function operationOf(template) {
  const bound = template.properties.find((each) =>
    ["zeebe:taskDefinition", "zeebe:taskDefinition:type"].includes(each.binding.type),
  );
  return bound?.value;
}

/** Sets the operation. Inputs that it shares with the one before stay, those whose name is a
 * variable here are filled in; its results are remembered as the template calls them. */
function chooseOperation({ editing, variableResolver }, element, template) {
  const known = new Set(variableResolver.at(element.id).map((each) => each.name));
  const before = readMapping(element, "input");
  const inputs = {};
  const outputs = {};
  for (const { binding, value } of template.properties) {
    if (binding.type === "zeebe:output" && value) outputs[value] = binding.source;
    if (binding.type !== "zeebe:input") continue;
    if (before[binding.name]) inputs[binding.name] = before[binding.name];
    else if (known.has(binding.name)) inputs[binding.name] = `=${binding.name}`;
  }
  editing.together(() => {
    editing.setExtension(element, OPERATION, { type: operationOf(template) });
    editing.setMapping(element, "input", inputs);
    editing.setMapping(element, "output", outputs);
    if (!element.businessObject.name) editing.setName(element, template.name);
  });
}

export function scriptGroup(element, { editing }) {
  if (!is(element, "bpmn:ScriptTask")) return null;
  const script = (name) => [
    () => readExtension(element, "zeebe:Script", name),
    (value) => editing.setExtension(element, "zeebe:Script", { [name]: value || undefined }),
  ];
  return group("studio-script", say("panel.script"), [
    feel("script", say("panel.script_value"), ...script("expression")),
    text("script-result", say("panel.result"), ...script("resultVariable"), {
      description: say("panel.result_hint"),
    }),
  ]);
}

export function decisionGroup(element, { editing }) {
  if (!is(element, "bpmn:BusinessRuleTask")) return null;
  const decision = (name) => [
    () => readExtension(element, "zeebe:CalledDecision", name),
    (value) =>
      editing.setExtension(element, "zeebe:CalledDecision", { [name]: value || undefined }),
  ];
  return group("studio-decision", say("panel.decision"), [
    choice("decision", say("panel.decision_which"), ...decision("decisionId"), () =>
      named(catalogue.decisions),
    ),
    text("decision-result", say("panel.result"), ...decision("resultVariable"), {
      description: say("panel.result_hint"),
    }),
  ]);
}

/** The called process; nothing goes in or comes out but what the lists below name. */
export function callGroup(element, services) {
  if (!is(element, "bpmn:CallActivity")) return null;
  const get = () => readExtension(element, "zeebe:CalledElement", "processId");
  const called = catalogue.processes.find((each) => each.id === get());
  return group("studio-call", say("panel.call"), [
    choice(
      "called",
      say("panel.call_which"),
      get,
      (id) => chooseCalled(services, element, id),
      () => named(catalogue.processes),
    ),
    called && note("called-words", say("panel.call_hint")),
  ]);
}

function chooseCalled({ editing, variableResolver }, element, id) {
  const called = catalogue.processes.find((each) => each.id === id);
  const known = new Set(variableResolver.at(element.id).map((each) => each.name));
  const inputs = readMapping(element, "input");
  for (const { name } of called?.inputs ?? []) {
    if (!(name in inputs)) inputs[name] = known.has(name) ? `=${name}` : "";
  }
  editing.together(() => {
    if (findExtension(element, "zeebe:CalledElement")) {
      editing.setExtension(element, "zeebe:CalledElement", { processId: id || undefined });
    } else if (id) {
      const said = { processId: id, propagateAllChildVariables: false };
      editing.setExtension(element, "zeebe:CalledElement", said);
    }
    editing.setMapping(element, "input", inputs);
    if (!element.businessObject.name && called) editing.setName(element, called.name);
  });
}
