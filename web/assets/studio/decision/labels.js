/* The labels of the decision editor in the language of the page. */
import decisions from "../labels/decisions_zh.js";
import zh from "../labels/zh.js";
import { language } from "../words.js";

const labels = language === "zh" ? { ...zh, ...decisions } : {};

export function translate(template, values = {}) {
  const text = labels[template] ?? template;
  return text.replace(/\{\s*(\w+)\s*\}/g, (whole, name) => values[name] ?? whole);
}

/** What the library writes without asking for its translation: types to choose from, titles. */
export function relabel(root) {
  const fixText = (each) => {
    const named = translate(each.textContent);
    if (named !== each.textContent) each.textContent = named;
  };
  const fixTitle = (each) => {
    for (const name of ["title", "aria-label"]) {
      const given = each.getAttribute(name);
      if (given && labels[given]) each.setAttribute(name, labels[given]);
    }
  };
  const look = (node) => {
    node?.querySelectorAll?.("option, .option, div.dms-input").forEach(fixText);
    node?.querySelectorAll?.("[title], [aria-label]").forEach(fixTitle);
  };
  new MutationObserver((changes) => {
    for (const { target, addedNodes } of changes) {
      if (target.nodeType === Node.TEXT_NODE) look(target.parentNode?.parentNode);
      addedNodes.forEach((each) => look(each.parentNode ?? each));
    }
  }).observe(root, { childList: true, subtree: true, characterData: true });
}

export default { translate: ["value", translate] };
