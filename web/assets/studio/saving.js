/* Keeps a draft's document saved while it is edited, and never over somebody else's work.
 *
 * `keepSaving({ address, version, read, onReplace })` puts what `read()` gives to the address a
 * moment after the last change, with the version that it was made from. Where somebody saved in
 * between, the person decides; `onReplace(text)` shows the other's document.
 */
import { Refused, ask, readDocument, splitAddress } from "./asking.js";
import { askWhose } from "./conflict.js";
import { keepPresent } from "./presence.js";
import { language, make, say } from "./words.js";

const PAUSE_MS = 800;
const RETRIES_MS = [2000, 4000, 8000, 15000, 30000];

const clock = new Intl.DateTimeFormat(language, {
  hour: "2-digit",
  minute: "2-digit",
  hour12: false,
});

/** Saves from now on; answers `changed()`, `flush()` and the present `version`. */
export function keepSaving({ address, version, read, onReplace }) {
  const place = document.querySelector("[data-saving]");
  const { path } = splitAddress(address);
  let current = Number(version);
  let revision = 0; // counts changes
  let saved = 0; // the change that the server has
  let failures = 0;
  let timer = null;
  let running = null;
  let isStopped = false; // what stands here cannot be saved until the person decides or changes it

  const isDirty = () => revision !== saved;

  function tell(state, text, download) {
    if (!place) return;
    place.dataset.state = state;
    place.setAttribute("role", state === "failed" ? "alert" : "none");
    place.replaceChildren(text);
    if (download) place.append(" ", download);
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
    while (isDirty() && !isStopped) {
      const sent = revision;
      try {
        const body = await read();
        const answer = await put(body, current);
        current = answer.version;
        saved = sent;
        failures = 0;
        if (!isDirty())
          tell("saved", say("saving.saved", { time: clock.format(new Date(answer.saved_at)) }));
      } catch (error) {
        if (!(error instanceof Refused)) {
          tell("failed", say("saving.refused"));
          throw error;
        }
        if (error.status === 412) await decide(error.answer, sent);
        else {
          await fail(error);
          return false;
        }
      }
    }
    return !isDirty();
  }

  function put(body, from) {
    return ask(address, {
      method: "PUT",
      body,
      headers: { "If-Match": `"${from}"`, "Content-Type": "application/octet-stream" },
    });
  }

  /** Somebody else saved meanwhile: theirs is read, or ours is put over it knowingly. */
  async function decide(theirs, sent) {
    tell("failed", say("saving.conflict"));
    const mine = await read();
    const choice = await askWhose(theirs, { text: mine, path });
    if (choice === "mine") {
      current = theirs.version;
      return;
    }
    if (choice === "later") {
      isStopped = true;
      return;
    }
    const found = await readDocument(address);
    await onReplace(found.text);
    current = found.version;
    revision = Math.max(revision, sent);
    saved = revision;
    tell("saved", say("saving.replaced"), await downloadLink(mine));
  }

  async function fail(error) {
    if (error.status === 0 || error.status >= 500 || error.status === 429) {
      tell("failed", say("saving.offline"));
      plan(RETRIES_MS[Math.min(failures, RETRIES_MS.length - 1)]);
      failures += 1;
      return;
    }
    isStopped = true;
    tell("failed", error.message || say("saving.refused"), await downloadLink(await read()));
  }

  async function downloadLink(text) {
    const link = make("a", {
      href: URL.createObjectURL(new Blob([text])),
      download: path.split("/").pop(),
    });
    link.append(say("saving.download"));
    return link;
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
    if (running) await running;
    return isDirty() ? run() : true;
  }

  /** Another saved and nothing is unsaved here: theirs is offered. */
  function offer(newer) {
    if (newer <= current || isDirty() || running) return;
    const button = make("button", { type: "button", class: "btn btn-sm" }, say("saving.load"));
    button.addEventListener("click", async () => {
      const found = await readDocument(address);
      await onReplace(found.text);
      current = found.version;
      saved = revision;
      tell("saved", say("saving.loaded"));
    });
    tell("newer", say("saving.newer"), button);
  }

  window.addEventListener("beforeunload", (event) => {
    if (isDirty()) event.preventDefault();
  });
  window.addEventListener("online", () => isDirty() && run());
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && isDirty()) run();
  });
  // A link of the page waits for what is unsaved, so that the next page has it.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !isDirty() || event.defaultPrevented || event.button !== 0) return;
    if (
      event.ctrlKey ||
      event.metaKey ||
      event.shiftKey ||
      link.target ||
      link.hasAttribute("download")
    )
      return;
    const to = new URL(link.href);
    if (to.origin !== location.origin || (to.pathname === location.pathname && to.hash)) return;
    event.preventDefault();
    if (await flush()) location.assign(link.href);
  });

  keepPresent({ address, onVersions: (versions) => offer(Number(versions?.[path] ?? 0)) });
  return {
    changed,
    flush,
    get version() {
      return current;
    },
  };
}
