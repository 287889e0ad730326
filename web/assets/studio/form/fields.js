/* How the components of a form are drawn in the editor: plainly, with signs of what is set. */
import { FormFields, iconsByType } from "@bpmn-io/form-js";
import { createElement as h } from "preact";
import { say } from "../words.js";

const PARTS = { fields: "basic-input", choices: "selection", structure: "presentation" };
const STRUCTURE = new Set(["group", "dynamiclist"]);
const WITHOUT_KEY = new Set(["dynamiclist", "group", "text", "separator", "button"]);

/** The components that the editor knows: those offered, and a stand-in for every other. */
export class SupportedFields {
  /** `nextName(type)` gives a new component a name that none has yet. */
  constructor(types, nextName) {
    const library = new FormFields();
    this._formFields = { default: library.get("default") };
    for (const each of types) {
      const drawn = STRUCTURE.has(each.type) ? around(library.get(each.type)) : draw;
      this._formFields[each.type] = withConfig(drawn, each, nextName);
    }
  }

  get(type) {
    this._formFields[type] ??= withConfig(stranger, { type, name: type, part: "structure", isStrange: true });
    return this._formFields[type];
  }

  register() {}
}

/** Every type has a component function of its own, because its config stands on it. */
function withConfig(component, { type, name, part, isStrange = false }, nextName) {
  const own = (props) => component(props);
  own.config = {
    type,
    name,
    group: PARTS[part],
    keyed: !isStrange && !WITHOUT_KEY.has(type),
    pathed: type === "dynamiclist",
    repeatable: type === "dynamiclist",
    icon: iconsByType(type),
    create: (given, isNew) => (isNew ? { ...begin(type, name, nextName(type)), ...given } : { ...given }),
  };
  return own;
}

/** What a new component begins with; it can be released as it is. */
function begin(type, label, id) {
  const option = (number) => ({ label: say("form.option", { number }), value: `option_${number}` });
  switch (type) {
    case "datetime":
      return { dateLabel: label, subtype: "date", key: id, id };
    case "select":
    case "radio":
    case "checklist":
      return { label, values: [option(1), option(2)], key: id, id };
    case "group":
      return { label, components: [], showOutline: true, id };
    case "dynamiclist":
      return { label, path: id, components: [], id };
    case "text":
      return { text: say("form.new-text"), id };
    case "separator":
      return { id };
    case "button":
      return { label: say("form.new-button"), action: "submit", properties: { outcome: id }, id };
    case "textarea":
      return { label, key: id, properties: { width: "full" }, id };
    default:
      return { label, key: id, id };
  }
}

/** The library's own group or list, with our signs at its head. */
function around(Component) {
  return (props) =>
    h("div", { class: "sf-around" }, signs(props.field), h(Component, { ...props, key: props.field.id }));
}

function draw({ field }) {
  const { type } = field;
  if (type === "separator") return h("hr", { class: "sf-line" });
  if (type === "button") return button(field);
  if (type === "text") return text(field);
  const label = field.label || field.dateLabel || "";
  const isRequired = field.validate?.required === true;
  const head = h(
    "div",
    { class: `sf-label${isRequired ? " is-required" : ""}` },
    label || h("span", { class: "sf-missing" }, say("form.no-label")),
  );
  return h(
    "div",
    { class: `sf-field sf-${type}` },
    signs(field),
    type === "checkbox" ? null : head,
    field.description ? h("div", { class: "sf-hint" }, field.description) : null,
    field.properties?.hint ? h("div", { class: "sf-hint" }, field.properties.hint) : null,
    control(field, head),
  );
}

function control(field, head) {
  switch (field.type) {
    case "textarea":
      return h("div", { class: "sf-control is-tall" });
    case "select":
      return h("div", { class: "sf-control is-folded" }, choicesOf(field)[0] ?? "");
    case "radio":
    case "checklist":
      return h(
        "ul",
        { class: `sf-choices is-${field.type}` },
        ...choicesOf(field).map((each) => h("li", {}, each)),
      );
    case "checkbox":
      return h("div", { class: "sf-choices is-checklist" }, h("span", { class: "sf-tick" }), head);
    case "filepicker":
      return h("div", { class: "sf-control is-files" }, say("form.upload"));
    case "datetime":
      return h("div", { class: "sf-control is-date" });
    default:
      return h("div", { class: "sf-control" });
  }
}

function choicesOf(field) {
  const list = field.properties?.list;
  if (list) return [say("form.from-list", { list: say(`list.${list}`) })];
  if (field.valuesExpression) return [say("form.from-process")];
  return (field.values ?? []).map((each) => each.label ?? each.value);
}

function text(field) {
  const { panel, style } = field.properties ?? {};
  if (panel) {
    return h("div", { class: "sf-block" }, signs(field), say("form.panel", { panel }));
  }
  const paragraphs = (field.text ?? "").split(/\n{2,}/).filter((each) => each.trim());
  return h(
    "div",
    { class: `sf-text${style ? ` is-${style}` : ""}` },
    signs(field),
    ...(paragraphs.length
      ? paragraphs.map((each) => h("p", {}, each))
      : [h("p", { class: "sf-missing" }, say("form.no-text"))]),
  );
}

function button(field) {
  const { style, outcome, action } = field.properties ?? {};
  return h(
    "div",
    { class: "sf-button" },
    h("span", { class: `sf-press is-${style ?? "primary"}` }, field.label || say("form.no-label")),
    h("span", { class: "sf-outcome" }, outcome || action ? `→ ${outcome || action}` : say("form.no-outcome")),
    signs(field),
  );
}

function stranger({ field }) {
  return h("div", { class: "sf-stranger" }, say("form.unsupported", { type: field.type }));
}

/** Small words at the corner: what cannot be seen in the drawing. */
function signs(field) {
  const { locked, secret, mask, requiredFor, confirm } = field.properties ?? {};
  const found = [
    [locked === "true" || field.readonly || field.disabled, "form.sign-locked"],
    [secret === "true", "form.sign-secret"],
    [mask, "form.sign-mask"],
    [requiredFor, "form.sign-required-for"],
    [field.conditional?.hide, "form.sign-condition"],
    [confirm, "form.sign-confirm"],
  ].filter(([is]) => is);
  if (!found.length) return null;
  return h("div", { class: "sf-signs" }, ...found.map(([, word]) => h("span", { key: word }, say(word))));
}
