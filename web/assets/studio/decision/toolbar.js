/* Buttons for what menus and the drawing do: rules, columns and decisions without a mouse. */
import { addElement } from "./relations.js";

/** Lets the buttons of `place` work: [data-table] on the cell that was chosen last. */
export function keepToolbar(place, modeler) {
  let last = null;
  const deeds = {
    "rule-above": (actions) => actions.trigger("addRuleAbove", { rule: last?.row }),
    "rule-below": (actions) => (last?.row ? actions.trigger("addRuleBelow", { rule: last.row }) : actions.trigger("addRule")),
    "rule-remove": (actions) => last?.row && actions.trigger("removeRule", { rule: last.row }),
    "rule-up": () => moveRule(-1),
    "rule-down": () => moveRule(1),
    input: (actions) => actions.trigger("addInput"),
    output: (actions) => actions.trigger("addOutput"),
    "column-remove": (actions) => {
      const isInput = last?.col?.businessObject?.$type === "dmn:InputClause";
      if (last?.col) actions.trigger(isInput ? "removeInput" : "removeOutput", { [isInput ? "input" : "output"]: last.col });
    },
  };

  function moveRule(by) {
    const viewer = modeler.getActiveViewer();
    const { rows } = viewer.get("sheet").getRoot();
    const place = rows.indexOf(last?.row);
    if (place < 0 || !rows[place + by]) return;
    viewer.get("modeling").moveRow(last.row, place + by);
  }

  function show() {
    const type = modeler.getActiveView()?.type;
    for (const each of place.querySelectorAll("[data-table]")) each.hidden = type !== "decisionTable";
    for (const each of place.querySelectorAll("[data-add]")) each.hidden = type !== "drd";
  }

  place.addEventListener("mousedown", (event) => event.target.closest("button") && event.preventDefault());
  place.addEventListener("click", ({ target }) => {
    const button = target.closest("button");
    if (!button) return;
    const viewer = modeler.getActiveViewer();
    const actions = viewer.get("editorActions");
    if (button.dataset.add) addElement(viewer, button.dataset.add);
    else if (button.dataset.command) actions.trigger(button.dataset.command);
    else deeds[button.dataset.table]?.(actions);
  });
  modeler.on("viewer.created", ({ type, viewer }) => {
    if (type !== "decisionTable") return;
    viewer.on("selection.changed", ({ selection }) => {
      if (selection?.row || selection?.col) last = selection;
    });
  });
  modeler.on("views.changed", () => {
    last = null;
    show();
  });
  show();
}
