/* Adds, connects and takes away steps without the mouse, with the same commands as the canvas. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { flowsFrom } from "./flow-order.js";
import { ACTIVITIES, KINDS, isStep, shapeOf } from "./kinds.js";

const GAP = 50;
const STEP = 20;

class Drawing {
  static $inject = [
    "modeling",
    "elementFactory",
    "elementRegistry",
    "autoPlace",
    "spaceTool",
    "bpmnRules",
    "studioEditing",
  ];

  constructor(modeling, elementFactory, elementRegistry, autoPlace, spaceTool, bpmnRules, editing) {
    this._modeling = modeling;
    this._factory = elementFactory;
    this._registry = elementRegistry;
    this._autoPlace = autoPlace;
    this._spaceTool = spaceTool;
    this._rules = bpmnRules;
    this._editing = editing;
  }

  /** The kinds that can come after a step, or stand on it. */
  kindsAfter(element) {
    const isEnd = is(element, "bpmn:EndEvent");
    const hasWay = !is(element, "bpmn:Gateway") && flowsFrom(element).length > 0;
    return KINDS.filter((each) => {
      if (each.place === "start") return false;
      if (each.place === "on") return ACTIVITIES.some((type) => is(element, type));
      return !isEnd && !(hasWay && each.type === "bpmn:EndEvent");
    });
  }

  /** Adds a step after another: between it and what follows it, or as another way of a gateway. */
  add(element, kind) {
    let made;
    this._editing.together(() => {
      const shape = this._factory.createShape(shapeOf(kind));
      if (kind.place === "on") made = this._attach(element, shape);
      else made = this._follow(element, shape);
    });
    return made;
  }

  _attach(host, shape) {
    const taken = host.attachers.length * 44;
    const position = {
      x: host.x + host.width - 22 - (taken % host.width),
      y: host.y + host.height,
    };
    return this._modeling.createShape(shape, position, host, { attach: true });
  }

  _follow(element, shape) {
    const [way] = is(element, "bpmn:Gateway") ? [] : flowsFrom(element);
    if (!way) return this._autoPlace.append(element, shape);
    this._makeRoom(element, way.target, shape);
    const position = {
      x: element.x + element.width + GAP + shape.width / 2,
      y: element.y + element.height / 2,
    };
    const made = this._modeling.createShape(shape, position, element.parent);
    this._modeling.reconnectStart(way, made, { x: made.x + made.width, y: position.y });
    this._modeling.connect(element, made);
    return made;
  }

  /** Moves what stands to the right further, where the new step would not fit in between. */
  _makeRoom(element, next, shape) {
    const start = element.x + element.width;
    const needed = shape.width + 2 * GAP;
    const below = this._registry.find(
      (each) =>
        isStep(each) &&
        each !== element &&
        each.x < start + needed &&
        each.x + each.width > start &&
        Math.abs(each.y + each.height / 2 - element.y - element.height / 2) < 70,
    );
    const room = next.x - start;
    if (!below && (room < 0 || room >= needed)) return;
    const x = room > 0 && room < needed ? needed - room : needed;
    const around = [
      element.parent,
      ...this._registry.filter((each) => holds(element.parent, each)),
    ];
    const { movingShapes, resizingShapes } = this._spaceTool.calculateAdjustments(
      around,
      "x",
      x,
      start,
    );
    this._spaceTool.makeSpace(movingShapes, resizingShapes, { x, y: 0 }, "e", start);
  }

  /** The steps that a flow may lead to. */
  targetsOf(element) {
    return this._registry.filter(
      (each) => isStep(each) && each !== element && this._mayLead(element, each),
    );
  }

  _mayLead(source, target) {
    if (
      is(source, "bpmn:EndEvent") ||
      is(target, "bpmn:StartEvent") ||
      is(target, "bpmn:BoundaryEvent")
    )
      return false;
    const found = this._rules.canConnect(source, target);
    return Boolean(found) && found.type === "bpmn:SequenceFlow";
  }

  /** Leads on to another step; a step with one way gets that way changed. */
  connect(element, target) {
    const [way] = is(element, "bpmn:Gateway") ? [] : flowsFrom(element);
    if (!way) return this._modeling.connect(element, target);
    this._modeling.reconnectEnd(way, target, { x: target.x, y: target.y + target.height / 2 });
    return way;
  }

  lanes() {
    return this._registry.filter(
      (each) => is(each, "bpmn:Lane") && !each.children.some((one) => is(one, "bpmn:Lane")),
    );
  }

  laneOf(element) {
    const [owner] = element.businessObject.get("lanes") ?? [];
    return owner && this._registry.get(owner.id);
  }

  /** Moves a step up or down into a lane, to the place nearest its middle where nothing stands. */
  moveToLane(element, lane) {
    const others = this._registry.filter(
      (each) => isStep(each) && each !== element && each.host !== element,
    );
    const middle = lane.y + (lane.height - element.height) / 2;
    const isFree = (y) =>
      !others.some((each) => overlaps({ ...boundsOf(element), y }, boundsOf(each)));
    const reach = Math.max(0, (lane.height - element.height) / 2);
    const places = [...Array(Math.floor(reach / STEP) + 1).keys()].flatMap((each) => [
      middle - each * STEP,
      middle + each * STEP,
    ]);
    const y = places.find(isFree) ?? middle;
    this._modeling.moveElements([element], { x: 0, y: Math.round(y - element.y) });
  }

  remove(element) {
    this._modeling.removeElements([element]);
  }
}

const boundsOf = ({ x, y, width, height }) => ({ x, y, width, height });

function overlaps(one, other) {
  const beside = one.x + one.width + STEP <= other.x || other.x + other.width + STEP <= one.x;
  return !beside && one.y + one.height + STEP > other.y && other.y + other.height + STEP > one.y;
}

function holds(parent, element) {
  for (let each = element.parent; each; each = each.parent) if (each === parent) return true;
  return false;
}

export default { studioDrawing: ["type", Drawing] };
