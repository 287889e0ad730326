/* Shows problems at their elements: what the server found, and at once what a few rules of
 * bpmnlint see in the drawing alone. */
import LintingModule from "bpmn-js-bpmnlint";
import noDuplicateFlows from "bpmnlint/rules/no-duplicate-sequence-flows";
import noOverlapping from "bpmnlint/rules/no-overlapping-elements";
import superfluousGateway from "bpmnlint/rules/superfluous-gateway";
import { make, say } from "../words.js";

const [, Linting] = LintingModule.linting;

const RULES = {
  "no-duplicate-sequence-flows": noDuplicateFlows,
  "no-overlapping-elements": noOverlapping,
  "superfluous-gateway": superfluousGateway,
};

const local = {
  config: { rules: Object.fromEntries(Object.keys(RULES).map((name) => [name, "warn"])) },
  resolver: { resolveRule: (_package, name) => RULES[name], resolveConfig: () => null },
};

class StudioLinting extends Linting {
  constructor(bpmnjs, canvas, config, elementRegistry, eventBus, overlays, translate) {
    super(
      bpmnjs,
      canvas,
      { active: true, bpmnlint: local },
      elementRegistry,
      eventBus,
      overlays,
      translate,
    );
    this._told = [];
    this._moddle = null;
  }

  /** Takes what the server found in this document. */
  tell(problems) {
    this._told = problems;
    this.update();
  }

  async lint() {
    const drawn = await super.lint();
    const told = this._told.map((each) => ({
      id: this.findShown(each.element),
      message: each.message,
      category: each.is_warning ? "warn" : "error",
    }));
    return told.length ? { ...drawn, server: told } : drawn;
  }

  /** The element that is drawn for an id: it, or what it is a part of; its process else. */
  findShown(id) {
    const assigned = this._bpmnjs.get("moddle").ids.assigned(id);
    for (let owner = assigned || null; owner; owner = owner.$parent) {
      if (owner.id && this._elementRegistry.get(owner.id)) return owner.id;
    }
    return this._canvas.getRootElement().id;
  }

  /** What the rules of the drawing found, as problems of the list. */
  get drawn() {
    return Object.values(this._issues)
      .flat()
      .filter((each) => each.rule !== "server")
      .map((each) => ({
        element: each.id,
        message: this._translate(each.message),
        is_warning: true,
        document: "",
      }));
  }

  // The sign at an element is a picture of what the list says: it takes no focus of its own.
  _addEntry(list, state, entry) {
    const words = make("span", { class: "message" }, this._translate(entry.message));
    const kind = make("strong", {}, say(`problems.${state === "error" ? "error" : "warning"}`));
    list.append(make("li", { class: state }, kind, words));
  }

  _createButton() {}
  _updateButton() {}
}

StudioLinting.$inject = Linting.$inject;

export default { __init__: ["linting"], linting: ["type", StudioLinting] };
