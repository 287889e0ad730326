/* Changes to what an element says beyond its drawing: everything goes through the library's
 * commands, so that undo takes it back, and what belongs together is one step of it. */
import { is, getBusinessObject } from "bpmn-js/lib/util/ModelUtil";
import { drawingOf } from "./naming.js";

class Together {
  preExecute({ act }) {
    act();
  }
}

export class Editing {
  static $inject = [
    "commandStack",
    "modeling",
    "bpmnFactory",
    "moddle",
    "elementRegistry",
    "bpmnjs",
  ];

  constructor(commandStack, modeling, bpmnFactory, moddle, elementRegistry, bpmnjs) {
    this._commandStack = commandStack;
    this._modeling = modeling;
    this._factory = bpmnFactory;
    this._ids = moddle.ids;
    this._registry = elementRegistry;
    this._modeler = bpmnjs;
    commandStack.registerHandler("studio.together", Together);
  }

  /** Does several changes as one that is undone at once. */
  together(act) {
    this._commandStack.execute("studio.together", { act });
  }

  create(type, attributes, parent) {
    const made = this._factory.create(type, attributes);
    if (parent) made.$parent = parent;
    return made;
  }

  setName(element, name) {
    this._modeling.updateProperties(element, { name });
  }

  update(element, thing, properties) {
    this._modeling.updateModdleProperties(element, thing, properties);
  }

  /** Sets attributes of an extension; one that says nothing any more is taken out. */
  setExtension(element, type, attributes, owner = getBusinessObject(element)) {
    this.together(() => {
      const found = findExtension(owner, type);
      const isEmpty = Object.values(attributes).every(
        (value) => value === undefined || value === "",
      );
      if (isEmpty) this._removeExtension(element, owner, found);
      else if (found) this.update(element, found, attributes);
      else this._addExtension(element, owner, type, attributes);
    });
  }

  removeExtension(element, type) {
    const owner = getBusinessObject(element);
    this._removeExtension(element, owner, findExtension(owner, type));
  }

  _addExtension(element, owner, type, attributes) {
    const extensions = this._ensureExtensions(element, owner);
    const made = this.create(type, attributes, extensions);
    this.update(element, extensions, { values: [...extensions.get("values"), made] });
    return made;
  }

  _removeExtension(element, owner, found) {
    if (!found) return;
    const extensions = owner.get("extensionElements");
    const values = extensions.get("values").filter((each) => each !== found);
    if (values.length) this.update(element, extensions, { values });
    else this.update(element, owner, { extensionElements: undefined });
  }

  _ensureExtensions(element, owner) {
    const found = owner.get("extensionElements");
    if (found) return found;
    const made = this.create("bpmn:ExtensionElements", { values: [] }, owner);
    this.update(element, owner, { extensionElements: made });
    return made;
  }

  /** Sets one of the named properties that say what a step means here; empty takes it away. */
  setProperty(element, name, value) {
    this.together(() => {
      const owner = getBusinessObject(element);
      const held = findExtension(owner, "zeebe:Properties");
      const others = (held?.get("properties") ?? []).filter((each) => each.name !== name);
      const own = held?.get("properties").find((each) => each.name === name);
      if (value && own) {
        this.update(element, own, { value });
      } else if (value) {
        const place =
          held ?? this._addExtension(element, owner, "zeebe:Properties", { properties: [] });
        const made = this.create("zeebe:Property", { name, value }, place);
        this.update(element, place, { properties: [...others, made] });
      } else if (own && others.length) {
        this.update(element, held, { properties: others });
      } else if (own) {
        this._removeExtension(element, owner, held);
      }
    });
  }

  /** Replaces the lines of a mapping: `{name: "=FEEL"}` of inputs or of outputs. */
  setMapping(element, direction, lines) {
    this.together(() => {
      const owner = getBusinessObject(element);
      const kept = findExtension(owner, "zeebe:IoMapping");
      const place =
        kept ??
        this._addExtension(element, owner, "zeebe:IoMapping", {
          inputParameters: [],
          outputParameters: [],
        });
      const type = direction === "input" ? "zeebe:Input" : "zeebe:Output";
      const parameters = Object.entries(lines).map(([target, source]) =>
        this.create(type, { target, source }, place),
      );
      this.update(element, place, { [`${direction}Parameters`]: parameters });
      const isEmpty = !place.get("inputParameters").length && !place.get("outputParameters").length;
      if (isEmpty) this._removeExtension(element, owner, place);
    });
  }

  isFree(id) {
    return !this._ids.assigned(id);
  }

  /** Gives an element another id, also in every expression that reads the step's outcome. */
  rename(element, id) {
    const old = element.id;
    if (old === id) return;
    this.together(() => {
      const di = { id: drawingOf(id) };
      this._modeling.updateProperties(element, this.isFree(di.id) ? { id, di } : { id });
      const variable = new RegExp(`\\b${old}_outcome\\b`, "g");
      const write = (text) => text.replace(variable, `${id}_outcome`);
      for (const [owner, thing, name] of this._expressions()) {
        const text = thing.get(name);
        if (text && text !== write(text)) this.update(owner, thing, { [name]: write(text) });
      }
      for (const each of this._registry.filter((other) => readProperty(other, "second_person"))) {
        const named = readProperty(each, "second_person").split(/\s+/);
        if (!named.includes(old)) continue;
        this.setProperty(
          each,
          "second_person",
          named.map((one) => (one === old ? id : one)).join(" "),
        );
      }
    });
  }

  /** Every text of the diagram that may be an expression: [element, what holds it, its name]. */
  *_expressions() {
    for (const element of this._registry.filter((each) => !each.labelTarget)) {
      const owner = getBusinessObject(element);
      if (is(element, "bpmn:SequenceFlow") && owner.conditionExpression) {
        yield [element, owner.conditionExpression, "body"];
      }
      const mapping = findExtension(owner, "zeebe:IoMapping");
      for (const each of mapping?.get("inputParameters") ?? []) yield [element, each, "source"];
      for (const each of mapping?.get("outputParameters") ?? []) yield [element, each, "source"];
      for (const each of findExtension(owner, "zeebe:Properties")?.get("properties") ?? []) {
        yield [element, each, "value"];
      }
      const script = findExtension(owner, "zeebe:Script");
      if (script) yield [element, script, "expression"];
    }
  }

  /** The messages or errors of the document, which stand beside its processes. */
  listShared(type) {
    return this._modeler.getDefinitions().rootElements.filter((each) => is(each, type));
  }

  /** Adds a message or error to the document. */
  addShared(element, type, attributes) {
    const definitions = this._modeler.getDefinitions();
    const made = this.create(type, attributes, definitions);
    this.update(element, definitions, { rootElements: [...definitions.rootElements, made] });
    return made;
  }
}

export function findExtension(elementOrOwner, type) {
  const owner = elementOrOwner.businessObject ?? elementOrOwner;
  return owner
    .get("extensionElements")
    ?.get("values")
    .find((each) => is(each, type));
}

export function readExtension(element, type, name) {
  return findExtension(element, type)?.get(name) ?? "";
}

export function readProperty(element, name) {
  const held = findExtension(element, "zeebe:Properties");
  return held?.get("properties").find((each) => each.name === name)?.value ?? "";
}

/** The lines of a mapping as `{name: "=FEEL"}`. */
export function readMapping(element, direction) {
  const lines = findExtension(element, "zeebe:IoMapping")?.get(`${direction}Parameters`) ?? [];
  return Object.fromEntries(lines.map((each) => [each.target, each.source ?? ""]));
}

export default { __init__: ["studioEditing"], studioEditing: ["type", Editing] };
