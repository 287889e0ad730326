/* Where the choices of a field come from: a list of the product, own ones, or the process. */
import { make, say } from "../words.js";
import { drawIcon } from "./icons.js";

/** Makes the control: `{ element, show(component) }`; `edit(properties)` changes the component. */
export function makeChoices(setting, { id, edit, lists }) {
  let shown = null;
  const source = make("select", { class: "form-select", id });
  const inside = make("div", { class: "sf-choices-of" });
  source.replaceChildren(
    make("option", { value: "own" }, say("form.own-choices")),
    make("option", { value: "process" }, say("form.process-choices")),
    make(
      "optgroup",
      { label: say("form.lists") },
      ...setting.options.map(({ value, label }) => make("option", { value: `list:${value}` }, label)),
    ),
  );
  source.addEventListener("change", () => {
    const [kind, list] = source.value.split(":");
    const { list: _before, ...properties } = shown.properties ?? {};
    const values = kind === "own" ? [option(1), option(2)] : undefined;
    edit({
      values,
      valuesExpression: kind === "process" ? "=options" : undefined,
      properties: kept(kind === "list" ? { ...properties, list } : properties),
    });
  });

  function show(component) {
    const isOther = shown !== component;
    shown = component;
    const kind = sourceOf(component);
    source.value = kind === "list" ? `list:${component.properties.list}` : kind;
    if (!isOther && inside.contains(document.activeElement) && inside.dataset.kind === kind) return;
    inside.dataset.kind = kind;
    if (kind === "list") inside.replaceChildren(preview(lists[component.properties.list] ?? []));
    else if (kind === "process") inside.replaceChildren(...expression(component));
    else inside.replaceChildren(...own(component));
  }

  function expression(component) {
    const input = make("textarea", { class: "form-control sf-feel", rows: 2, id: `${id}-feel`, spellcheck: "false" });
    input.value = component.valuesExpression ?? "";
    input.addEventListener("change", () => {
      const typed = input.value.trim();
      edit({ valuesExpression: typed.startsWith("=") ? typed : `=${typed}` });
    });
    return [
      make("label", { class: "form-label", for: `${id}-feel` }, say("form.expression")),
      input,
      make("div", { class: "form-hint" }, say("form.expression-help")),
    ];
  }

  function own(component) {
    const values = component.values ?? [];
    const rows = values.map((each, place) => row(component, each, place, values.length));
    return [
      make("ul", { class: "sf-values" }, ...rows),
      make("button", { type: "button", class: "btn btn-sm", onclick: () => add(component) }, say("form.add-choice")),
    ];
  }

  function row(component, { value, label }, place, count) {
    const values = () => (component.values ?? []).map((each) => ({ ...each }));
    const change = (name, typed) => {
      const changed = values();
      changed[place][name] = typed;
      edit({ values: changed });
    };
    const field = (name, given, words) => {
      const input = make("input", { type: "text", class: `form-control is-${name}`, "aria-label": words, value: given ?? "" });
      input.addEventListener("input", () => change(name, input.value));
      return input;
    };
    const move = (to) => {
      const changed = values();
      changed.splice(to, 0, ...changed.splice(place, 1));
      edit({ values: changed });
      redraw(component, to);
    };
    const remove = () => {
      edit({ values: values().filter((_each, other) => other !== place) });
      redraw(component, Math.max(0, place - 1));
    };
    const number = place + 1;
    const press = (sign, words, deed, is = true) =>
      make(
        "button",
        { type: "button", class: "btn btn-icon btn-sm", title: words, "aria-label": words, disabled: !is, onclick: deed },
        drawIcon(sign),
      );
    return make(
      "li",
      {},
      field("label", label, say("form.choice-words", { number })),
      field("value", value, say("form.choice-value", { number })),
      make(
        "span",
        { class: "sf-row-acts" },
        press("chevron-up", say("form.choice-up", { number }), () => move(place - 1), place > 0),
        press("chevron-down", say("form.choice-down", { number }), () => move(place + 1), place < count - 1),
        press("x", say("form.choice-remove", { number }), remove, count > 1),
      ),
    );
  }

  function add(component) {
    const values = component.values ?? [];
    const taken = new Set(values.map((each) => each.value));
    let number = values.length + 1;
    while (taken.has(`option_${number}`)) number += 1;
    edit({ values: [...values, option(number)] });
    redraw(component, values.length);
  }

  /** Draws own choices anew and goes to one of them. */
  function redraw(component, place) {
    inside.replaceChildren(...own(component));
    inside.querySelectorAll("li")[place]?.querySelector("input")?.focus();
  }

  const label = make("label", { class: "form-label", for: id }, setting.label);
  return { setting, element: make("div", { class: "sf-setting" }, label, source, inside), show };
}

function option(number) {
  return { label: say("form.option", { number }), value: `option_${number}` };
}

function sourceOf(component) {
  if (component.properties?.list) return "list";
  return component.valuesExpression ? "process" : "own";
}

function preview(options) {
  const first = options.slice(0, 6).map((each) => each.label);
  const words = first.join(say("presence.comma"));
  return make("p", { class: "form-hint" }, options.length > 6 ? `${words} …` : words);
}

function kept(properties) {
  return Object.keys(properties).length ? properties : undefined;
}
