/* Ticked rows: how many they are, and all of a page at once. Works on lists that come later. */
const all = () => document.querySelector("[data-ticks-all]");
const boxes = () => [...document.querySelectorAll("input[form=ticked][name=task]")];

function show() {
  const box = all();
  if (!box) return;
  const found = boxes();
  const count = found.filter((each) => each.checked).length;
  box.closest("label").hidden = false;
  box.checked = count > 0 && count === found.length;
  box.indeterminate = count > 0 && count < found.length;
  document.querySelector("[data-ticked]").textContent = count;
  document.getElementById("ticked").classList.toggle("has-ticked", count > 0);
}

document.addEventListener("change", (event) => {
  if (event.target === all()) for (const each of boxes()) each.checked = event.target.checked;
  else if (event.target.form?.id !== "ticked") return;
  show();
});
document.addEventListener("htmx:afterSettle", show);
window.addEventListener("pageshow", show);
show();
