/* A firm's people who are signed up for a class: what is ticked and typed is kept as it is made.
 *
 * Until the server has it, it lies in this browser, under the account's key, and is sent again and
 * again: a lost connection, a closed window, a session that ended lose nothing. Without this
 * script every button of the page sends what stands on it. */
const PAUSE_MS = 500;
const FIRST_AGAIN_MS = 2000;
const LONGEST_AGAIN_MS = 30000;

const form = document.getElementById("people");
const sign = form?.querySelector("[data-sign]");
const count = form?.querySelector("[data-count]");
const all = form?.querySelector("[data-all]");

/** What is not with the server yet: {"member-12": {ticked: true, values: {mobile: "…"}}}. */
let waiting = {};
let timer = 0;
let again = FIRST_AGAIN_MS;
let underWay = null;

function remember() {
  try {
    if (Object.keys(waiting).length) localStorage.setItem(form.dataset.kept, JSON.stringify(waiting));
    else localStorage.removeItem(form.dataset.kept);
  } catch {
    // A browser that keeps nothing still sends.
  }
}

function recall() {
  try {
    return JSON.parse(localStorage.getItem(form.dataset.kept)) ?? {};
  } catch {
    return {};
  }
}

/** Lays changes over others: the later tick and the later text count. */
function lay(changes, over) {
  const merged = structuredClone(changes);
  for (const [key, change] of Object.entries(over)) {
    const known = (merged[key] ??= {});
    if (change.ticked !== undefined) known.ticked = change.ticked;
    if (change.values) known.values = { ...known.values, ...change.values };
  }
  return merged;
}

/** What is in `changes` and was not sent exactly so. */
function without(changes, sent) {
  const left = {};
  for (const [key, change] of Object.entries(changes)) {
    const same = sent[key] ?? {};
    const values = Object.entries(change.values ?? {}).filter(([name, text]) => same.values?.[name] !== text);
    const rest = {};
    if (change.ticked !== undefined && change.ticked !== same.ticked) rest.ticked = change.ticked;
    if (values.length) rest.values = Object.fromEntries(values);
    if (Object.keys(rest).length) left[key] = rest;
  }
  return left;
}

function say(words, isUnsaved) {
  if (sign.textContent !== words) sign.textContent = words;
  sign.classList.toggle("is-unsaved", isUnsaved);
}

function note(key, change) {
  waiting = lay(waiting, { [key]: change });
  remember();
  say(form.dataset.unsaved, true);
  later(PAUSE_MS);
}

function later(pause) {
  clearTimeout(timer);
  timer = setTimeout(send, pause);
}

function pack(changes) {
  const data = new FormData();
  data.set("csrf_token", form.elements.csrf_token.value);
  data.set("changes", JSON.stringify(changes));
  return data;
}

/** Sends what waits, or asks whether the server is there; true when it has everything. */
async function send() {
  while (underWay) await underWay;
  clearTimeout(timer);
  const sent = structuredClone(waiting);
  let finish;
  underWay = new Promise((resolve) => (finish = resolve));
  try {
    const response = await fetch(form.dataset.draft, { method: "POST", body: pack(sent) });
    if (response.redirected || !response.ok) return fail(form.dataset.refused);
    const { ticked } = await response.json();
    waiting = without(waiting, sent);
    remember();
    again = FIRST_AGAIN_MS;
    if (Object.keys(waiting).length) {
      later(PAUSE_MS);
      return false;
    }
    showCount(ticked);
    say(form.dataset.saved, false);
    return true;
  } catch {
    return fail(form.dataset.offline);
  } finally {
    underWay = null;
    finish();
  }
}

function fail(words) {
  say(words, true);
  later(again);
  again = Math.min(again * 2, LONGEST_AGAIN_MS);
  return false;
}

/* What stands on the page. */

const boxes = () => [...form.querySelectorAll("tbody input[data-tick]")];

function showCount(ticked) {
  count.textContent = ticked;
  form.querySelector(".tick-bar").classList.toggle("has-ticked", Number(ticked) > 0);
}

function showAll() {
  if (!all) return;
  const found = boxes();
  const ticked = found.filter((each) => each.checked).length;
  all.closest("label").hidden = found.length === 0;
  all.checked = ticked > 0 && ticked === found.length;
  all.indeterminate = ticked > 0 && ticked < found.length;
}

function tick(box, isTicked) {
  note(box.dataset.tick, { ticked: isTicked });
  if (box.dataset.tick.startsWith("all-")) return;
  showCount(Number(count.textContent) + (isTicked ? 1 : -1));
  showAll();
}

/** Puts what the server does not have yet on the page that it drew without it. */
function restore() {
  for (const [key, { ticked, values = {} }] of Object.entries(waiting)) {
    const box = form.querySelector(`[data-tick="${CSS.escape(key)}"]`);
    if (box && ticked !== undefined) box.checked = ticked;
    for (const [name, text] of Object.entries(values)) {
      const field = form.querySelector(`[data-person="${CSS.escape(key)}"][data-field="${CSS.escape(name)}"]`);
      if (field) field.value = text;
    }
  }
}

/* Pages, searches and the signing up itself wait until the server has everything; where there is
 * no connection the page stays. */
async function leave(button) {
  form.setAttribute("aria-busy", "true");
  const isKept = (await send()) || (await send());
  form.removeAttribute("aria-busy");
  if (!isKept) return;
  form.dataset.isKept = "true";
  form.requestSubmit(button);
}

function begin() {
  form.addEventListener("input", ({ target }) => {
    if (target.dataset.field) note(target.dataset.person, { values: { [target.dataset.field]: target.value } });
  });
  form.addEventListener("change", ({ target }) => {
    if (target.dataset.tick) tick(target, target.checked);
    if (target !== all) return;
    for (const box of boxes()) {
      if (box.checked === all.checked) continue;
      box.checked = all.checked;
      tick(box, box.checked);
    }
  });
  form.addEventListener(
    "submit",
    (event) => {
      if (form.dataset.isKept) return delete form.dataset.isKept;
      event.preventDefault();
      if (form.getAttribute("aria-busy") !== "true") leave(event.submitter);
    },
    true,
  );
  addEventListener("online", () => {
    again = FIRST_AGAIN_MS;
    if (Object.keys(waiting).length) send();
  });
  addEventListener("pagehide", () => {
    if (Object.keys(waiting).length) navigator.sendBeacon(form.dataset.draft, pack(waiting));
  });
  waiting = recall();
  restore();
  showAll();
  if (Object.keys(waiting).length) send();
}

if (form) begin();
