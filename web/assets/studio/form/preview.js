/* The form as our server draws it, in a frame without scripts: for its member, for its reviewer.
 *
 * What is typed or chosen in the preview is sent along, so that its conditions can be tried.
 */
import { say } from "../words.js";

const PAUSE_MS = 500;
const WIDTHS = { phone: 390, desktop: 1100 };

/** Draws the preview from now on; `read()` gives the form as it stands. */
export function keepPreview(place, { address, path, read }) {
  const frame = place.querySelector("iframe");
  const told = place.querySelector("[data-preview-state]");
  let reader = "member";
  let width = "phone";
  let typed = null;
  let timer = null;
  let asking = null;

  function plan(pause = PAUSE_MS) {
    clearTimeout(timer);
    timer = setTimeout(draw, pause);
  }

  async function draw() {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const answer = await fetch(address, {
        method: "POST",
        headers: { "Content-Type": "application/json", "X-CSRF-Token": document.body.dataset.csrf },
        body: JSON.stringify({ path, content: read(), as: reader, typed }),
        signal: mine.signal,
      });
      if (asking !== mine) return;
      if (!answer.ok) throw new Error(answer.statusText);
      await put(await answer.text());
      told.textContent = "";
    } catch (error) {
      if (error.name !== "AbortError") told.textContent = say("form.preview-failed");
    }
  }

  /** Shows the page where the last one was scrolled to, the focus where it was. */
  async function put(page) {
    const before = frame.contentDocument;
    const top = before?.scrollingElement?.scrollTop ?? 0;
    const focused = before?.activeElement?.id;
    const isInside = document.activeElement === frame;
    await new Promise((resolve) => {
      frame.addEventListener("load", resolve, { once: true });
      frame.srcdoc = page;
    });
    const { contentDocument } = frame;
    if (!contentDocument) return;
    contentDocument.scrollingElement.scrollTop = top;
    if (isInside && focused) contentDocument.getElementById(focused)?.focus({ preventScroll: true });
    listen(contentDocument);
  }

  /** Hears what is typed in the frame; it has no scripts of its own. */
  function listen(inside) {
    inside.addEventListener("change", ({ target }) => {
      if (!target.matches("[data-refresh]")) return;
      const form = inside.querySelector("form");
      typed = form ? [...new FormData(form)].filter(([, value]) => typeof value === "string") : null;
      plan(0);
    });
    inside.addEventListener("submit", (event) => event.preventDefault());
    inside.addEventListener("click", (event) => {
      if (event.target.closest("a[href], button")) event.preventDefault();
    });
  }

  function fit() {
    const room = place.querySelector(".sf-frame");
    const scale = Math.min(1, room.clientWidth / WIDTHS[width]);
    frame.style.width = `${WIDTHS[width]}px`;
    frame.style.height = `${room.clientHeight / scale}px`;
    frame.style.transform = `scale(${scale})`;
    room.dataset.width = width;
  }

  for (const group of place.querySelectorAll("[data-choose]")) {
    group.addEventListener("change", ({ target }) => {
      if (group.dataset.choose === "width") {
        width = target.value;
        place.closest(".sf").classList.toggle("is-desk", width === "desktop");
        fit();
      } else {
        reader = target.value;
        typed = null;
        plan(0);
      }
    });
  }
  new ResizeObserver(fit).observe(place.querySelector(".sf-frame"));
  fit();
  plan(0);
  return {
    changed: () => {
      typed = null;
      plan();
    },
  };
}
