/* What a document holds, as a list to choose from: the relations, then each decision. */
import { make, say } from "../words.js";

/** Keeps the list true to the modeler; the shown one is marked. */
export function listViews(place, modeler) {
  function draw() {
    const active = modeler.getActiveView();
    const focused = place.contains(document.activeElement) ? document.activeElement.dataset.view : null;
    place.replaceChildren(
      ...modeler.getViews().map((view) => {
        const isHere = view.element === active?.element;
        const title = view.type === "drd" ? say("decision.relations") : view.name || view.id;
        return make(
          "li",
          {},
          make(
            "button",
            {
              type: "button",
              "data-view": view.id,
              "aria-current": isHere ? "page" : false,
              onclick: () => modeler.open(view),
            },
            title,
          ),
        );
      }),
    );
    if (focused) [...place.querySelectorAll("button")].find((each) => each.dataset.view === focused)?.focus();
  }
  modeler.on("views.changed", draw);
  draw();
}

/** Opens the view in which an element stands, and goes to it; answers whether there is one. */
export async function openElement(modeler, id) {
  const [drd, ...others] = modeler.getViews();
  const inside = others.find((view) => holds(view.element, id));
  const view = inside ?? drd;
  if (!view) return false;
  if (view.element !== modeler.getActiveView()?.element) await modeler.open(view);
  if (view.type === "drd") {
    const viewer = modeler.getActiveViewer();
    const found = viewer.get("elementRegistry").get(id);
    if (found) viewer.get("selection").select(found);
    return Boolean(found);
  }
  const cell = document.querySelector(`.dmn-js-parent [data-element-id="${CSS.escape(cellOf(view.element, id))}"]`);
  cell?.scrollIntoView({ block: "center", inline: "center" });
  (cell?.querySelector("[contenteditable]") ?? cell)?.focus();
  return true;
}

/** Whether a decision's table has an element of this id, or is it. */
function holds(decision, id) {
  return decision.id === id || [...parts(decision)].some((each) => each.id === id);
}

function* parts(decision) {
  const logic = decision.decisionLogic;
  if (!logic) return;
  yield logic;
  for (const clause of [...(logic.input ?? []), ...(logic.output ?? [])]) {
    yield clause;
    if (clause.inputExpression) yield clause.inputExpression;
  }
  for (const rule of logic.rule ?? []) {
    yield rule;
    yield* rule.inputEntry ?? [];
    yield* rule.outputEntry ?? [];
  }
}

/** The cell to go to: a rule's first one, else the element's own. */
function cellOf(decision, id) {
  const rule = decision.decisionLogic?.rule?.find((each) => each.id === id);
  return (rule?.inputEntry ?? rule?.outputEntry)?.[0]?.id ?? id;
}
