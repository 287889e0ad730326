/* Finds a place for a step that is appended: where nothing stands and no way passes. */
import { is } from "bpmn-js/lib/util/ModelUtil";

const BEFORE_LIBRARY = 3000; // its own answers look only at what the step before leads to
const GAP = 50;
const STEP = 10;
const MARGIN = 10;
const FARTHEST = 600;
const HIGHEST = 400;

class Placing {
  static $inject = ["eventBus", "elementRegistry", "canvas"];

  constructor(eventBus, elementRegistry, canvas) {
    this._registry = elementRegistry;
    this._canvas = canvas;
    eventBus.on("autoPlace", BEFORE_LIBRARY, ({ source, shape }) => {
      if (is(shape, "bpmn:FlowNode")) return this.find(source, shape);
    });
  }

  /** The middle of the nearest free place to the right of `source`, in its lane; else undefined.
   *
   * One that can be reached without passing below another step is better than a nearer one.
   */
  find(source, shape) {
    const root = this._canvas.findRoot(source);
    const others = this._registry.filter(
      (each) => each !== root && this._canvas.findRoot(each) === root && !isAround(each, source),
    );
    const shapes = others.filter((each) => !each.waypoints && each !== source);
    const ways = others.filter((each) => each.waypoints).flatMap(piecesOf);
    const room = this._roomOf(source);
    const from = middleOf(source);
    const isReached = (place) =>
      piecesOf({ waypoints: wayTo(source, from, { x: place.x, y: middleOf(place).y }) }).every(
        (piece) => !shapes.some((each) => each !== source.label && touches(piece, each, 0)),
      );
    const free = OFFSETS.map(({ right, down }) => ({
      x: source.x + source.width + GAP + right,
      y: from.y + down - shape.height / 2,
      width: shape.width,
      height: shape.height,
    })).filter(
      (place) =>
        isWithin(place, room) && ![...shapes, ...ways].some((each) => touches(place, each, MARGIN)),
    );
    const found = free.find(isReached) ?? free[0];
    return found && middleOf(found);
  }

  /** The lane of a step, or what else it stands in; the plain sheet has no end. */
  _roomOf(source) {
    const [owner] = source.businessObject.get("lanes") ?? [];
    const found = (owner && this._registry.get(owner.id)) ?? source.parent;
    if (found === this._canvas.findRoot(source) || !found?.width) return EVERYWHERE;
    return { ...boundsOf(found), width: Infinity };
  }
}

const EVERYWHERE = { x: -Infinity, y: -Infinity, width: Infinity, height: Infinity };

/** Where is looked, the nearest first; below before above. */
const OFFSETS = [];
for (let right = 0; right <= FARTHEST; right += STEP)
  for (let down = 0; down <= HIGHEST; down += STEP) {
    OFFSETS.push({ right, down });
    if (down) OFFSETS.push({ right, down: -down });
  }
OFFSETS.sort((one, other) => distanceOf(one) - distanceOf(other));

function distanceOf({ right, down }) {
  return right + Math.abs(down);
}

const isAround = (each, source) => {
  if (is(each, "bpmn:Lane") || is(each, "bpmn:Participant")) return true;
  for (let one = source.parent; one; one = one.parent) if (one === each) return true;
  return false;
};

const boundsOf = ({ x, y, width, height }) => ({ x, y, width, height });
const middleOf = ({ x, y, width, height }) => ({ x: x + width / 2, y: y + height / 2 });

/** How a way would be laid: out of a gateway up or down, else from the side. */
function wayTo(source, from, to) {
  if (Math.abs(from.y - to.y) < 1) return [{ x: source.x + source.width, y: from.y }, to];
  if (is(source, "bpmn:Gateway")) return [from, { x: from.x, y: to.y }, to];
  if (is(source, "bpmn:BoundaryEvent"))
    return [{ x: from.x, y: source.y + source.height }, { x: from.x, y: to.y }, to];
  const middle = (source.x + source.width + to.x) / 2;
  const start = { x: source.x + source.width, y: from.y };
  return [start, { x: middle, y: from.y }, { x: middle, y: to.y }, to];
}

/** The straight pieces of a way, each as the thin field that it takes. */
const piecesOf = ({ waypoints }) =>
  waypoints.slice(1).map((end, index) => {
    const begin = waypoints[index];
    return {
      x: Math.min(begin.x, end.x),
      y: Math.min(begin.y, end.y),
      width: Math.abs(end.x - begin.x),
      height: Math.abs(end.y - begin.y),
    };
  });

const touches = (one, other, gap) =>
  one.x < other.x + other.width + gap &&
  other.x < one.x + one.width + gap &&
  one.y < other.y + other.height + gap &&
  other.y < one.y + one.height + gap;

const isWithin = (place, room) =>
  place.y >= room.y + MARGIN &&
  (room.height === Infinity || place.y + place.height <= room.y + room.height - MARGIN) &&
  place.x >= room.x;

export default { __init__: ["studioPlacing"], studioPlacing: ["type", Placing] };
