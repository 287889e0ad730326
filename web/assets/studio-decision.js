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
import { keepChecking } from "./studio/checking.js";
import labels, { relabel } from "./studio/decision/labels.js";
import { dataTypes, drdModule, expressionLanguages, tableModule } from "./studio/decision/offered.js";
import { keepPanel } from "./studio/decision/panel.js";
import { keepToolbar } from "./studio/decision/toolbar.js";
import variables from "./studio/decision/variables.js";
import { listViews, openElement } from "./studio/decision/views.js";
import { endExpressions } from "./studio/expressions.js";
import { LANGUAGE } from "./studio/feel.js";
import { listLost, makeOpening, readAsked } from "./studio/opening.js";
import { keepSaving } from "./studio/saving.js";

const place = document.getElementById("decision-editor");
const { source, check, path } = place.dataset;

const modeler = new DmnModeler({
  container: place.querySelector(".sd-canvas"),
  common: { expressionLanguages, dataTypes, feelLanguageContext: LANGUAGE },
  drd: { additionalModules: [labels, drdModule] },
  decisionTable: { additionalModules: [labels, tableModule, variables] },
  literalExpression: { additionalModules: [labels, tableModule, variables] },
});

let saving = null;
let checking = null;
let lost = [];
const opening = makeOpening({
  canvas: place.querySelector(".sd-canvas"),
  failed: place.querySelector("[data-failed]"),
  show: async (text) => {
    const before = modeler.getActiveView()?.id;
    const { warnings } = await modeler.importXML(text);
    lost = listLost(warnings);
    checking?.add(lost);
    const same = modeler.getViews().find((each) => each.id === before);
    if (same) await modeler.open(same);
  },
});
const read = async () => (await modeler.saveXML({ format: true })).xml;

modeler.on("viewer.created", ({ viewer }) => {
  viewer.on("commandStack.changed", () => {
    // Opening a view empties its commands, which changes nothing.
    const stack = viewer.get("commandStack");
    if (opening.isUnderWay || !saving || (!stack.canUndo() && !stack.canRedo())) return;
    saving.changed();
    checking.changed();
  });
});
relabel(document.body);
endExpressions(document.body);
listViews(place.querySelector("[data-views]"), modeler);
const panel = keepPanel(place.querySelector(".sd-panel-place"), modeler);
keepToolbar(place.querySelector(".sd-tools"), modeler);

const version = await opening.begin(source);
if (version !== undefined) {
  saving = keepSaving({
    address: source,
    version,
    read,
    onReplace: async (text) => {
      await opening.open(text);
      checking.changed();
    },
  });
  checking = keepChecking({
    address: check,
    path,
    read,
    onChoose: ({ element }) => element && openElement(modeler, element),
  });
  checking.add(lost);
  // A document with one table opens on that table: relations are looked at when there are several.
  const [, ...decisions] = modeler.getViews();
  const wanted = readAsked();
  if (!(wanted && (await openElement(modeler, wanted))) && decisions.length) await modeler.open(decisions[0]);
  panel.draw();
  place.dataset.ready = "";
}
