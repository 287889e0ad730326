/* What is unsaved when its page is left: links wait for it, and the browser asks before it is lost. */

const TYPING_MS = 700; // longer than the libraries wait (600) before they take what was typed

/** Guards the page from now on. `flush()` answers whether the server has everything,
 * `isUndecided()` whether the person has yet to say what shall stay. */
export function guardLeaving({ isDirty, flush, isUndecided }) {
  let typedAt = -Infinity;
  const remaining = () => typedAt + TYPING_MS - performance.now();
  const isTyping = () => remaining() > 0;

  document.addEventListener(
    "input",
    () => {
      typedAt = performance.now();
    },
    true,
  );

  window.addEventListener("beforeunload", (event) => {
    if (!isDirty() && !isTyping()) return;
    event.preventDefault();
    flush();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && isDirty()) flush();
  });
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    if (!link || !leads(link, event) || (!isDirty() && !isTyping())) return;
    event.preventDefault();
    if (isTyping()) await new Promise((resolve) => setTimeout(resolve, remaining()));
    // What could not be saved is asked for by the browser, so that nobody is kept here.
    if ((await flush()) || !isUndecided()) location.assign(link.href);
  });
}

/** Whether a pressed link would leave this page in its window. */
function leads(link, event) {
  const isElsewhere = event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0;
  if (event.defaultPrevented || isElsewhere || link.target || link.hasAttribute("download"))
    return false;
  const to = new URL(link.href);
  const isHere = to.pathname === location.pathname && to.search === location.search && to.hash;
  return to.origin === location.origin && !isHere;
}
