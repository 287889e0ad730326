/* What there is to choose from, from the page's JSON island `#studio-catalogue`. */
const island = document.getElementById("studio-catalogue");
const given = island ? JSON.parse(island.textContent) : {};

const LISTS = [
  "forms",
  "decisions",
  "processes",
  "lanes",
  "duties",
  "statuses",
  "kinds",
  "messages",
  "errors",
  "functions",
];

/** Lists of things with `id` and `name`; what the page does not give is an empty list. */
export const catalogue = Object.fromEntries(LISTS.map((name) => [name, given[name] ?? []]));

/** How a new form begins: with its name as a text, and one button of this outcome. */
export function beginForm(id, title, outcome) {
  const form = structuredClone(given.new_form);
  form.id = id;
  for (const each of form.components) {
    if (each.type === "text") each.text = title;
    if (each.type === "button") Object.assign(each, { id: outcome, properties: { outcome } });
  }
  return form;
}

/** The outcomes of a step's form: `[{value, label}]`. */
export function outcomesOf(formId) {
  return catalogue.forms.find((each) => each.id === formId)?.outcomes ?? [];
}
