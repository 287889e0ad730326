/* A window to pick one thing of many in: typed letters leave those that hold them. */
import { make, say } from "../words.js";

/** Answers the value of the item that was picked; undefined if the window was closed.
 *
 * `items` are `{value, label, detail, group}`; `value` is the one that is chosen now.
 */
export function pick({ title, items, value }) {
  const list = make("div", { class: "pick-list" });
  const search = make("input", {
    type: "search",
    autofocus: true,
    class: "form-control",
    "aria-label": say("pick.search"),
    placeholder: say("pick.search"),
    autocomplete: "off",
  });
  const count = make("p", { class: "soft pick-count", role: "status" });
  const dialog = make(
    "dialog",
    { class: "window studio-window pick", "aria-label": title },
    make(
      "div",
      { class: "window-head" },
      make("h2", {}, title),
      make(
        "button",
        { type: "button", class: "btn btn-sm", onclick: () => dialog.close() },
        say("pick.close"),
      ),
    ),
    search,
    count,
    list,
  );

  function draw() {
    const asked = search.value.trim().toLowerCase();
    const found = items.filter((each) => holds(each, asked));
    const groups = Map.groupBy(found, (each) => each.group);
    list.replaceChildren(...[...groups].flatMap(([name, members]) => drawGroup(name, members)));
    count.textContent = found.length ? "" : say("pick.nothing", { asked });
  }

  function drawGroup(name, members) {
    const rows = members.map((each) => {
      const detail = each.detail ? make("span", { class: "soft" }, each.detail) : null;
      const choose = () => {
        dialog.returnValue = each.value;
        dialog.close(each.value);
      };
      const isChosen = each.value === value;
      const button = make("button", {
        type: "button",
        onclick: choose,
        "aria-current": isChosen && "true",
      });
      button.append(make("strong", {}, each.label), ...(detail ? [detail] : []));
      return make("li", {}, button);
    });
    return [name ? make("h3", {}, name) : null, make("ul", {}, ...rows)].filter(Boolean);
  }

  search.addEventListener("input", draw);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "ArrowDown" && event.key !== "Enter") return;
    event.preventDefault();
    const first = list.querySelector("button");
    if (event.key === "Enter") first?.click();
    else first?.focus();
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...list.querySelectorAll("button")];
    (all[all.indexOf(event.target) + step] ?? search).focus();
  });
  draw();
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue || undefined);
    });
    dialog.showModal();
  });
}

function holds({ label, detail, value }, asked) {
  return [label, detail, value].some((text) => text?.toLowerCase().includes(asked));
}
