/* The editor of decision tables: their relations, their tables, what is said of them.
 *
 * The page says where the document is (data-source of #decision-editor).
 */
import DmnModeler from "dmn-js/lib/Modeler";
import "dmn-js/dist/assets/diagram-js.css";
import "dmn-js/dist/assets/dmn-js-shared.css";
import "dmn-js/dist/assets/dmn-js-drd.css";
import "dmn-js/dist/assets/dmn-js-decision-table.css";
import "dmn-js/dist/assets/dmn-js-decision-table-controls.css";
import "dmn-js/dist/assets/dmn-js-literal-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression.css";
import "dmn-js/dist/assets/dmn-js-boxed-expression-controls.css";
import "dmn-js/dist/assets/dmn-font/css/dmn.css";
import "./style/studio/decision.css";
import { readDocument } from "./studio/asking.js";
import { keepChecking } from "./studio/checking.js";
import labels, { nameTypes } from "./studio/decision/labels.js";
import { dataTypes, drdModule, expressionLanguages, tableModule } from "./studio/decision/offered.js";
import { keepPanel } from "./studio/decision/panel.js";
import { keepToolbar } from "./studio/decision/toolbar.js";
import { listViews, openElement } from "./studio/decision/views.js";
import { keepSaving } from "./studio/saving.js";
import { make } from "./studio/words.js";

const place = document.getElementById("decision-editor");
const { source, check, path } = place.dataset;

const modeler = new DmnModeler({
  container: place.querySelector(".sd-canvas"),
  common: { expressionLanguages, dataTypes },
  drd: { additionalModules: [labels, drdModule] },
  decisionTable: { additionalModules: [labels, tableModule] },
  literalExpression: { additionalModules: [labels, tableModule] },
});

let saving = null;
let checking = null;
let isOpening = true;
const read = async () => (await modeler.saveXML({ format: true })).xml;

async function open(text) {
  isOpening = true;
  try {
    await modeler.importXML(text);
    return true;
  } catch (error) {
    place.querySelector(".sd-canvas").hidden = true;
    const failed = place.querySelector("[data-failed]");
    failed.hidden = false;
    failed.append(make("p", { class: "soft" }, error.message));
    return false;
  } finally {
    isOpening = false;
  }
}

modeler.on("viewer.created", ({ viewer }) => {
  viewer.on("commandStack.changed", () => {
    // Opening a view empties its commands, which changes nothing.
    const stack = viewer.get("commandStack");
    if (isOpening || !saving || (!stack.canUndo() && !stack.canRedo())) return;
    saving.changed();
    checking.changed();
  });
});
nameTypes(document.body);
listViews(place.querySelector("[data-views]"), modeler);
const panel = keepPanel(place.querySelector(".sd-panel-place"), modeler);
keepToolbar(place.querySelector(".sd-tools"), modeler);

const first = await readDocument(source);
if (await open(first.text)) {
  saving = keepSaving({
    address: source,
    version: first.version,
    read,
    onReplace: async (text) => {
      await open(text);
      checking.changed();
    },
  });
  checking = keepChecking({
    address: check,
    path,
    read,
    onChoose: ({ element }) => element && openElement(modeler, element),
  });
  // A document with one table opens on that table: relations are looked at when there are several.
  const [, ...decisions] = modeler.getViews();
  const wanted = decodeURIComponent(location.hash.slice(1));
  if (!(wanted && (await openElement(modeler, wanted))) && decisions.length) await modeler.open(decisions[0]);
  panel.draw();
  place.dataset.ready = "";
}
