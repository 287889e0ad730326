/* What expressions of a decision may read: what it uses, by the names that expressions read. */
import { is } from "dmn-js-shared/lib/util/ModelUtil";

/** Stands in for the library's resolver, which offers the names that people read. */
class Variables {
  registerProvider() {} // the library's own is not asked

  getVariables(thing) {
    let decision = thing;
    while (decision && !is(decision, "dmn:Decision")) decision = decision.$parent;
    if (!decision) return [];
    const used = listUsed(decision).map(({ id, name, variable }) => ({
      name: variable?.name || name || id,
      detail: name,
    }));
    return [...used, ...listRead(decision)];
  }
}

/** The input data and decisions that a decision is connected with. */
function listUsed(decision) {
  const all = decision.$parent.get("drgElement");
  return decision
    .get("informationRequirement")
    .map((each) => (each.requiredInput ?? each.requiredDecision)?.href?.slice(1))
    .map((id) => all.find((each) => each.id === id))
    .filter(Boolean);
}

/** What the columns of its table read, with what they are called. */
function listRead(decision) {
  const columns = decision.decisionLogic?.input ?? [];
  return columns
    .map(({ label, inputExpression }) => ({ name: inputExpression?.text ?? "", detail: label }))
    .filter(({ name }) => /^\w+(\.\w+)+$/.test(name));
}

export default { variableResolver: ["type", Variables] };
