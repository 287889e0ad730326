/* Values of a message as buttons: pressed, each is put where one was typing. Without this they
 * are read and typed. */
let typing = document.getElementById("text");

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("textarea")) typing = target;
});

for (const code of document.querySelectorAll("[data-insert]")) {
  const button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-describedby", "values-hint");
  button.append(...code.childNodes);
  button.addEventListener("click", () => {
    typing.setRangeText(code.dataset.insert, typing.selectionStart, typing.selectionEnd, "end");
    typing.dispatchEvent(new Event("input", { bubbles: true }));
    typing.focus();
  });
  code.replaceChildren(button);
}
document.getElementById("values-hint").hidden = false;
