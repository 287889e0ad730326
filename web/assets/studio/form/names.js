/* The names of the form's fields beside an expression: pressed, they are put in where one types. */
import { make, say } from "../words.js";

/** Makes the list for a field of the panel; `list()` gives names with their words when it opens. */
export function offerNames(input, list) {
  const inside = make("div", { class: "sf-names" });
  const offer = make("details", { class: "sf-offer" }, make("summary", {}, say("form.names")), inside);
  const put = (name) => {
    if (!input.value) input.value = "=";
    const { selectionStart, selectionEnd, value } = input;
    const isBefore = document.activeElement !== input && selectionStart === 0 && selectionEnd === 0;
    const at = isBefore ? value.length : selectionStart;
    input.setRangeText(name, at, isBefore ? at : selectionEnd, "end");
    input.dispatchEvent(new Event("input", { bubbles: true }));
    input.focus();
  };
  offer.addEventListener("toggle", () => {
    if (!offer.open) return;
    inside.replaceChildren(
      ...list().map(({ name, label }) =>
        make(
          "button",
          { type: "button", title: say("form.put-in", { name }), onclick: () => put(name) },
          make("span", {}, label),
          make("code", {}, name),
        ),
      ),
    );
  });
  return offer;
}
