/* The labels of the decision editor in the language of the page. */
import decisions from "../labels/decisions_zh.js";
import zh from "../labels/zh.js";
import { language } from "../words.js";

const labels = language === "zh" ? { ...zh, ...decisions } : {};

export function translate(template, values = {}) {
  const text = labels[template] ?? template;
  return text.replace(/\{\s*(\w+)\s*\}/g, (whole, name) => values[name] ?? whole);
}

/** The names of types in lists to choose from, which the library writes as they are. */
export function nameTypes(root) {
  const fix = (each) => {
    const named = translate(each.textContent);
    if (named !== each.textContent) each.textContent = named;
  };
  const look = (node) => node.querySelectorAll?.("option, .option").forEach(fix);
  new MutationObserver((changes) => {
    for (const { addedNodes } of changes) addedNodes.forEach((each) => look(each.parentNode ?? each));
  }).observe(root, { childList: true, subtree: true });
}

export default { translate: ["value", translate] };
