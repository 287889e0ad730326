/* A case's diagram with the place that it is at and the way that it took.
 *
 * The page says where the document is (data-source) and what is marked (data-marks: ids of what
 * was passed, where the case is, what stands still, which flows were taken).
 */
import NavigatedViewer from "bpmn-js/lib/NavigatedViewer";
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./style/diagram/diagram.css";

const place = document.getElementById("diagram");
const viewer = new NavigatedViewer({ container: place });

/** A sign at the corner of an element: what its colour says, as a character or a word. */
function sign(kind, text) {
  const found = document.createElement("span");
  found.className = `sign sign-${kind}`;
  found.textContent = text;
  return found;
}

/** Marks what was passed, then what is now, so that the present covers the past. */
function mark(marks) {
  const canvas = viewer.get("canvas");
  const overlays = viewer.get("overlays");
  const elements = viewer.get("elementRegistry");
  const words = { here: place.dataset.here, stuck: place.dataset.stuck };
  const present = new Set([...marks.here, ...marks.stuck]);
  for (const id of marks.flows) {
    if (elements.get(id)) canvas.addMarker(id, "is-taken");
  }
  for (const id of marks.passed) {
    if (!elements.get(id)) continue;
    canvas.addMarker(id, "is-passed");
    if (!present.has(id)) overlays.add(id, { position: { top: -9, right: 9 }, html: sign("passed", "✓") });
  }
  for (const kind of ["here", "stuck"]) {
    for (const id of marks[kind]) {
      if (!elements.get(id)) continue;
      canvas.addMarker(id, kind === "here" ? "is-here" : "is-stuck");
      if (kind === "here" && marks.stuck.includes(id)) continue;
      overlays.add(id, { position: { top: -12, left: 6 }, html: sign(kind, words[kind]) });
    }
  }
}

/** Shows the whole diagram, or the present place large enough to read on a small screen. */
function fit(marks) {
  const canvas = viewer.get("canvas");
  canvas.zoom("fit-viewport", "auto");
  const first = marks.stuck[0] ?? marks.here[0];
  if (first && canvas.zoom() < 0.5 && viewer.get("elementRegistry").get(first)) {
    canvas.zoom(0.7);
    canvas.scrollToElement(first, 60);
  }
}

function offerZoom() {
  const tools = document.querySelector(".zoom");
  tools.hidden = false;
  tools.addEventListener("click", (event) => {
    const { zoom } = event.target.closest("[data-zoom]")?.dataset ?? {};
    if (!zoom) return;
    const canvas = viewer.get("canvas");
    if (zoom === "fit") canvas.zoom("fit-viewport", "auto");
    else canvas.zoom(Math.min(4, Math.max(0.2, canvas.zoom() * Number(zoom))));
  });
}

try {
  const answer = await fetch(place.dataset.source);
  if (!answer.ok) throw new Error(answer.statusText);
  await viewer.importXML(await answer.text());
  const marks = JSON.parse(place.dataset.marks);
  mark(marks);
  fit(marks);
  offerZoom();
} catch {
  const failed = document.getElementById("diagram-failed");
  failed.textContent = place.dataset.failed;
  failed.hidden = false;
  place.hidden = true;
}
