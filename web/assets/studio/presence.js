/* Tells the server every 20 seconds that the draft is open here, and shows who else has it open. */
import { Refused, ask, splitAddress } from "./asking.js";
import { make, say } from "./words.js";

const BEAT_MS = 20000;

const KEPT = "studio-window";

/** Random, so that two windows of one person are two. The next page in this window goes by the
 * same name; a window that is opened from it meanwhile finds none. */
const tab = sessionStorage.getItem(KEPT) ?? makeName();
sessionStorage.removeItem(KEPT);
window.addEventListener("pagehide", () => sessionStorage.setItem(KEPT, tab));
window.addEventListener("pageshow", () => sessionStorage.removeItem(KEPT));

function makeName() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Beats from now on; `onVersions({path: version})` hears what the server has, `onRefused(error)`
 * that there is nothing to beat for any more, or for nobody who is signed in. */
export function keepPresent({ address, onVersions, onRefused }) {
  const place = document.querySelector("[data-presence]");
  const { draft, path } = splitAddress(address);

  async function beat() {
    try {
      const { others, versions } = await ask(`${draft}/presence`, {
        json: { tab, document: path },
      });
      show(others);
      onVersions(versions);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (!error.isPassing) onRefused(error);
    }
  }

  function show(others) {
    if (!place) return;
    const names = [...new Set(others.map((each) => each.name))].join(say("presence.comma"));
    const isHere = others.some((each) => each.document === path);
    const text = names && say(isHere ? "presence.same" : "presence.other", { names });
    if (place.textContent === text) return;
    place.replaceChildren(...(text ? [make("span", { class: "presence-who" }, text)] : []));
  }

  beat();
  setInterval(() => document.hidden || beat(), BEAT_MS);
  document.addEventListener("visibilitychange", () => document.hidden || beat());
}
