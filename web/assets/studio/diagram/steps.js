/* The list of steps beside the canvas: its equal for who works without a mouse or without seeing. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { make, say } from "../words.js";
import { flowsFrom, orderSteps } from "./flow-order.js";
import { KINDS, describe, findKind, isStep, nameKind } from "./kinds.js";

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

  function plan() {
    if (isPlanned) return;
    isPlanned = true;
    requestAnimationFrame(() => {
      isPlanned = false;
      draw();
    });
  }

  const chosen = () => selection.get().find(isStep) ?? null;
  const announce = (key, values) => {
    said.textContent = say(key, values);
  };

  function draw() {
    const focused = list.contains(document.activeElement)
      ? document.activeElement.dataset.key
      : null;
    const present = chosen();
    list.replaceChildren(...orderSteps(registry).map((each) => drawRow(each, each === present)));
    if (!registry.find(isStep)) list.replaceChildren(drawEmpty());
    if (focused) focus(focused);
  }

  const focus = (key) => list.querySelector(`[data-key="${CSS.escape(key)}"]`)?.focus();

  function drawRow(element, isChosen) {
    const kind = findKind(element);
    const found = problems.get(element.id);
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
        make(
          "span",
          { class: "step-kind" },
          [kind ? nameKind(kind.key) : "", ...ways].filter(Boolean).join(" · "),
        ),
      ),
      found ? make("span", { class: `step-problem is-${found}` }, say(`problems.${found}`)) : null,
    );
    const row = make("li", { class: is(element, "bpmn:BoundaryEvent") ? "is-on" : "" }, button);
    if (isChosen) row.append(drawActs(element));
    return row;
  }

  const describeWay = (flow) => {
    const target = flow.target ? describe(flow.target) : "";
    const name = flow.businessObject.name;
    return name ? say("steps.way_named", { name, target }) : say("steps.way", { target });
  };

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
      act("start", "steps.start", start),
    );
  }

  const findRoot = () =>
    registry.find((each) => is(each, "bpmn:Participant")) ?? canvas.getRootElement();

  function act(key, words, press, style = "") {
    return make(
      "button",
      { type: "button", class: `btn btn-sm ${style}`, "data-key": key, onclick: press },
      say(words),
    );
  }

  /** A button of a row; what it is about is said to who does not see the row. */
  function actOn(key, words, name, press) {
    const button = act(key, words, press, "btn-link");
    button.append(make("span", { class: "visually-hidden" }, ` ${name}`));
    return button;
  }

  /** What can be done with the chosen step. */
  function drawActs(element) {
    const { id } = element;
    return make(
      "div",
      {
        class: "step-acts",
        role: "group",
        "aria-label": say("steps.acts", { name: describe(element) }),
      },
      make(
        "div",
        { class: "step-row" },
        act(`${id} edit`, "steps.edit", () => edit()),
        act(`${id} delete`, "steps.delete", () => remove(element), "btn-link"),
      ),
      drawAdding(element),
      drawConnecting(element),
      drawWays(element),
    );
  }

  function drawAdding(element) {
    const kinds = drawing.kindsAfter(element);
    if (!kinds.length) return null;
    const option = (each) => make("option", { value: each.key }, nameKind(each.key));
    const [after, on] = [
      kinds.filter((each) => each.place !== "on"),
      kinds.filter((each) => each.place === "on"),
    ];
    const groups = [
      after.length ? make("optgroup", { label: say("steps.after") }, ...after.map(option)) : null,
      on.length ? make("optgroup", { label: say("steps.on") }, ...on.map(option)) : null,
    ];
    const select = make("select", {
      class: "form-select",
      "data-key": `${element.id} kind`,
      id: "step-kind",
    });
    select.append(...groups.filter(Boolean));
    const add = () => {
      const kind = KINDS.find((each) => each.key === select.value);
      const made = drawing.add(element, kind);
      choose(made, true);
      announce("steps.added_after", { name: nameKind(kind.key), before: describe(element) });
    };
    return drawRowOf("steps.add_what", select, act(`${element.id} add`, "steps.add", add));
  }

  function drawConnecting(element) {
    const targets = new Set(drawing.targetsOf(element));
    if (!targets.size) return null;
    const select = make("select", {
      class: "form-select",
      "data-key": `${element.id} target`,
      id: "step-target",
    });
    for (const each of orderSteps(registry)) {
      if (targets.has(each)) select.append(make("option", { value: each.id }, describe(each)));
    }
    const hasWay = !is(element, "bpmn:Gateway") && flowsFrom(element).length > 0;
    const connect = () => {
      const target = registry.get(select.value);
      drawing.connect(element, target);
      announce("steps.connected", { name: describe(element), target: describe(target) });
    };
    return drawRowOf(
      "steps.connect_to",
      select,
      act(`${element.id} connect`, hasWay ? "steps.reconnect" : "steps.connect", connect),
    );
  }

  /** A choice below its label, with the button that does it. */
  function drawRowOf(words, select, button) {
    return make(
      "div",
      {},
      make("label", { class: "step-label", for: select.id }, say(words)),
      make("div", { class: "step-row" }, select, button),
    );
  }

  /** The ways out of a gateway: each has a name and a condition of its own. */
  function drawWays(element) {
    const flows = flowsFrom(element);
    if (!flows.length) return null;
    const rows = flows.map((flow) => {
      const name = describeWay(flow);
      const edits = () => {
        choose(flow);
        edit();
      };
      const removes = () => {
        drawing.remove(flow);
        announce("steps.way_deleted", { name });
        focus(element.id);
      };
      return make(
        "li",
        {},
        make("span", {}, name),
        actOn(`${flow.id} edit`, "steps.edit", name, edits),
        actOn(`${flow.id} delete`, "steps.delete", name, removes),
      );
    });
    return make("ul", { class: "step-ways", "aria-label": say("steps.ways") }, ...rows);
  }

  /** Leads into the panel, once it is drawn for what was chosen last. */
  function edit() {
    const lead = () => eventBus.fire("propertiesPanel.showEntry", { id: "name" });
    requestAnimationFrame(() => requestAnimationFrame(lead));
  }

  function remove(element) {
    const ordered = orderSteps(registry);
    const before = ordered[ordered.indexOf(element) - 1];
    const name = describe(element);
    drawing.remove(element);
    announce("steps.deleted", { name });
    if (before && registry.get(before.id)) choose(before, true);
  }

  function toggle(element) {
    if (chosen() === element) selection.deselect(element);
    else choose(element);
  }

  /** Selects an element, on the canvas too, and scrolls to it. */
  function choose(element, hasFocus = false) {
    selection.select(element);
    canvas.scrollToElement(element, 80);
    if (!hasFocus) return;
    draw();
    focus(element.id);
  }

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
      plan();
    },
  };
}
