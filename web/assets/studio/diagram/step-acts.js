/* What can be done with the chosen step of the list: edit, delete, add after it, connect. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { make, say } from "../words.js";
import { flowsFrom, orderSteps } from "./flow-order.js";
import { KINDS, describe, describeWay, nameKind } from "./kinds.js";

/** Answers what draws them for a step; what concerns the whole list is the list's to do. */
export function makeActs(modeler, { choose, edit, remove, announce }) {
  const registry = modeler.get("elementRegistry");
  const drawing = modeler.get("studioDrawing");

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
        drawAct(`${id} edit`, "steps.edit", () => edit(element)),
        drawAct(`${id} delete`, "steps.delete", () => remove(element), "btn-link"),
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
    return drawRowOf("steps.add_what", select, drawAct(`${element.id} add`, "steps.add", add));
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
      drawAct(`${element.id} connect`, hasWay ? "steps.reconnect" : "steps.connect", connect),
    );
  }

  /** The ways out of a gateway: each has a name and a condition of its own. */
  function drawWays(element) {
    const flows = flowsFrom(element);
    if (!flows.length) return null;
    const rows = flows.map((flow) => {
      const name = describeWay(flow);
      const removes = () => {
        drawing.remove(flow);
        choose(element, true);
        announce("steps.way_deleted", { name });
      };
      return make(
        "li",
        {},
        make("span", {}, name),
        actOn(`${flow.id} edit`, "steps.edit", name, () => edit(flow)),
        actOn(`${flow.id} delete`, "steps.delete", name, removes),
      );
    });
    return make("ul", { class: "step-ways", "aria-label": say("steps.ways") }, ...rows);
  }

  return drawActs;
}

/** A button of the list, found again by its key when the list is drawn anew. */
export function drawAct(key, words, press, style = "") {
  return make(
    "button",
    { type: "button", class: `btn btn-sm ${style}`, "data-key": key, onclick: press },
    say(words),
  );
}

/** A button of a row; what it is about is said to who does not see the row. */
function actOn(key, words, name, press) {
  const button = drawAct(key, words, press, "btn-link");
  button.append(make("span", { class: "visually-hidden" }, ` ${name}`));
  return button;
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

/** Steps of one name are told apart by where they lead. */
const describeWithWays = (element) =>
  [describe(element), ...flowsFrom(element).map(describeWay)].join(" ");
