/* Single keys as shortcuts: for whoever clears a day's work without a mouse.
 *
 * They never work while somebody types, chooses or reads in a window, and can be turned off (WCAG
 * 2.1.4); the list that ? opens says what there is. Deciding takes a second key: a shortcut leads
 * to the button, Enter presses it. */
const OFF = "huiji-keys-off";
const SEQUENCE_MS = 1500;
const FIELDS = "input:not([type=checkbox], [type=radio], [type=submit]), textarea, select, [contenteditable]";

const list = document.getElementById("keys");
let leader = 0;

const find = (selector) => document.querySelector(selector);
const findAll = (selector) => [...document.querySelectorAll(selector)];
const isShown = (each) => each?.checkVisibility() ?? false;

/** Goes to something on the page; false where it is not there. */
function goTo(target) {
  if (!isShown(target)) return false;
  target.focus();
  target.scrollIntoView({ block: "nearest" });
  return true;
}

function press(target) {
  if (!isShown(target)) return false;
  target.click();
  return true;
}

/** The place behind (1) or before (-1) the one where the focus is. */
function step(places, way) {
  if (!places.length) return false;
  const row = document.activeElement.closest("tr");
  const here = places.findIndex((each) => each === document.activeElement || (row && row.contains(each)));
  const next = here < 0 ? (way > 0 ? 0 : places.length - 1) : here + way;
  return goTo(places[Math.min(Math.max(next, 0), places.length - 1)]);
}

const rows = () => findAll("#tasks td.title a");
const tickHere = () => press(document.activeElement.closest("#tasks tr")?.querySelector("input[type=checkbox]"));
const decision = (outcome) => find(`#decision button[value="${outcome}"]:not(.visually-hidden)`);

/** Opens the mark of the next field. */
function mark() {
  const marks = findAll("#review .marker > summary").filter(isShown);
  const here = marks.findIndex((each) => each.parentElement.contains(document.activeElement));
  const next = marks[(here + 1) % marks.length];
  if (!next) return false;
  next.parentElement.open = true;
  return goTo(next);
}

function openPhrases() {
  const summary = find("#phrases summary");
  if (!isShown(summary)) return false;
  summary.parentElement.open = true;
  return goTo(summary.parentElement.querySelector("[data-phrase]") ?? summary);
}

const ACTIONS = {
  j: () => step(rows(), 1),
  k: () => step(rows(), -1),
  x: tickHere,
  "/": () => goTo(document.getElementById("q")),
  a: () => goTo(decision("approve") ?? find("#decision .btn-primary:not(.visually-hidden)")),
  r: () => goTo(find("#decision textarea[name=reason]")),
  n: () => press(find("[data-key=n]")),
  p: () => press(find("[data-key=p]")),
  c: () => press(find("#claim button")),
  t: () => press(find("[data-key=t]")),
  m: mark,
  s: openPhrases,
  "?": () => (list.showModal(), true),
};

function act(event) {
  const { key, target } = event;
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing || event.defaultPrevented) return;
  if (localStorage.getItem(OFF) || target.closest(FIELDS) || find("dialog[open]")) return;
  const isInList = (key === "ArrowDown" || key === "ArrowUp") && target.closest("#tasks");
  if (isInList && step(rows(), key === "ArrowDown" ? 1 : -1)) return event.preventDefault();
  if (key === "i" && Date.now() - leader < SEQUENCE_MS) return location.assign(list.dataset.inbox);
  leader = key === "g" ? Date.now() : 0;
  if (Object.hasOwn(ACTIONS, key) && ACTIONS[key]()) event.preventDefault();
}

/* Whoever is at a task of the list stays there when the list is drawn anew. */
let place = "";
document.addEventListener("htmx:beforeSwap", ({ target }) => {
  const here = target.id === "tasks" && document.activeElement.closest("#tasks td.title a");
  place = here ? here.pathname : "";
});
document.addEventListener("htmx:afterSettle", () => {
  if (place) rows().find((each) => each.pathname === place)?.focus();
  place = "";
});

if (list) {
  document.addEventListener("keydown", act);
  const isOn = document.getElementById("keys-on");
  isOn.checked = !localStorage.getItem(OFF);
  isOn.addEventListener("change", () => {
    if (isOn.checked) localStorage.removeItem(OFF);
    else localStorage.setItem(OFF, "1");
  });
  for (const opener of findAll("[data-keys]")) {
    opener.hidden = false;
    opener.addEventListener("click", () => list.showModal());
  }
}
