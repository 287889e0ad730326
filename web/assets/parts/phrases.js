/* Phrases at the reason of a return: picked with Enter, put where the cursor was. */
const KEYS = { ArrowDown: 1, ArrowUp: -1 };

const findReason = () => document.querySelector("#decision textarea[name=reason]");

/** Moves the picker below the reason; where nobody is asked for one it stays hidden. */
function prepare() {
  const picker = document.getElementById("phrases");
  const reason = findReason();
  if (!picker || !reason) return;
  reason.after(picker);
  picker.hidden = false;
}

/** Puts a phrase in the place of what is selected, on a line of its own. */
function insert(reason, phrase) {
  const { selectionStart: start, selectionEnd: end, value } = reason;
  const before = value.slice(0, start);
  const gap = before && !before.endsWith("\n") ? "\n" : "";
  reason.setRangeText(gap + phrase, start, end, "end");
  reason.dispatchEvent(new Event("input", { bubbles: true }));
  reason.focus();
}

document.addEventListener("click", ({ target }) => {
  const button = target.closest("[data-phrase]");
  const reason = button && findReason();
  if (!reason) return;
  insert(reason, button.dataset.phrase);
  button.closest("details").open = false;
});
document.addEventListener("keydown", (event) => {
  const here = event.target.closest("#phrases [data-phrase]");
  if (!here) return;
  const all = [...document.querySelectorAll("#phrases [data-phrase]")];
  const next = all[all.indexOf(here) + (KEYS[event.key] ?? 0)];
  if (KEYS[event.key] && next) {
    next.focus();
    event.preventDefault();
  } else if (event.key === "Escape") {
    here.closest("details").open = false;
    findReason()?.focus();
  }
});
document.addEventListener("htmx:afterSettle", ({ target }) => target.id === "phrases" && prepare());
prepare();
