/* The list of steps beside the canvas: its equal for who works without a mouse or without seeing. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { catalogue } from "../catalogue.js";
import { make, say } from "../words.js";
import { flowsFrom, orderSteps } from "./flow-order.js";
import { describe, describeWay, findKind, isStep, nameKind } from "./kinds.js";
import { drawAct, makeActs } from "./step-acts.js";

/** What a step is called in English where the page speaks it: the diagram's names are Chinese. */
const english = new Map(catalogue.english.map(({ id, name }) => [id, name]));

/** Draws the list into `place`, what was done is said in `said`; answers `mark(problems)`. */
export function keepSteps({ modeler, place, said }) {
  const [eventBus, registry, selection, canvas, drawing] = [
    "eventBus",
    "elementRegistry",
    "selection",
    "canvas",
    "studioDrawing",
  ].map((name) => modeler.get(name));
  const list = make("ol", { class: "step-list" });
  place.append(list);
  let problems = new Map();
  let isPlanned = false;
  let isPressed = false;

  function plan() {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      if (!isPressed) draw();
    });
  }

  // Who presses a row leaves a field of the panel, which then changes the diagram: drawn anew
  // before the press is over, the row would be gone and nothing be pressed.
  list.addEventListener("pointerdown", () => {
    isPressed = true;
  });
  for (const end of ["pointerup", "pointercancel", "dragend"]) {
    document.addEventListener(
      end,
      () => {
        if (isPressed) plan();
        isPressed = false;
      },
      { capture: true },
    );
  }

  /** The chosen step; of a way, the one that it leads away from. */
  const chosen = () => {
    const [found] = selection.get();
    if (is(found, "bpmn:SequenceFlow")) return found.source;
    return selection.get().find(isStep) ?? null;
  };
  const announce = (key, values) => {
    said.textContent = say(key, values);
  };

  function draw() {
    const focused = list.contains(document.activeElement)
      ? document.activeElement.dataset.key
      : null;
    const picked = new Map(selects().map((each) => [each.dataset.key, each.value]));
    const present = chosen();
    list.replaceChildren(...orderSteps(registry).map((each) => drawRow(each, each === present)));
    if (!registry.find(isStep)) list.replaceChildren(drawEmpty());
    for (const each of selects()) keepPicked(each, picked.get(each.dataset.key));
    if (focused) focus(focused);
  }

  const selects = () => [...list.querySelectorAll("select")];

  const focus = (key) => list.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();

  function drawRow(element, isChosen) {
    const kind = findKind(element);
    const ways = flowsFrom(element).map((flow) => describeWay(flow));
    const button = make(
      "button",
      {
        type: "button",
        class: "step",
        "data-key": element.id,
        "aria-expanded": String(isChosen),
        onclick: () => toggle(element),
      },
      make("span", { class: `step-sign ${kind?.icon ?? ""}`, "aria-hidden": "true" }),
      make(
        "span",
        { class: "step-words" },
        make("span", { class: "step-name" }, describe(element)),
        english.has(element.id) ? make("span", { class: "step-kind" }, english.get(element.id)) : null,
        make(
          "span",
          { class: "step-kind" },
          [kind ? nameKind(kind.key) : "", ...ways].filter(Boolean).join(" · ").replaceAll("· →", "→"),
        ),
      ),
    );
    drawProblem(button);
    const row = make("li", { class: is(element, "bpmn:BoundaryEvent") ? "is-on" : "" }, button);
    if (isChosen) row.append(drawActs(element));
    return row;
  }

  function drawProblem(button) {
    const found = problems.get(button.dataset.key);
    button.querySelector(".step-problem")?.remove();
    if (found)
      button.append(
        make("span", { class: `step-problem is-${found}` }, say(`problems.${found}`)),
      );
  }

  function drawEmpty() {
    const start = () => {
      const shape = modeler.get("elementFactory").createShape({ type: "bpmn:StartEvent" });
      const made = modeler.get("modeling").createShape(shape, { x: 180, y: 160 }, findRoot());
      choose(made);
      announce("steps.added", { name: describe(made) });
    };
    return make(
      "li",
      { class: "steps-empty" },
      make("p", { class: "soft" }, say("steps.empty")),
      drawAct("start", "steps.start", start),
    );
  }

  const findRoot = () =>
    registry.find((each) => is(each, "bpmn:Participant")) ?? canvas.getRootElement();

  /** Leads into the panel, once it is drawn for what is chosen. */
  function edit(element) {
    choose(element);
    const lead = () => eventBus.fire("propertiesPanel.showEntry", { id: "name" });
    requestAnimationFrame(() => requestAnimationFrame(lead));
  }

  function remove(element) {
    const ordered = orderSteps(registry);
    const at = ordered.indexOf(element);
    const name = describe(element);
    drawing.remove(element);
    announce("steps.deleted", { name });
    const left = [...ordered.slice(0, at).toReversed(), ...ordered.slice(at)];
    const next = left.find((each) => registry.get(each.id));
    if (next) choose(next, true);
    else {
      draw();
      focus("start");
    }
  }

  function toggle(element) {
    if (selection.isSelected(element)) selection.deselect(element);
    else choose(element);
  }

  /** Selects an element, on the canvas too, and scrolls to it. */
  function choose(element, hasFocus = false) {
    selection.select(element);
    canvas.scrollToElement(element, 80);
    if (!hasFocus) return;
    draw();
    focus((chosen() ?? element).id);
  }

  const drawActs = makeActs(modeler, { choose, edit, remove, announce });
  eventBus.on(["import.done", "commandStack.changed", "selection.changed"], plan);
  eventBus.on("selection.changed", () => {
    requestAnimationFrame(() =>
      list
        .querySelector("[aria-expanded=true]")
        ?.parentElement.scrollIntoView({ block: "nearest" }),
    );
  });
  return {
    choose,
    /** Puts the focus on the chosen step. */
    focus() {
      list.querySelector("[aria-expanded=true]")?.focus();
    },
    /** Shows beside each step whether it has an error or a warning: `Map(id → kind)`. */
    mark(found) {
      problems = found;
      // Not drawn anew: somebody may be choosing in a row just now.
      for (const each of list.querySelectorAll(".step")) drawProblem(each);
    },
  };
}

/** What was picked in a row stays picked when the row is drawn anew, where it is still offered. */
function keepPicked(select, value) {
  if ([...select.options].some((each) => each.value === value)) select.value = value;
}
