/* What can be said of a decision or of input data: its names and its explanation. */
import { getBusinessObject, is } from "dmn-js-shared/lib/util/ModelUtil";
import { make, say } from "../words.js";
import { listElements, listUses, setUse } from "./relations.js";

const NAME = /^[a-z][a-z0-9_]*$/;
const VARIABLE = /^[\p{L}_][\p{L}\p{N}_]*$/u;

/** Draws the panel and keeps it true to what is selected, or to the table that is open. */
export function keepPanel(place, modeler) {
  let shown = null;

  function chosen() {
    const view = modeler.getActiveView();
    if (!view) return null;
    if (view.type !== "drd") return view.element;
    const [element] = modeler.getActiveViewer().get("selection").get();
    const object = element && getBusinessObject(element);
    return object && (is(object, "dmn:Decision") || is(object, "dmn:InputData")) ? object : null;
  }

  function draw() {
    const object = chosen();
    if (object === shown && place.contains(document.activeElement)) return;
    shown = object;
    if (!object) {
      place.replaceChildren(make("p", { class: "soft sd-nothing" }, say("decision.nothing-selected")), ...elements());
      return;
    }
    const kind = is(object, "dmn:Decision") ? "decision.decision" : "decision.input";
    place.replaceChildren(
      make("h2", {}, say(kind)),
      field("name", object.name, "decision.name", "", change("name")),
      field("variable", object.variable?.name, "decision.variable", "decision.variable-help", rename, (text) =>
        VARIABLE.test(text) ? null : say("decision.variable-wrong"),
      ),
      is(object, "dmn:Decision")
        ? field("id", object.id, "decision.id", "decision.id-help", change("id"), (text) => wrongId(object, text))
        : null,
      field("description", object.description, "decision.description", "decision.description-help", change("description"), null, 4),
      ...related(object),
    );
  }

  /** Everything that can be chosen in the relations, for whoever has no mouse. */
  function elements() {
    if (modeler.getActiveView()?.type !== "drd") return [];
    const viewer = modeler.getActiveViewer();
    const choose = (element) => {
      viewer.get("selection").select(element);
      place.querySelector("input")?.focus();
    };
    const rows = listElements(viewer).map((each) => {
      const { name, id } = each.businessObject;
      return make("li", {}, make("button", { type: "button", onclick: () => choose(each) }, name || id));
    });
    return [make("ul", { class: "sd-elements" }, ...rows)];
  }

  /** In the relations: what a decision uses, and its end. */
  function related(object) {
    const viewer = modeler.getActiveViewer();
    const element = modeler.getActiveView().type === "drd" && viewer.get("elementRegistry").get(object.id);
    if (!element) return [];
    const remove = () => viewer.get("modeling").removeElements([element]);
    const end = make("button", { type: "button", class: "btn btn-sm", onclick: remove }, say("decision.remove"));
    const uses = is(object, "dmn:Decision") ? listUses(viewer, element) : [];
    if (!uses.length) return [end];
    const boxes = uses.map((use) => {
      const input = make("input", { type: "checkbox", class: "form-check-input", "data-use": use.element.id });
      input.checked = Boolean(use.connection);
      input.addEventListener("change", () => {
        setUse(viewer, element, use);
        shown = null;
        draw();
        place.querySelector(`[data-use="${CSS.escape(use.element.id)}"]`)?.focus();
      });
      const { name, id } = use.element.businessObject;
      return make("label", { class: "form-check" }, input, make("span", { class: "form-check-label" }, name || id));
    });
    return [make("fieldset", { class: "sd-setting" }, make("legend", { class: "form-label" }, say("decision.uses")), ...boxes), end];
  }

  function change(property) {
    return (object, text) => edit(object, { [property]: text || undefined });
  }

  function rename(object, text) {
    if (object.variable) edit(object.variable, { name: text });
    else {
      const variable = object.$model.create("dmn:InformationItem", { name: text });
      variable.$parent = object;
      edit(object, { variable });
    }
  }

  /** Goes through the commands of the view that is open, so that it can be undone. */
  function edit(object, properties) {
    const viewer = modeler.getActiveViewer();
    const element = viewer.get("elementRegistry").get(object.id) ?? object;
    viewer.get("modeling").updateProperties(element.businessObject === object ? element : object, properties);
  }

  function wrongId(object, text) {
    if (!NAME.test(text)) return say("decision.id-wrong");
    const taken = object.$model.ids.assigned(text);
    return taken && taken !== object ? say("decision.id-taken", { value: text }) : null;
  }

  function field(name, value, label, help, set, check, rows) {
    const object = shown;
    const id = `decision-${name}`;
    const input = rows
      ? make("textarea", { class: "form-control", id, rows })
      : make("input", { type: "text", class: "form-control", id, autocomplete: "off" });
    input.value = value ?? "";
    if (help) input.setAttribute("aria-describedby", `${id}-help`);
    const error = make("div", { class: "sd-error", role: "alert" });
    const look = () => {
      const problem = input.value.trim() === (value ?? "") ? null : check?.(input.value.trim());
      error.textContent = problem ?? "";
      input.classList.toggle("is-invalid", Boolean(problem));
      return problem;
    };
    input.addEventListener("input", look);
    input.addEventListener("change", () => {
      if (!look()) set(object, input.value.trim());
    });
    return make(
      "div",
      { class: "sd-setting" },
      make("label", { class: "form-label", for: id }, say(label)),
      input,
      error,
      help ? make("div", { class: "form-hint", id: `${id}-help` }, say(help)) : null,
    );
  }

  modeler.on("views.changed", draw);
  modeler.on("viewer.created", ({ viewer }) => {
    viewer.on("selection.changed", draw);
    viewer.on("elements.changed", draw);
  });
  return { draw };
}
