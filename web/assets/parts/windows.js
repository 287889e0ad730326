/* Pages that open in a window over this one: links drawn by htmx into #window-body. Without it
 * they are pages of their own. */
const frame = document.getElementById("window");

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id !== "window-body" || !frame) return;
  // An answer with nothing for the window was for the page below it.
  if (!target.childElementCount) frame.close();
  else if (!frame.open) frame.showModal();
});
