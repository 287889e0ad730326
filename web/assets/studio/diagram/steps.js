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
        make(
          "span",
          { class: "step-kind" },
          [kind ? nameKind(kind.key) : "", ...ways].filter(Boolean).join(" · "),
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

  const describeWay = (flow) => {
    const target = flow.target ? describe(flow.target) : "";
    const name = flow.businessObject.name;
    return name ? say("steps.way_named", { name, target }) : say("steps.way", { target });
  };

  /** Steps of one name are told apart by where they lead. */
  const describeWithWays = (element) =>
    [describe(element), ...flowsFrom(element).map(describeWay)].join(" ");

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
    const offered = orderSteps(registry).filter((each) => targets.has(each));
    const names = Map.groupBy(offered, describe);
    for (const each of offered) {
      const isOne = names.get(describe(each)).length === 1;
      const words = isOne ? describe(each) : describeWithWays(each);
      select.append(make("option", { value: each.id }, words));
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
