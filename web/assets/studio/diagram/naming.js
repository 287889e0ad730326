/* Ids of new elements: readable snake_case, as `user_task_3`; forms and conditions name them. */
import BpmnFactory from "bpmn-js/lib/features/modeling/BpmnFactory";
import { is } from "bpmn-js/lib/util/ModelUtil";

const NAMES = [
  ["bpmn:UserTask", "user_task"],
  ["bpmn:ServiceTask", "service_task"],
  ["bpmn:ScriptTask", "script_task"],
  ["bpmn:BusinessRuleTask", "decision_task"],
  ["bpmn:CallActivity", "call"],
  ["bpmn:StartEvent", "start"],
  ["bpmn:EndEvent", "end"],
  ["bpmn:BoundaryEvent", "event"],
  ["bpmn:Event", "wait"],
  ["bpmn:Gateway", "gateway"],
  ["bpmn:SequenceFlow", "flow"],
];

export const ID = /^[a-z][a-z0-9_]{0,59}$/;

/** The id of what is drawn for an element. */
export const drawingOf = (id) => `${id}_di`;

class NamingFactory extends BpmnFactory {
  _ensureId(element) {
    if (!element.id && this._needsId(element)) element.id = this._next(findName(element));
    super._ensureId(element);
  }

  /** What is drawn for an element is called after it, and may have outlived it: both are free. */
  _next(name) {
    const { ids } = this._model;
    let number = 1;
    while (ids.assigned(`${name}_${number}`) || ids.assigned(drawingOf(`${name}_${number}`)))
      number += 1;
    return `${name}_${number}`;
  }
}

function findName(element) {
  const known = NAMES.find(([type]) => is(element, type));
  if (known) return known[1];
  const type = element.$type.replace(/^.*:(BPMN)?/, "");
  return type.replace(/(?!^)([A-Z])/g, "_$1").toLowerCase();
}

export default { bpmnFactory: ["type", NamingFactory] };
