/* The buttons over the canvas: undo and redo, how large it is drawn, and letting a token run. */
import { TOGGLE_MODE_EVENT } from "bpmn-js-token-simulation/lib/util/EventHelper";

const LARGEST = 4;
const SMALLEST = 0.2;

/** Shows the whole diagram or, where that would be too small to read, its beginning. */
export function fit(modeler) {
  const canvas = modeler.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  if (canvas.zoom() >= 0.6) return;
  canvas.zoom(0.8);
  leadToStart(modeler);
}

function leadToStart(modeler) {
  const start = modeler.get("elementRegistry").find((each) => each.type === "bpmn:StartEvent");
  if (start)
    modeler.get("canvas").scrollToElement(start, { left: 120, top: 160, bottom: 160, right: 600 });
}

/** Makes the buttons of `place` work: those with data-act, which name what they do. */
export function keepTools({ modeler, place }) {
  const [canvas, commandStack, eventBus] = ["canvas", "commandStack", "eventBus"].map((name) =>
    modeler.get(name),
  );
  const buttons = Object.fromEntries(
    [...place.querySelectorAll("[data-act]")].map((each) => [each.dataset.act, each]),
  );
  const zoom = (factor) =>
    canvas.zoom(Math.min(LARGEST, Math.max(SMALLEST, canvas.zoom() * factor)));
  let isRunning = false;
  const acts = {
    undo: () => commandStack.undo(),
    redo: () => commandStack.redo(),
    larger: () => zoom(1.25),
    smaller: () => zoom(0.8),
    whole: () => canvas.zoom("fit-viewport", "auto"),
    run: () => modeler.get("toggleMode").toggleMode(),
  };
  place.addEventListener("click", (event) =>
    acts[event.target.closest("[data-act]")?.dataset.act]?.(),
  );

  function show() {
    // A button that has the focus is never disabled: it would lose its place.
    buttons.undo.setAttribute("aria-disabled", String(isRunning || !commandStack.canUndo()));
    buttons.redo.setAttribute("aria-disabled", String(isRunning || !commandStack.canRedo()));
    buttons.run.setAttribute("aria-pressed", String(isRunning));
  }

  eventBus.on(["commandStack.changed", "import.done"], show);
  eventBus.on(TOGGLE_MODE_EVENT, ({ active }) => {
    isRunning = active;
    document.body.classList.toggle("is-running", active);
    // Nothing can be changed meanwhile.
    for (const each of document.querySelectorAll(".studio-side, .studio-panel"))
      each.inert = active;
    if (active) leadToStart(modeler);
    show();
  });
  show();

  // Undo everywhere on the page but where text is typed; canvas and panel hear it themselves.
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || !(event.ctrlKey || event.metaKey) || isRunning) return;
    if (
      event.target.closest(
        "input, textarea, [contenteditable], dialog, .djs-container, .bio-properties-panel-container",
      )
    )
      return;
    const key = event.key.toLowerCase();
    if (key === "z" && !event.shiftKey) commandStack.undo();
    else if (key === "y" || (key === "z" && event.shiftKey)) commandStack.redo();
    else return;
    event.preventDefault();
  });
}
