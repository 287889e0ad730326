/* A form between its text in the draft and what the editor works on.
 *
 * What the editor adds for itself (rows of its layout, its own version) is taken out again, so
 * that a form that was not changed is written as it was.
 */

const HEAD = ["schemaVersion", "exporter", "executionPlatform", "executionPlatformVersion"];

/** Reads a form's text; raises what JSON.parse does. One without components is empty. */
export function readForm(text) {
  const document = JSON.parse(text);
  const components = Array.isArray(document.components) ? document.components : [];
  const taken = new Set([document.id]);
  for (const each of walk(components)) {
    // The editor knows components by their ids; two of one id cannot be told apart.
    if (typeof each.id !== "string" || !each.id || taken.has(each.id)) each.id = freshId(each.type, taken);
    taken.add(each.id);
  }
  return { ...document, components };
}

function freshId(type, taken) {
  let number = 1;
  while (taken.has(`${type}_${number}`)) number += 1;
  return `${type}_${number}`;
}

/** Writes what the editor has, in the order and with the head of the document that was opened. */
export function writeForm(schema, opened) {
  const keepsLayout = JSON.stringify(opened.components).includes('"layout"');
  // What was opened keeps its order and its head; what came to it stands behind.
  const written = { ...opened, ...schema };
  for (const name of HEAD) if (name in opened) written[name] = opened[name];
  const text = JSON.stringify(
    written,
    (name, value) => (name === "layout" && !keepsLayout ? undefined : value),
    2,
  );
  return `${text}\n`;
}

/** Goes through components and what is in them, in the order of the form. */
export function* walk(components = []) {
  for (const each of components) {
    yield each;
    yield* walk(each.components);
  }
}

/** The list that a component stands in, or null: its fields are named within it. */
export function listAround(component, registry) {
  let around = registry.get(component._parent);
  while (around && around.type !== "dynamiclist") around = registry.get(around._parent);
  return around ?? null;
}

/** What a component is called where it is talked about. */
export function titleOf(component, names) {
  const words = component.label || component.dateLabel || component.text || "";
  return words.split("\n")[0].slice(0, 30) || names.get(component.type) || component.type;
}
