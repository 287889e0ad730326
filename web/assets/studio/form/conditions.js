/* When a component is there: always, by the answer to another field, or by an expression.
 *
 * A form says when something is hidden; people say when it is there. What was written by hand
 * in one of these ways is read back, everything else stays an expression.
 */
import { make, say } from "../words.js";
import { readSetting } from "./controls.js";
import { offerNames } from "./names.js";

/** `is` and `is-not` of each kind of answer: how the hiding is written, and read back. */
const WAYS = {
  one: {
    is: { write: (field, value) => `=${field} != "${value}"`, read: /^=\s*(\w+)\s*!=\s*"([^"\\]*)"$/ },
    "is-not": { write: (field, value) => `=${field} = "${value}"`, read: /^=\s*(\w+)\s*=\s*"([^"\\]*)"$/ },
  },
  // An answer that is not there is neither true nor false, so it is compared.
  several: {
    is: {
      write: (field, value) => `=list contains(${field}, "${value}") != true`,
      read: /^=\s*list contains\(\s*(\w+)\s*,\s*"([^"\\]*)"\s*\)\s*!=\s*true$/,
    },
    "is-not": {
      write: (field, value) => `=list contains(${field}, "${value}") = true`,
      read: /^=\s*list contains\(\s*(\w+)\s*,\s*"([^"\\]*)"\s*\)(?:\s*=\s*true)?$/,
    },
  },
  box: {
    is: { write: (field) => `=${field} != true`, read: /^=\s*(\w+)\s*!=\s*true$/ },
    "is-not": { write: (field) => `=${field} = true`, read: /^=\s*(\w+)\s*=\s*true$/ },
  },
};
const KINDS = { select: "one", radio: "one", checklist: "several", checkbox: "box" };

/** What an expression says in one of the ways, or null. `fields` are those that can be asked. */
export function readCondition(text, fields) {
  for (const [kind, ways] of Object.entries(WAYS)) {
    for (const [way, { read }] of Object.entries(ways)) {
      const found = text.trim().match(read);
      const field = found && fields.find((each) => each.key === found[1] && KINDS[each.type] === kind);
      if (field) return { field, way, value: found[2] ?? "" };
    }
  }
  return null;
}

/** Makes the control: `{ element, show(component) }`; `set(value)` hears the expression. */
export function makeCondition(setting, { id, set, about, lists }) {
  let shown = null;
  let mode = "always";
  const kind = make("select", { class: "form-select", id });
  kind.replaceChildren(
    ...["always", "answer", "expression"].map((each) => make("option", { value: each }, say(`form.there-${each}`))),
  );
  const inside = make("div", { class: "sf-condition" });
  kind.addEventListener("change", () => {
    mode = kind.value;
    if (mode === "always") set(undefined);
    else if (mode === "answer") write(begin());
    draw();
  });

  function begin() {
    const [field] = about.askable(shown);
    return field && { field, way: "is", value: valuesOf(field)[0]?.value ?? "" };
  }

  function write(condition) {
    if (!condition) return;
    const { field, way, value } = condition;
    set(WAYS[KINDS[field.type]][way].write(field.key, value));
  }

  function show(component) {
    const isOther = component !== shown;
    shown = component;
    if (!isOther && inside.contains(document.activeElement)) return;
    const text = readSetting(component, setting) ?? "";
    const isRead = Boolean(text) && readCondition(text, about.askable(component)) !== null;
    if (!text) mode = "always";
    else if (isOther || mode === "always") mode = isRead ? "answer" : "expression";
    else if (!isRead) mode = "expression";
    draw();
  }

  function draw() {
    kind.value = mode;
    const fields = about.askable(shown);
    const text = readSetting(shown, setting) ?? "";
    if (mode === "expression") inside.replaceChildren(...expression(text));
    else if (mode === "answer" && !fields.length) inside.replaceChildren(make("p", { class: "form-hint" }, say("form.nothing-to-ask")));
    else if (mode === "answer") inside.replaceChildren(...sentence(fields, readCondition(text, fields) ?? begin()));
    else inside.replaceChildren();
  }

  function expression(text) {
    const input = make("textarea", { class: "form-control sf-feel", rows: 2, id: `${id}-feel`, spellcheck: "false" });
    input.value = text;
    input.addEventListener("input", () => set(input.value.trim() || undefined));
    input.addEventListener("change", () => {
      const typed = input.value.trim();
      if (typed && !typed.startsWith("=")) set(`=${typed}`);
    });
    const label = make("label", { class: "form-label", for: `${id}-feel` }, say("form.hidden-when"));
    const offer = offerNames(input, () => about.names(shown));
    return [label, input, make("div", { class: "form-hint" }, setting.help), offer];
  }

  function sentence(fields, condition) {
    const pick = (word, options, chosen, change) => {
      const input = make("select", { class: "form-select", "aria-label": say(word), "data-pick": word });
      const isKnown = options.some((each) => each.value === chosen);
      const all = isKnown ? options : [...options, { value: chosen, label: say("form.unknown", { value: chosen }) }];
      input.replaceChildren(...all.map((each) => make("option", { value: each.value }, each.label)));
      input.value = chosen;
      input.addEventListener("change", () => {
        write(change(input.value));
        draw();
        inside.querySelector(`[data-pick="${word}"]`)?.focus();
      });
      return input;
    };
    const { field, way, value } = condition;
    const asked = KINDS[field.type];
    const names = fields.map((each) => ({ value: each.key, label: each.label || each.key }));
    const parts = [
      pick("form.asked-field", names, field.key, (key) => {
        const next = fields.find((each) => each.key === key);
        return { field: next, way, value: valuesOf(next)[0]?.value ?? "" };
      }),
      pick(
        "form.asked-way",
        ["is", "is-not"].map((each) => ({ value: each, label: say(`form.${asked}-${each}`) })),
        way,
        (next) => ({ field, way: next, value }),
      ),
    ];
    if (asked === "box") return parts;
    const values = valuesOf(field);
    if (values.length) return [...parts, pick("form.asked-value", values, value, (next) => ({ field, way, value: next }))];
    const typed = make("input", { type: "text", class: "form-control", "aria-label": say("form.asked-value") });
    typed.value = value;
    typed.addEventListener("change", () => write({ field, way, value: typed.value.replace(/["\\]/g, "") }));
    return [...parts, typed];
  }

  function valuesOf(field) {
    const list = field.properties?.list;
    if (list) return lists[list] ?? [];
    return (field.values ?? []).map((each) => ({ value: each.value, label: each.label || each.value }));
  }

  const label = make("label", { class: "form-label", for: id }, setting.label);
  return { setting, element: make("div", { class: "sf-setting" }, label, kind, inside), show };
}

