/* The labels of the decision editor in the language of the page. */
import decisions from "../labels/decisions_zh.js";
import zh from "../labels/zh.js";
import { language } from "../words.js";

const labels = language === "zh" ? { ...zh, ...decisions } : {};

export function translate(template, values = {}) {
  const text = labels[template] ?? template;
  return text.replace(/\{\s*(\w+)\s*\}/g, (whole, name) => values[name] ?? whole);
}

export default { translate: ["value", translate] };
