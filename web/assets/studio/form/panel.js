/* The panel beside the form: what can be set at the selected component, in words. */
import { make, say } from "../words.js";
import { makeChoices } from "./choices.js";
import { makeCondition } from "./conditions.js";
import { makeControl, readSetting, writeSetting } from "./controls.js";
import { titleOf } from "./documents.js";
import { drawIcon } from "./icons.js";

/** When a setting makes sense; all others always do, and what is set is always seen. */
const WANTED = {
  action: ({ properties }) => !properties.outcome,
  // The kind of text says it already.
  autocomplete: () => false,
  confirm: ({ properties }) => !properties.action,
  identityType: ({ properties }) => properties.format === "identity_number",
  message: ({ properties, validate }) => Boolean(properties.check || validate.pattern),
  outcome: ({ properties }) => !properties.action,
  shownBy: ({ properties }) => properties.locked === "true",
  style: ({ properties }) => !properties.panel,
  text: ({ properties }) => !properties.panel,
  validate: ({ properties }) => !properties.action,
};

/** Draws the panel and keeps it true. `form` is what `editing.js` makes of the editor; `leave()`
 * goes to the component that is chosen when the one that was here is gone. */
export function keepPanel(place, form, { settings, sections, types, lists, leave }) {
  const names = new Map(types.map((each) => [each.type, each.name]));
  let drawn = null;
  let controls = [];
  let problems = [];

  function draw(component) {
    drawn = component;
    if (!component || component.type === "default") {
      controls = [];
      const words = ["form.nothing-selected", "form.keys"];
      place.replaceChildren(...words.map((each) => make("p", { class: "soft sf-nothing" }, say(each))));
      return;
    }
    place.parentElement.scrollTop = 0; // another's settings begin at the first
    const own = settings.filter((each) => each.types.includes(component.type));
    controls = own.map((each, number) => makeOne(each, `setting-${number}`));
    place.replaceChildren(
      head(component),
      make("div", { class: "sf-problems", role: "status" }),
      ...sections.map((each) => section(each)).filter(Boolean),
    );
    show();
  }

  function makeOne(setting, id) {
    const edit = (properties) => form.edit(drawn, properties);
    if (setting.control === "options") return makeChoices(setting, { id, edit, lists });
    const set = (value) => form.set(drawn, setting, writeSetting(drawn, setting, value));
    if (setting.control === "condition") return makeCondition(setting, { id, set, about: form, lists });
    return makeControl(setting, { id, set, about: form });
  }

  function head(component) {
    const press = (sign, word, deed) =>
      make(
        "button",
        { type: "button", class: "btn btn-icon btn-sm", title: say(word), "aria-label": say(word), onclick: deed },
        drawIcon(sign),
      );
    const keepFocus = (deed, word) => () => {
      deed();
      place.querySelector(`[aria-label="${CSS.escape(say(word))}"]`)?.focus();
    };
    const places = make("select", { class: "form-select form-select-sm", "aria-label": say("form.inside") });
    const known = form.placesFor(component);
    places.replaceChildren(
      ...known.map(({ id, title }) => make("option", { value: id, selected: id === component._parent }, title)),
    );
    places.addEventListener("change", () => form.putInto(component, places.value));
    return make(
      "div",
      { class: "sf-head" },
      make("div", {}, make("h2", {}, names.get(component.type) ?? component.type), make("p", { class: "soft sf-title" })),
      make(
        "div",
        { class: "sf-acts", role: "group", "aria-label": say("form.acts") },
        press("chevron-up", "form.up", keepFocus(() => form.move(component, -1), "form.up")),
        press("chevron-down", "form.down", keepFocus(() => form.move(component, 1), "form.down")),
        press("copy", "form.copy", () => form.copy(component)),
        press("trash", "form.remove", () => {
          form.remove(component);
          leave();
        }),
      ),
      known.length > 1 ? make("div", { class: "sf-inside" }, make("span", { class: "soft" }, say("form.inside")), places) : null,
    );
  }

  function section({ section, title }) {
    const inside = controls.filter((each) => each.setting.section === section);
    if (!inside.length) return null;
    return make(
      "details",
      { class: "sf-section", open: true, "data-section": section },
      make("summary", {}, title),
      make("div", { class: "sf-settings" }, ...inside.map((each) => each.element)),
    );
  }

  function show() {
    const title = titleOf(drawn, names);
    // What has no words yet is called by its kind, which stands there already.
    place.querySelector(".sf-title").textContent = title === names.get(drawn.type) ? "" : title;
    const seen = { properties: drawn.properties ?? {}, validate: drawn.validate ?? {} };
    for (const each of controls) {
      const isSet = readSetting(drawn, each.setting) !== undefined;
      each.element.hidden = !isSet && WANTED[each.setting.name]?.(seen) === false;
      each.show(drawn);
    }
    for (const each of place.querySelectorAll(".sf-section")) {
      each.hidden = [...each.querySelectorAll(".sf-setting")].every((setting) => setting.hidden);
    }
    tellProblems();
  }

  function tellProblems() {
    const own = problems.filter((each) => each.element === drawn?.id);
    const list = place.querySelector(".sf-problems");
    list?.replaceChildren(
      ...own.map((each) => make("p", { class: `sf-problem is-${each.is_warning ? "warning" : "error"}` }, each.message)),
    );
  }

  // What is let go and chosen again at once stays as it is, with the focus in it.
  form.onSelect(() =>
    queueMicrotask(() => {
      const chosen = form.selected();
      if (chosen !== drawn) draw(chosen);
    }),
  );
  form.onChange(() => {
    if (drawn && drawn.type !== "default" && form.has(drawn)) show();
  });
  draw(form.selected());
  return {
    /** Goes to the first field, its text chosen: what was added is described at once. */
    enter() {
      const first = place.querySelector(".sf-setting:not([hidden]) :is(input, textarea, select)");
      first?.focus();
      first?.select?.();
    },
    tell(found) {
      problems = found;
      tellProblems();
    },
  };
}
