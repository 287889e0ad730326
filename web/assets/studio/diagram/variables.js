/* Which variables exist at an element, as the server found them at its last check. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { say } from "../words.js";

/** Stands in for the libraries' resolver, which would guess from the diagram alone. */
class Variables {
  constructor() {
    this._known = {};
    this._waiting = [];
    this._isAsking = true;
  }

  /** A question is under way: who asks meanwhile gets its answer. */
  expect() {
    this._isAsking = true;
  }

  /** Takes the server's answer: `{process: {element: [{name, detail, from}]}}`. */
  take(known) {
    this._known = Object.assign({}, ...Object.values(known));
    this._isAsking = false;
    for (const tell of this._waiting.splice(0)) tell();
  }

  at(id) {
    return (this._known[id] ?? []).map((each) => ({
      name: each.name,
      detail: each.detail,
      info: each.from ? say("variables.from", { from: each.from }) : "",
    }));
  }

  /** What is there at an element; of a flow what is there after its source. */
  async getVariablesForElement(owner) {
    if (this._isAsking) await new Promise((resolve) => this._waiting.push(resolve));
    const own = this.at(owner.id);
    return own.length || !is(owner, "bpmn:SequenceFlow") ? own : this.at(owner.sourceRef?.id);
  }
}

export default { variableResolver: ["type", Variables] };
