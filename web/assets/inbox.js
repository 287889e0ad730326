/* The inbox and the page of a task: windows, phrases, shortcuts, and which fields are marked. */
import "./parts/keys.js";
import "./parts/phrases.js";
import "./parts/ticks.js";
import "./parts/windows.js";

/* Beside the decision: which fields are marked, each a way back to its mark. */
const hint = document.getElementById("marks-hint");
const form = document.getElementById("review");

/** The marks that were set: a tick or a comment, with the name of its field. */
function findMarked() {
  return [...form.querySelectorAll(".marker")].filter((marker) => {
    const [box, comment] = marker.querySelectorAll("input");
    return box.checked || comment.value.trim();
  });
}

/** A link to a mark, called like its field. */
function linkTo(marker) {
  const label = marker.closest("div").querySelector("dt") ?? marker.querySelector("summary");
  const link = document.createElement("a");
  link.href = `#${marker.querySelector("input:not([type=checkbox])").id}`;
  link.textContent = label.textContent.trim();
  const item = document.createElement("li");
  item.append(link);
  return item;
}

function show() {
  const marked = findMarked();
  hint.textContent = marked.length ? hint.dataset.some : hint.dataset.none;
  if (!marked.length) return;
  const list = document.createElement("ul");
  list.append(...marked.map(linkTo));
  hint.append(list);
}

/* A comment is a mark: its box says so. */
form?.addEventListener("input", (event) => {
  if (!hint) return;
  const marker = event.target.closest(".marker");
  if (!marker) return;
  if (event.target.type === "text" && event.target.value.trim()) {
    marker.querySelector("input[type=checkbox]").checked = true;
  }
  show();
});
if (hint) show();
