/* Two diagrams beside each other that are moved and enlarged together, with what differs marked. */
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import { diff } from "bpmn-js-differ";
import zeebe from "zeebe-bpmn-moddle/resources/zeebe.json";
import { say } from "../words.js";

const SIGNS = { added: "+", removed: "−", changed: "≠" };
const FRAMES = new Set(["bpmn:Participant", "bpmn:Lane"]);
const MOST_MARKED = 2000;
const NEAR = 0.9;
const MARGIN = 24;

/** Draws the diagrams of `places`; `entries` are the changes as the server says them in words.
 *
 * `onChoose` is told the entry of an element that was pressed in a drawing.
 */
export async function keepDiagrams(places, entries, onChoose) {
  const viewers = await Promise.all(places.map(open));
  const sides = new Map(places.map((place, index) => [place.dataset.side, viewers[index]]));
  if (sides.size === 2) moveTogether(viewers);
  mark(sides, entries);
  for (const [side, viewer] of sides) {
    viewer.get("eventBus").on("element.click", ({ element }) => {
      const id = element.labelTarget?.id ?? element.id;
      const entry = entries.find(({ dataset }) => dataset[side] === id);
      if (entry) onChoose(entry);
      else for (const each of sides.values()) select(each, id);
    });
  }
  showWhole(viewers);
  return {
    /** Chooses an element on the sides that have it, and shows it in the middle. */
    show({ old, new: now }) {
      for (const [side, id] of [["old", old], ["new", now]]) choose(sides.get(side), id);
    },
    zoom(act) {
      if (act === "whole") {
        showWhole(viewers);
        return;
      }
      const canvas = viewers[0].get("canvas");
      canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * (act === "larger" ? 1.25 : 0.8))));
    },
  };
}

/** Shows all of both in the middle; what one of them lacks stays empty there. */
function showWhole(viewers) {
  const inner = viewers.map((viewer) => viewer.get("canvas").viewbox().inner);
  const left = Math.min(...inner.map(({ x }) => x));
  const top = Math.min(...inner.map(({ y }) => y));
  const right = Math.max(...inner.map(({ x, width }) => x + width));
  const bottom = Math.max(...inner.map(({ y, height }) => y + height));
  for (const viewer of viewers) {
    const canvas = viewer.get("canvas");
    const size = canvas.getSize();
    const least = { width: right - left + 2 * MARGIN, height: bottom - top + 2 * MARGIN };
    const enlarged = Math.min(1, size.width / least.width, size.height / least.height);
    const width = size.width / enlarged;
    const height = size.height / enlarged;
    canvas.viewbox({ x: (left + right - width) / 2, y: (top + bottom - height) / 2, width, height });
  }
}

async function open(place) {
  const answer = await fetch(place.dataset.source);
  if (!answer.ok) throw new Error(answer.statusText);
  const viewer = new NavigatedViewer({ container: place, moddleExtensions: { zeebe } });
  await viewer.importXML(await answer.text());
  return viewer;
}

/** What one side shows, the other shows too. */
function moveTogether(viewers) {
  let isFollowing = false;
  viewers.forEach((viewer, index) => {
    viewer.get("eventBus").on("canvas.viewbox.changed", ({ viewbox }) => {
      if (isFollowing) return;
      isFollowing = true;
      const { x, y, width, height } = viewbox;
      viewers[1 - index].get("canvas").viewbox({ x, y, width, height });
      isFollowing = false;
    });
  });
}

/** What differs, by side and id: what the drawings say, and over it what the list says. */
function findMarks(sides, entries) {
  const marks = { old: new Map(), new: new Map() };
  const both = (id, kind) => {
    marks.old.set(id, kind);
    marks.new.set(id, kind);
  };
  const isSmall = [...sides.values()].every((each) => each.get("elementRegistry").getAll().length < MOST_MARKED);
  // It takes time by the square of what there is; the list says the same of large diagrams.
  if (sides.size === 2 && isSmall) {
    const [before, after] = ["old", "new"].map((side) => sides.get(side).getDefinitions());
    const found = diff(before, after);
    for (const id of Object.keys(found._layoutChanged)) both(id, "moved");
    for (const id of Object.keys(found._changed)) both(id, "changed");
    for (const id of Object.keys(found._removed)) marks.old.set(id, "removed");
    for (const id of Object.keys(found._added)) marks.new.set(id, "added");
  }
  for (const { dataset } of entries) {
    if (dataset.old) marks.old.set(dataset.old, dataset.kind);
    if (dataset.new) marks.new.set(dataset.new, dataset.kind);
  }
  return marks;
}

function mark(sides, entries) {
  const marks = findMarks(sides, entries);
  for (const [side, viewer] of sides) {
    const registry = viewer.get("elementRegistry");
    const canvas = viewer.get("canvas");
    for (const [id, kind] of [...marks[side]].slice(0, MOST_MARKED)) {
      const element = registry.get(id);
      if (!element || element === canvas.getRootElement()) continue;
      canvas.addMarker(element, `compare-${kind}`);
      if (FRAMES.has(element.type)) canvas.addMarker(element, "compare-outline");
      // One step more moves all that stands behind it: no signs for what nothing follows from.
      if (kind === "moved") continue;
      viewer.get("overlays").add(element, { position: cornerOf(element), scale: { min: 0.75 }, html: signOf(kind) });
    }
  }
}

/** Where the sign of an element stands: at its corner, in the middle of a way. */
function cornerOf(element) {
  if (!element.waypoints) return { top: -10, left: -10 };
  const xs = element.waypoints.map(({ x }) => x);
  const ys = element.waypoints.map(({ y }) => y);
  const at = Math.floor((element.waypoints.length - 1) / 2);
  const [one, other] = [element.waypoints[at], element.waypoints[at + 1]];
  return {
    left: (one.x + other.x) / 2 - Math.min(...xs) - 10,
    top: (one.y + other.y) / 2 - Math.min(...ys) - 10,
  };
}

function signOf(kind) {
  const sign = document.createElement("span");
  sign.className = `compare-key compare-${kind}`;
  sign.textContent = SIGNS[kind];
  sign.title = say(`compare.${kind}`);
  return sign;
}

/** Selects an element, or nothing where there is none. */
function select(viewer, id) {
  const found = id ? viewer.get("elementRegistry").get(id) : null;
  const element = found?.parent ? found : null;
  viewer.get("selection").select(element);
  return element;
}

function choose(viewer, id) {
  const element = viewer && select(viewer, id);
  if (!element) return;
  const canvas = viewer.get("canvas");
  if (canvas.zoom() < NEAR) canvas.zoom(NEAR);
  canvas.scrollToElement(element, { top: 120, right: 120, bottom: 120, left: 120 });
}
