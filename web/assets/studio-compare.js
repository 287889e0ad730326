/* Two states of a document side by side: diagrams that move together, forms that scroll to a field. */
import "bpmn-js/dist/assets/diagram-js.css";
import "bpmn-js/dist/assets/bpmn-js.css";
import "./style/studio/compare.css";
import { keepDiagrams } from "./studio/comparing/diagrams.js";
import { make, say } from "./studio/words.js";

const page = document.getElementById("studio-compare");
const said = document.getElementById("compare-said");
const entries = [...page.querySelectorAll(".compare-entry[data-new]")].map(makeButton);

/** An entry that leads somewhere once this script runs; a link does so without it. */
function makeButton(entry) {
  if (entry.localName !== "div") return entry;
  const button = make("button", { type: "button", class: entry.className }, ...entry.childNodes);
  Object.assign(button.dataset, entry.dataset);
  entry.replaceWith(button);
  return button;
}

/** Marks the entry that is shown; answers the next one in a direction. */
function choose(entry) {
  for (const each of entries) each.removeAttribute("aria-current");
  entry.setAttribute("aria-current", "true");
  entry.scrollIntoView({ block: "nearest" });
  const { old, new: now } = entry.dataset;
  const name = entry.querySelector(".change-thing").textContent;
  const key = old && now ? "compare.shown" : old ? "compare.shown_old" : "compare.shown_new";
  said.textContent = say(key, { name });
}

function step(by) {
  const at = entries.findIndex((each) => each.hasAttribute("aria-current"));
  const from = at < 0 && by < 0 ? 0 : at;
  entries[(from + by + entries.length) % entries.length]?.click();
}

/** Both forms go to the field; a frame that is not there is left out. */
function showFields({ old, new: now }) {
  for (const frame of page.querySelectorAll(".compare-frame")) {
    const field = frame.dataset.side === "old" ? old : now;
    if (field) frame.src = `${frame.src.split("#")[0]}#field-${field}`;
  }
}

if (page.dataset.view === "diagram") {
  const places = [...page.querySelectorAll(".compare-canvas")];
  try {
    const diagrams = await keepDiagrams(places, entries, (entry) => entry.click());
    page.addEventListener("click", ({ target }) => {
      const entry = target.closest(".compare-entry");
      const act = target.closest("[data-act]")?.dataset.act;
      if (entry) {
        choose(entry);
        diagrams.show(entry.dataset);
      } else if (act === "next" || act === "previous") step(act === "next" ? 1 : -1);
      else if (act) diagrams.zoom(act);
    });
    page.querySelector(".compare-buttons").hidden = false;
    document.body.dataset.ready = "true";
  } catch (error) {
    document.getElementById("compare-failed").hidden = false;
    for (const each of page.querySelectorAll(".compare-sides, .compare-legend")) each.hidden = true;
    console.error(error);
  }
} else if (page.dataset.view === "form") {
  page.addEventListener("click", (event) => {
    const entry = event.target.closest(".compare-entry");
    if (!entry || entry.localName !== "a") return;
    event.preventDefault();
    choose(entry);
    showFields(entry.dataset);
  });
}
