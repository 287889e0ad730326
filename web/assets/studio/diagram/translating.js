/* The libraries' labels in the language of the page and in our words for the kinds of steps. */
import { PopupEntries } from "bpmn-js/lib/features/popup-menu/PopupEntries";
import zn from "bpmn-js-i18n/translations/zn.js";
import en, { patterns as enPatterns } from "../labels/en.js";
import zh, { patterns as zhPatterns } from "../labels/zh.js";
import { language, say } from "../words.js";
import { KINDS } from "./kinds.js";

/** What the library calls a kind of step → what people call it. */
function nameKinds() {
  return Object.fromEntries(
    KINDS.filter((each) => PopupEntries[each.entry]).map((each) => [
      PopupEntries[each.entry].label,
      say(`kind.${each.key}`),
    ]),
  );
}

/** What the panel's head calls a kind: “Timer Boundary Event”, from the library's types. */
function nameTypes() {
  const spaced = (type) =>
    type.replace(/\B[A-Z]/g, " $&").replace("Non Interrupting", "(Non Interrupting)");
  return Object.fromEntries(
    KINDS.map(({ key, type, event = "", cancelActivity }) => {
      const prefix = event.replace("bpmn:", "").replace("EventDefinition", "");
      const suffix = cancelActivity === false ? "NonInterrupting" : "";
      return [spaced(`${prefix}${type.replace("bpmn:", "")}${suffix}`), say(`kind.${key}`)];
    }),
  );
}

const labels = { ...(language === "zh" ? { ...zn, ...zh } : en), ...nameKinds(), ...nameTypes() };

export function translate(template, replacements = {}) {
  const text = labels[template] ?? template;
  return text.replace(/{([^}]+)}/g, (whole, key) => replacements[key] ?? whole);
}

const patterns = language === "zh" ? zhPatterns : enPatterns;

function find(text) {
  return labels[text] ?? patterns.find(([pattern]) => pattern.test(text))?.[1];
}

/** Words that the libraries write into the page without asking for a translation. */
export function relabel(root) {
  const fix = (node) => {
    if (node.nodeType === Node.TEXT_NODE) {
      const found = find(node.data.trim());
      if (found && found !== node.data.trim())
        node.data = node.data.replace(node.data.trim(), found);
    } else if (node instanceof HTMLElement) {
      // The drawing itself is not looked through: what stands in it is the process's own.
      for (const name of ["title", "aria-label", "placeholder"]) {
        const found = find(node.getAttribute(name) ?? "");
        if (found && found !== node.getAttribute(name)) node.setAttribute(name, found);
      }
      if (!node.closest(".cm-content, textarea")) node.childNodes.forEach(fix);
    }
  };
  const watcher = new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes" || change.type === "characterData") fix(change.target);
      else change.addedNodes.forEach(fix);
    }
  });
  const what = {
    childList: true,
    subtree: true,
    attributes: true,
    attributeFilter: ["title", "aria-label"],
  };
  watcher.observe(root, what);
  fix(root);
}

export default { translate: ["value", translate] };
