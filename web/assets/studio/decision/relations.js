/* The relations without a mouse: what there is, what is added, what uses what. */
import { is } from "dmn-js-shared/lib/util/ModelUtil";
import { say } from "../words.js";

const TYPES = { decision: "dmn:Decision", input: "dmn:InputData" };
const GAP = 60;

/** Everything in the relations that has a name: decisions first. */
export function listElements(viewer) {
  const shapes = viewer.get("elementRegistry").filter((each) => !each.waypoints && Object.values(TYPES).some((type) => is(each, type)));
  return shapes.sort((one, other) => Number(is(other, TYPES.decision)) - Number(is(one, TYPES.decision)));
}

/** Adds a decision with an empty table, or input data, beside what there is; it is chosen then. */
export function addElement(viewer, kind) {
  const factory = viewer.get("drdFactory");
  const { ids } = viewer.get("moddle");
  let number = 1;
  while (ids.assigned(`${kind}_${number}`)) number += 1;
  const id = `${kind}_${number}`;
  const object = factory.create(TYPES[kind], { id, name: say(`decision.new-${kind}`, { number }) });
  ids.claim(id, object);
  object.variable = inside(object, factory.create("dmn:InformationItem", { name: id }));
  if (kind === "decision") object.decisionLogic = inside(object, makeTable(factory));
  const shape = viewer.get("elementFactory").createShape({ type: TYPES[kind], businessObject: object });
  const right = Math.max(100, ...listElements(viewer).map((each) => each.x + each.width));
  const place = { x: right + GAP + shape.width / 2, y: kind === "decision" ? 140 : 282 };
  const made = viewer.get("modeling").createShape(shape, place, viewer.get("canvas").getRootElement());
  viewer.get("selection").select(made);
}

function makeTable(factory) {
  const table = factory.create("dmn:DecisionTable", { hitPolicy: "FIRST" });
  table.output = [inside(table, factory.create("dmn:OutputClause", { name: "result", typeRef: "string" }))];
  return table;
}

function inside(parent, child) {
  child.$parent = parent;
  return child;
}

/** What a decision may use, each with the connection by which it does. */
export function listUses(viewer, element) {
  const rules = viewer.get("drdRules");
  return listElements(viewer)
    .filter((each) => each !== element)
    .map((each) => ({ element: each, connection: element.incoming.find(({ source }) => source === each) }))
    .filter(({ element: each, connection }) => connection || rules.canConnect(each, element));
}

/** Lets a decision use something, or no longer. */
export function setUse(viewer, element, { element: source, connection }) {
  const modeling = viewer.get("modeling");
  if (connection) modeling.removeElements([connection]);
  else modeling.connect(source, element);
}
