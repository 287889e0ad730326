/* Small comforts on server-drawn pages; every one has a plain way without scripts. */

/* A page that was refused begins with what is wrong. */
document.querySelector("[data-focus]")?.focus();

/* Show a password while it is typed; parts of a page may come anew, so nothing is bound to them. */
document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-reveal]");
  if (!button) return;
  const field = document.getElementById(button.dataset.reveal);
  const isShown = field.type === "password";
  button.dataset.show ??= button.textContent;
  field.type = isShown ? "text" : "password";
  button.textContent = isShown ? button.dataset.hide : button.dataset.show;
  button.setAttribute("aria-pressed", String(isShown));
});

/* A button that was pressed says so; the second click of a double click does nothing. */
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (event.defaultPrevented || !button) return;
  if (button.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    return;
  }
  button.setAttribute("aria-busy", "true");
  if (button.dataset.busy) button.textContent = button.dataset.busy;
});
window.addEventListener("pageshow", (event) => {
  if (event.persisted) window.location.reload(); // back to a page whose tokens may be old
});

/* How long one waits for another code; the page may come anew, so it is looked for each second. */
if (document.querySelector(".code-panel")) {
  setInterval(() => {
    for (const place of document.querySelectorAll("[data-wait]")) {
      const left = Number(place.dataset.wait) - 1;
      place.dataset.wait = left;
      if (left > 0) place.textContent = place.dataset.words.replace("{seconds}", left);
      else place.remove();
    }
  }, 1000);
}

/* Windows over the page, and menus that close when one looks elsewhere. */
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-opens]");
  const dialog = opener && document.getElementById(opener.dataset.opens);
  if (dialog) {
    event.preventDefault();
    dialog.showModal();
  }
  if (event.target.closest("[data-closes]")) event.target.closest("dialog").close();
  if (event.target.closest("[data-print]")) window.print();
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});
