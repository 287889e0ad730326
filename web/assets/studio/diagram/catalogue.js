/* What there is to choose from, from the page's JSON island `#studio-catalogue`. */
const island = document.getElementById("studio-catalogue");
const given = island ? JSON.parse(island.textContent) : {};

const LISTS = ["forms", "decisions", "processes", "lanes", "duties", "statuses", "kinds", "messages", "errors"];

/** Lists of things with `id` and `name`; what the page does not give is an empty list. */
export const catalogue = Object.fromEntries(LISTS.map((name) => [name, given[name] ?? []]));

/** The outcomes of a step's form: `[{value, label}]`. */
export function outcomesOf(formId) {
  return catalogue.forms.find((each) => each.id === formId)?.outcomes ?? [];
}
