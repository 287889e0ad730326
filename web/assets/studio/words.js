/* The page's words, from the JSON island `#studio-words` that its template fills from gettext. */
const island = document.getElementById("studio-words");
const words = island ? JSON.parse(island.textContent) : {};

/** Which language the page speaks: "zh" or "en". */
export const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";

/** Says a word of the page, with {values} put in. A missing one says its key, so that it is seen. */
export function say(key, values = {}) {
  const text = words[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole));
}

/** Says how many: `key` holds the words for one and for many, divided by a line. */
export function sayCount(key, count, values = {}) {
  const [one, many] = (words[key] ?? key).split("|");
  const text = count === 1 ? one : (many ?? one);
  return text.replace(/\{(\w+)\}/g, (whole, name) => String({ count, ...values }[name] ?? whole));
}

/** Makes an element: `make("p", { class: "soft" }, "text", child)`. Text is never HTML. */
export function make(tag, attributes = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === false || value === null || value === undefined) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.filter((each) => each !== null && each !== undefined));
  return element;
}
