/* Keeps a draft's document saved while it is edited, and never over somebody else's work.
 *
 * `keepSaving({ address, version, read, onReplace })` puts what `read()` gives to the address a
 * moment after the last change, with the version that it was made from. Where somebody saved in
 * between, the person decides; `onReplace(text)` shows the other's document.
 */
import { Refused, ask, readDocument, splitAddress } from "./asking.js";
import { askWhose } from "./conflict.js";
import { guardLeaving } from "./leaving.js";
import { keepPresent } from "./presence.js";
import { language, make, say } from "./words.js";

const PAUSE_MS = 800;
const RETRIES_MS = [2000, 4000, 8000, 15000, 30000];
const LARGEST_LAST = 60_000; // of what a page that is being left may still send

const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});

/** Saves from now on; answers `changed()` and `flush()`. */
export function keepSaving({ address, version, read, onReplace }) {
  const place = document.querySelector("[data-saving]");
  const { path } = splitAddress(address);
  const unsure = new Set(); // texts that were sent, and nobody answered
  let current = Number(version);
  let revision = 0; // counts changes
  let saved = 0; // the change that the server has
  let failures = 0;
  let timer = null;
  let running = null;
  let isStopped = false; // what stands here cannot be saved until the person decides or changes it
  let isUndecided = false; // the person has not said whose document stays
  let isAwaited = false; // somebody waits until everything is saved

  const isDirty = () => revision !== saved;

  function tell(state, text, more) {
    if (!place) return;
    place.dataset.state = state;
    place.setAttribute("role", { failed: "alert", newer: "status" }[state] ?? "none");
    place.replaceChildren(text, ...(more ? [" ", more] : []));
  }

  function plan(pause) {
    clearTimeout(timer);
    timer = setTimeout(run, pause);
  }

  /** Saves until the server has the last change, or says why not; one at a time. */
  function run() {
    clearTimeout(timer);
    running ??= save().finally(() => {
      running = null;
    });
    return running;
  }

  async function save() {
    try {
      while (isDirty() && !isStopped) {
        await saveOnce();
        if (isDirty() && !isAwaited && !isUndecided) {
          plan(PAUSE_MS); // who types on is waited for again
          break;
        }
      }
    } catch (error) {
      if (!(error instanceof Refused)) {
        tell("failed", say("saving.refused"));
        throw error;
      }
      await fail(error);
    }
    return !isDirty();
  }

  async function saveOnce() {
    const sent = revision;
    const body = await read();
    let answer;
    try {
      answer = await put(body);
    } catch (error) {
      if (error.isPassing) unsure.add(body);
      if (error.status !== 412) throw error;
      await decide(error.answer, body);
      return;
    }
    take(answer.version, sent);
    if (!isDirty())
      tell("saved", say("saving.saved", { time: clock.format(new Date(answer.saved_at)) }));
  }

  function put(body) {
    return ask(address, {
      method: "PUT",
      body,
      headers: { "If-Match": `"${current}"`, "Content-Type": "application/octet-stream" },
      keepalive: document.hidden && body.length * 3 < LARGEST_LAST,
    });
  }

  /** The server has this version, and with it a change of ours. */
  function take(found, change) {
    current = found;
    saved = change;
    failures = 0;
    isUndecided = false;
    unsure.clear();
  }

  /** Another version is there: the person says which one stays, unless it is what we sent. */
  async function decide(theirs, mine) {
    const found = await readDocument(address);
    if (found.text === mine || unsure.has(found.text)) {
      current = found.version;
      return;
    }
    tell("failed", say("saving.conflict"));
    isUndecided = true;
    const choice = await askWhose(theirs, { text: mine, path });
    if (choice === "mine") current = theirs.version;
    else if (choice === "theirs") {
      await replace();
      tell("saved", say("saving.replaced"), downloadLink(mine));
    } else isStopped = true;
  }

  /** Shows what the server has now, in place of what stands here. */
  async function replace() {
    const found = await readDocument(address);
    await onReplace(found.text);
    take(found.version, revision);
  }

  async function fail(error) {
    if (error.isPassing) {
      tell("failed", say(error.status ? "saving.busy" : "saving.offline"));
      retry();
      return;
    }
    if (error.status === 401) {
      tellSignedOut();
      retry();
      return;
    }
    isStopped = true;
    tell("failed", error.message || say("saving.refused"), downloadLink(await read()));
  }

  function retry() {
    plan(RETRIES_MS[Math.min(failures, RETRIES_MS.length - 1)]);
    failures += 1;
  }

  /** The page stays as it is: signed in again in another window, he goes on here. */
  function tellSignedOut() {
    const link = make("a", { href: location.href, target: "_blank" }, say("saving.sign_in"));
    tell("failed", say("saving.signed_out"), link);
  }

  function downloadLink(text) {
    const href = URL.createObjectURL(new Blob([text]));
    return make("a", { href, download: path.split("/").pop() }, say("saving.download"));
  }

  /** Tells of a change; it is saved a moment later. */
  function changed() {
    revision += 1;
    isStopped = false;
    if (place?.dataset.state !== "saving") tell("saving", say("saving.now"));
    if (!running) plan(PAUSE_MS);
  }

  /** Saves now; answers whether the server has everything. */
  async function flush() {
    isAwaited = true;
    try {
      if (running) await running;
      isStopped = false;
      return !isDirty() || (await run());
    } finally {
      isAwaited = false;
    }
  }

  /** What the server has, where nothing is unsaved here: another's document is offered. */
  function hearVersions(versions) {
    if (isDirty() || running) return;
    const found = versions[path];
    if (found === undefined) tell("failed", say("saving.gone"));
    else if (found > current) offer();
    else if (place?.dataset.state === "failed") tell("saved", ""); // a beat is not refused any more
  }

  function offer() {
    const load = async () => {
      try {
        await replace();
        tell("saved", say("saving.loaded"));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        tell("failed", error.message || say("saving.offline"));
      }
    };
    const button = make(
      "button",
      { type: "button", class: "btn btn-sm", onclick: load },
      say("saving.load"),
    );
    tell("newer", say("saving.newer"), button);
  }

  /** The draft is gone, or nobody is signed in: told before something is drawn in vain. */
  function hearRefused(error) {
    if (isDirty() || running) return;
    if (error.status === 401) tellSignedOut();
    else tell("failed", error.message || say("saving.refused"));
  }

  window.addEventListener("online", () => isDirty() && run());
  window.addEventListener("focus", () => isDirty() && failures && run());
  guardLeaving({ isDirty, flush, isUndecided: () => isUndecided });
  keepPresent({
    address,
    onVersions: hearVersions,
    onRefused: hearRefused,
  });
  return { changed, flush };
}
