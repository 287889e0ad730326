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
  "english",
];

/** Lists of things with `id` and `name`; what the page does not give is an empty list. */
export const catalogue = Object.fromEntries(LISTS.map((name) => [name, given[name] ?? []]));

/** How a step's new form begins: with one button of this outcome; its title is the step's name. */
export function beginForm(id, outcome) {
  const form = structuredClone(given.new_form);
  form.id = id;
  form.components = form.components.filter((each) => each.type === "button");
  for (const each of form.components)
    Object.assign(each, { id: outcome, properties: { outcome } });
  return form;
}

/** The outcomes of a step's form: `[{value, label}]`. */
export function outcomesOf(formId) {
  return catalogue.forms.find((each) => each.id === formId)?.outcomes ?? [];
}
