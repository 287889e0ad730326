/* Forms that answer faster: rows and conditions without a new page, uploads with progress, drafts
 * kept while one types. The server draws everything; without this script every button still works. */
import { makeSmaller } from "./parts/pictures.js";

const TYPING_PAUSE_MS = 1500;
const HEIC = /\.(heic|heif)$/i;

/** The values of a form without its files, as a button would send them. */
function collect(form, name, value) {
  const data = new FormData(form);
  for (const [key, entry] of [...data]) if (entry instanceof File) data.delete(key);
  if (name) data.set(name, value);
  return data;
}

const isTick = ({ type }) => type === "checkbox" || type === "radio";

/** How each field stands and where in the form the person is, to tell later what was done since. */
function look(form) {
  const { activeElement: here } = document;
  const fields = [...form.elements].filter(({ id, type }) => id && !/^(file|submit|button)$/.test(type));
  return {
    fields: new Map(fields.map((each) => [each.id, isTick(each) ? each.checked : each.value])),
    here: form.contains(here) ? { id: here.id, start: here.selectionStart, end: here.selectionEnd } : null,
  };
}

/** Puts what the server drew in the place of what is on the page; false where it drew no form.
 *
 * The server drew what was sent, but for passwords, which it never draws: they stay. Whatever was
 * typed or ticked since, while it was on its way, stays too, and so does the focus of somebody who
 * went on; else it goes to the first of `focus`. */
function redraw(form, html, sent, ...focus) {
  const drawn = new DOMParser().parseFromString(html, "text/html").querySelector("[data-form]");
  if (!drawn) return false;
  const now = look(form);
  form.querySelector("[data-form]").replaceWith(document.adoptNode(drawn));
  prepare(form);
  const isCovered = (id) => form.querySelector(`[data-reveal="${CSS.escape(id)}"]`);
  for (const [id, stands] of now.fields) if (isCovered(id)) put(document.getElementById(id), stands);
  const later = [...now.fields].filter(([id, stands]) => sent.fields.has(id) && sent.fields.get(id) !== stands);
  for (const [id, stands] of later) put(document.getElementById(id), stands);
  if (later.length) keepSoon(form);
  const place = now.here?.id && now.here.id !== sent.here?.id && document.getElementById(now.here.id);
  if (place) {
    place.focus();
    if (typeof now.here.start === "number") place.setSelectionRange(now.here.start, now.here.end);
  } else {
    focusOn(form, "[data-focus]", ...focus);
  }
  return true;
}

/** Makes a field stand as it stood. */
function put(field, stands) {
  if (!field) return;
  if (typeof stands === "boolean") field.checked = stands;
  else field.value = stands;
}

/** Focus goes to the first of these that is there. */
function focusOn(form, ...selectors) {
  for (const selector of selectors) {
    const found = selector && form.querySelector(selector);
    if (found) return found.focus();
  }
}

/* What is being pressed stays until it is let go: a click on what was replaced meanwhile is none. */
let letGo = Promise.resolve();

addEventListener(
  "pointerdown",
  () => {
    letGo = new Promise((resolve) => {
      // The click comes after the pointer went up.
      for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(resolve), { once: true });
    });
  },
  true,
);

/* What a form asks goes one after the other: an older answer never has the last word, neither on the
 * page nor in the draft. */
const turns = new WeakMap();

/** Does something once what the form asked before is answered; `work` is async and throws nothing. */
function inTurn(form, work) {
  const turn = (turns.get(form) ?? Promise.resolve()).then(work);
  turns.set(form, turn);
  return turn;
}

/** Presses a button that stays on the page; in the plain way when that does not work. */
async function act(form, button, name, value, ...focus) {
  form.setAttribute("aria-busy", "true");
  const sent = look(form);
  // Rows move up when one goes: what was typed meanwhile would land in another one.
  if (value.startsWith("remove_row:")) sent.fields.clear();
  try {
    const response = await fetch(form.getAttribute("action"), { method: "POST", body: collect(form, name, value) });
    const html = await response.text();
    await letGo;
    if (response.redirected || !redraw(form, html, sent, ...focus)) throw new Error("no form");
  } catch {
    form.dataset.plain = "true";
    if (button?.isConnected) form.requestSubmit(button);
  } finally {
    form.removeAttribute("aria-busy");
  }
}

document.addEventListener(
  "submit",
  (event) => {
    const { target: form, submitter } = event;
    forget(form);
    if (form.dataset.plain || !submitter || !("partly" in submitter.dataset)) return;
    event.preventDefault();
    const [kind, target = ""] = submitter.value.split(":");
    const list = target.split(".")[0].split("/")[0];
    const focus =
      kind === "add_row" ? `#field-${list} > fieldset:last-of-type :is(input:not([type=hidden]), select)` : "";
    const again = `button[name="${CSS.escape(submitter.name)}"][value="${CSS.escape(submitter.value)}"]`;
    const others = [`#field-${list}`, `[data-slot="${list}"] input`, again];
    inTurn(form, () => act(form, submitter, submitter.name, submitter.value, focus, ...others));
  },
  true,
);

/* A condition looks at this answer: the server says what is asked for now. */
document.addEventListener("change", (event) => {
  const field = event.target;
  const form = field.form;
  if (!form?.querySelector("[data-form]")) return;
  if (field.type === "file" && field.dataset.maxSize) return take(form, field);
  if ("refresh" in field.dataset && !form.dataset.plain) {
    inTurn(form, () => act(form, null, "action", "refresh", `#${CSS.escape(field.id)}`));
  }
});

/* Drafts. */
const waiting = new Map();

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form?.dataset.draft && event.target.type !== "file") keepSoon(form);
});

function keepSoon(form) {
  forget(form);
  waiting.set(form, setTimeout(keep, TYPING_PAUSE_MS, form));
}

function forget(form) {
  clearTimeout(waiting.get(form));
  waiting.delete(form);
}

/* Whoever leaves in the pause after typing leaves nothing behind. */
addEventListener("pagehide", () => {
  for (const form of [...waiting.keys()]) {
    forget(form);
    navigator.sendBeacon(form.dataset.draft, collect(form));
  }
});

async function keep(form) {
  forget(form);
  if (!form.dataset.draft) return;
  const post = () => fetch(form.dataset.draft, { method: "POST", body: collect(form) }).catch(() => null);
  const response = await inTurn(form, post);
  const saved = document.getElementById("saved");
  if (!response?.ok || !saved?.dataset.saved) return;
  const time = new Date().toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  saved.textContent = saved.dataset.saved.replace("{time}", time);
}

/* Files. */

/** Says something below a file field, as an error or as progress. */
function tell(field, sentence, isError = false) {
  const place = field.closest("[data-slot]").querySelector("[data-progress]");
  place.replaceChildren(sentence);
  place.classList.toggle("invalid-feedback", isError);
  place.classList.toggle("d-block", isError);
  return place;
}

/** Takes the file that was chosen: sends it, offers it smaller, or says why not. */
function take(form, field) {
  const file = field.files[0];
  if (!file) return;
  const words = field.dataset;
  if (HEIC.test(file.name) || /^image\/hei[cf]/.test(file.type)) {
    tell(field, words.heic, true);
    field.value = "";
  } else if (file.size > Number(words.maxSize)) {
    const place = tell(field, words.tooLarge, true);
    if (/^image\/(jpeg|png)$/.test(file.type)) offerSmaller(form, field, file, place);
    field.value = "";
  } else {
    send(form, field, file);
  }
}

function offerSmaller(form, field, file, place) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "btn btn-sm";
  button.textContent = field.dataset.offerSmaller;
  button.addEventListener("click", async () => {
    const smaller = await makeSmaller(file, Number(field.dataset.maxSize));
    if (smaller) send(form, field, smaller);
    else tell(field, field.dataset.failed, true);
  });
  place.append(" ", button);
  button.focus();
}

/** Sends one file with what was typed, when it is its turn: the field is drawn anew by then, maybe. */
function send(form, { id, dataset: { replaces } }, file) {
  return inTurn(form, () => upload(form, document.getElementById(id), file, replaces));
}

/** The page shows how far the file is. */
async function upload(form, field, file, replaces) {
  if (!field) return;
  const slot = field.closest("[data-slot]").dataset.slot;
  const data = collect(form, "action", replaces ?? `upload:${slot}`);
  data.set(field.name, file, file.name);
  const sent = look(form);
  const request = new XMLHttpRequest();
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", field.dataset.sending);
  tell(field, `${field.dataset.sending} ${file.name} `).append(bar);
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.value = event.loaded / event.total;
  });
  request.addEventListener("load", () => {
    const id = `#${CSS.escape(field.id)}`;
    if (!redraw(form, request.responseText, sent, id)) return tell(field, field.dataset.failed, true);
    const again = form.querySelector(id);
    if (again && request.status < 400) tell(again, again.dataset.sent);
  });
  request.addEventListener("error", () => tell(field, field.dataset.failed, true));
  const over = new Promise((resolve) => request.addEventListener("loadend", resolve));
  request.open("POST", form.getAttribute("action"));
  request.send(data);
  await over;
}

/* To replace a file is to choose another one. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-replace]");
  const field = button && document.getElementById(button.dataset.replace);
  if (!field) return;
  event.preventDefault();
  field.dataset.replaces = button.value;
  field.click();
});

/* A file that was not chosen after all replaces nothing. */
document.addEventListener("cancel", (event) => delete event.target.dataset?.replaces, true);

/** With scripts a chosen file is sent at once, so its button is of no use. */
function prepare(form) {
  for (const button of form.querySelectorAll("[data-upload]")) button.hidden = true;
  for (const button of form.querySelectorAll("[data-replace]")) {
    const words = button.dataset.replaceWord;
    if (words) button.firstChild.textContent = words;
  }
}

for (const part of document.querySelectorAll("[data-form]")) if (part.closest("form")) prepare(part.closest("form"));

/* Somebody was faster than this script: what was chosen before it came is sent now. */
for (const field of document.querySelectorAll("input[type=file][data-max-size]")) if (field.form) take(field.form, field);
