/* The components that a form may have: dragged onto the form, or added by pressing. */
import { iconsByType } from "@bpmn-io/form-js";
import { createElement as h, render } from "preact";
import { make, say } from "../words.js";

/** Draws the palette; `add(type)` is asked when one is pressed. */
export function drawPalette(place, { types, parts, add }) {
  place.append(
    ...parts.map(({ part, title }) =>
      make(
        "section",
        { class: "sf-part", "aria-label": title },
        make("h3", {}, title),
        // The library drags what stands in elements of these classes.
        make(
          "div",
          { class: "fjs-palette-fields fjs-drag-container fjs-no-drop" },
          ...types.filter((each) => each.part === part).map((each) => entry(each, add)),
        ),
      ),
    ),
  );
}

function entry({ type, name, help }, add) {
  const icon = make("span", { class: "sf-icon", "aria-hidden": "true" });
  render(h(iconsByType(type), { width: "24", height: "24", viewBox: "0 0 54 54" }), icon);
  return make(
    "button",
    {
      type: "button",
      class: "fjs-palette-field fjs-drag-copy fjs-no-drop",
      "data-field-type": type,
      title: `${help}. ${say("form.add-how")}`,
      onclick: () => add(type),
    },
    icon,
    make("span", { class: "sf-entry-name" }, name),
  );
}
