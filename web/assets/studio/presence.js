/* Tells the server every 20 seconds that the draft is open here, and shows who else has it open. */
import { Refused, ask, splitAddress } from "./asking.js";
import { make, say } from "./words.js";

const BEAT_MS = 20000;

/** Random, so that two windows of one person are two. */
const tab = Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) =>
  byte.toString(16).padStart(2, "0"),
).join("");

/** Beats from now on; `onVersions({path: version})` hears what the server has. */
export function keepPresent({ address, onVersions }) {
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
