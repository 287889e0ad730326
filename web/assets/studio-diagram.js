/* The studio's diagram editor: canvas, panel, list of steps and problems, always saved and checked. */
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "bpmn-js/dist/assets/bpmn-font/css/bpmn.css";
import "@bpmn-io/properties-panel/assets/properties-panel.css";
import "bpmn-js-element-templates/dist/assets/element-templates.css";
import "bpmn-js-bpmnlint/dist/assets/css/bpmn-js-bpmnlint.css";
import "bpmn-js-token-simulation/assets/css/bpmn-js-token-simulation.css";
import "./style/studio/diagram.css";
import { Refused, ask, readDocument } from "./studio/asking.js";
import { keepChecking } from "./studio/checking.js";
import { describe } from "./studio/diagram/kinds.js";
import { makeModeler } from "./studio/diagram/modeler.js";
import { keepSteps } from "./studio/diagram/steps.js";
import { fit, keepTools } from "./studio/diagram/tools.js";
import { relabel } from "./studio/diagram/translating.js";
import { endExpressions } from "./studio/expressions.js";
import { listLost, readAsked } from "./studio/opening.js";
import { keepSaving } from "./studio/saving.js";

const { address, check, templates } = document.getElementById("studio-diagram").dataset;
const { draft, process, document: path } = document.body.dataset;
const places = Object.fromEntries(
  ["canvas", "panel", "steps", "tools", "failed", "said"].map((name) => [
    name,
    document.getElementById(`studio-${name}`),
  ]),
);

let saving = null;
let checking = null;
const modeler = makeModeler({
  canvas: places.canvas,
  panel: places.panel,
  studio: { draft, process, flush: () => saving.flush() },
});
relabel(places.canvas);
relabel(places.panel);
endExpressions(document.body);
const [eventBus, linting, variables] = ["eventBus", "linting", "variableResolver"].map((name) =>
  modeler.get(name),
);
const steps = keepSteps({ modeler, place: places.steps, said: places.said });

/** The diagram as it stands; asked more than once between two changes, it is written once. As it
 * was opened, where every change was taken back. */
let opened = "";
let lost = [];
let written = null;
const write = async () =>
  modeler.get("commandStack").canUndo() ? (await modeler.saveXML({ format: true })).xml : opened;
const read = () => (written ??= write());

async function open(text) {
  const { warnings } = await modeler.importXML(text);
  lost = listLost(warnings);
  opened = text;
  written = null;
  fit(modeler);
}

function show(problems) {
  linting.tell(problems.filter((each) => !each.document || each.document === path));
}

/** Nobody knows an element by its id: what has no name is called by its kind. */
function reword(problem) {
  const message = problem.message.replace(/“([a-z][a-z0-9_]*)”/g, (whole, id) => {
    const element = modeler.get("elementRegistry").get(id);
    return element && !element.businessObject.name ? `“${describe(element)}”` : whole;
  });
  return { ...problem, message };
}

/** Leads to the element that a problem is about. */
function choose({ element }) {
  const found = modeler.get("elementRegistry").get(linting.findShown(element));
  if (!found || found === modeler.get("canvas").getRootElement()) {
    modeler.get("selection").select(null);
    return;
  }
  steps.choose(found, true);
}

/** Beside the steps stands what is wrong with them or with a way out of them. */
eventBus.on("linting.completed", ({ issues }) => {
  const marks = new Map();
  for (const [id, found] of Object.entries(issues)) {
    const element = modeler.get("elementRegistry").get(id);
    const step = element?.source ?? element;
    const isError = found.some((each) => each.category === "error");
    if (step && (isError || !marks.has(step.id))) marks.set(step.id, isError ? "error" : "warning");
  }
  steps.mark(marks);
  checking?.add([...lost, ...linting.drawn]);
});

eventBus.on("commandStack.changed", () => {
  written = null;
  variables.expect();
  saving?.changed();
  checking?.changed();
});

// Back from the panel to the step that it is about, if nothing in the panel wants the key.
places.panel.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) steps.focus();
});

try {
  const [{ text, version }, operations] = await Promise.all([
    readDocument(address),
    readTemplates(),
  ]);
  modeler.get("elementTemplatesLoader").setTemplates(operations);
  await open(text);
  keepTools({ modeler, place: places.tools });
  saving = keepSaving({ address, version, read, onReplace: open });
  checking = keepChecking({
    address: check,
    path,
    read,
    show,
    reword,
    onChoose: choose,
    onVariables: (known) => variables.take(known),
  });
  const asked = readAsked();
  if (asked && modeler.get("elementRegistry").get(asked)) choose({ element: asked });
  document.body.dataset.ready = "true";
  performance.mark("ready");
} catch (error) {
  places.failed.hidden = false;
  console.error(error);
}

/** The operations as templates; without them service tasks are filled in as plain lists. */
async function readTemplates() {
  try {
    return await ask(templates, { method: "GET" });
  } catch (error) {
    if (error instanceof Refused) return [];
    throw error;
  }
}
