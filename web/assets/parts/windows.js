/* Pages that open in a window over this one: links drawn by htmx into #window-body. Without it
 * they are pages of their own. */
const frame = document.getElementById("window");

document.addEventListener("htmx:afterSwap", ({ target }) => {
  if (target.id === "window-body" && frame && !frame.open) frame.showModal();
});
document.addEventListener("window-close", () => frame?.close());
