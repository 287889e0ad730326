/* The fields of the panel: each shows one thing that can be set at a component, and sets it. */
import { make, say } from "../words.js";
import { offerNames } from "./names.js";

const EXTENSION = /\.[a-z]+/g;

/** Reads what a setting says at a component. */
export function readSetting(component, { place, name }) {
  switch (place) {
    case "property":
      return component.properties?.[name];
    case "attribute":
      return component[name];
    default:
      return component[place]?.[name];
  }
}

/** What has to be written at the component so that the setting says this; undefined is nothing. */
export function writeSetting(component, { place, name }, value) {
  if (place === "attribute") return { [name]: value };
  const holder = place === "property" ? "properties" : place;
  const held = { ...component[holder] };
  if (value === undefined) delete held[name];
  else held[name] = value;
  return { [holder]: Object.keys(held).length ? held : undefined };
}

/** Makes the control of a setting: `{ element, show(component) }`; `set(value)` hears changes.
 *
 * `about` answers what the form has: `keys(component)`, `outcomes()`, `panels()`,
 * `problemOfName(component, setting, value)`.
 */
export function makeControl(setting, { id, set, about }) {
  const makers = {
    text: () => line(setting, set, "text"),
    texts: () => area(setting, set, 5),
    feel: () => feel(setting, set, about),
    name: () => named(setting, set, about),
    number: () => number(setting, set),
    flag: () => flag(setting, set),
    select: () => select(setting, set, () => setting.options),
    key: () => select(setting, set, (component) => about.keys(component, setting)),
    panel: () => select(setting, set, (component) => about.panels(component, setting)),
    outcomes: () => boxes(setting, set, () => about.outcomes(), " ", (text) => text.split(/[\s,]+/)),
    accept: () => boxes(setting, set, () => setting.options, ",", (text) => text.match(EXTENSION) ?? []),
  };
  const made = makers[setting.control]();
  made.input?.setAttribute("id", id);
  return { setting, element: around(setting, id, made), show: made.show, error: made.error };
}

function around(setting, id, { body, isSet, error, offer }) {
  const help = setting.help ? make("div", { class: "form-hint", id: `${id}-help` }, setting.help) : null;
  const input = body.matches?.("input, select, textarea") ? body : body.querySelector("input, select, textarea");
  if (help && input && !isSet) input.setAttribute("aria-describedby", `${id}-help`);
  if (isSet) {
    const parts = { class: "sf-setting", "aria-describedby": help ? `${id}-help` : false };
    return make("fieldset", parts, make("legend", { class: "form-label" }, setting.label), body, help);
  }
  if (setting.control === "flag") return make("div", { class: "sf-setting" }, body, help);
  const label = make("label", { class: "form-label", for: id }, setting.label);
  return make("div", { class: "sf-setting" }, label, body, error, help, offer);
}

function line(setting, set, type) {
  const input = make("input", { type, class: "form-control", autocomplete: "off" });
  input.addEventListener("input", () => set(input.value === "" ? undefined : input.value));
  return { body: input, input, show: (component) => put(input, readSetting(component, setting) ?? "") };
}

function area(setting, set, rows) {
  const input = make("textarea", { class: "form-control", rows });
  input.addEventListener("input", () => set(input.value === "" ? undefined : input.value));
  return { body: input, input, show: (component) => put(input, readSetting(component, setting) ?? "") };
}

/** FEEL: what is typed without the sign that begins it gets it when the field is left. */
function feel(setting, set, about) {
  const made = area(setting, set, 2);
  let shown = null;
  const offer = offerNames(made.input, () => about.names(shown));
  made.input.classList.add("sf-feel");
  made.input.setAttribute("spellcheck", "false");
  made.input.addEventListener("change", () => {
    const typed = made.input.value.trim();
    const written = !typed || typed.startsWith("=") ? typed : `=${typed}`;
    made.input.value = written;
    set(written || undefined);
  });
  const show = (component) => {
    shown = component;
    made.show(component);
  };
  return { ...made, offer, show };
}

/** A name that others refer to: set when it is right and the field is left. */
function named(setting, set, about) {
  const input = make("input", {
    type: "text",
    class: "form-control sf-feel",
    autocomplete: "off",
    spellcheck: "false",
    autocapitalize: "off",
  });
  const error = make("div", { class: "sf-error", role: "alert" });
  let shown = null;
  const find = () => about.problemOfName(shown, setting, input.value.trim());
  const tell = () => {
    const problem = find();
    error.textContent = problem ?? "";
    input.classList.toggle("is-invalid", Boolean(problem));
    if (problem) input.setAttribute("aria-invalid", "true");
    else input.removeAttribute("aria-invalid");
    return problem;
  };
  input.addEventListener("input", tell);
  input.addEventListener("change", () => {
    const value = input.value.trim();
    if (!tell()) set(value || undefined);
  });
  const show = (component) => {
    shown = component;
    if (document.activeElement === input && error.textContent) return;
    put(input, readSetting(component, setting) ?? "");
    tell();
  };
  return { body: input, input, error, show };
}

function number(setting, set) {
  const made = line(setting, () => {}, "number");
  const isText = setting.place === "property";
  made.input.addEventListener("input", () => {
    const typed = made.input.value;
    if (typed === "") set(undefined);
    else if (made.input.validity.valid) set(isText ? typed : Number(typed));
  });
  if (["min", "max"].includes(setting.name)) made.input.step = "any";
  else made.input.min = "0";
  return made;
}

function flag(setting, set) {
  const input = make("input", { type: "checkbox", class: "form-check-input" });
  input.addEventListener("change", () => set(input.checked ? setting.on : (setting.off ?? undefined)));
  const label = make("span", { class: "form-check-label" }, setting.label);
  const body = make("label", { class: "form-check" }, input, label);
  return {
    body,
    input,
    show: (component) => {
      input.checked = readSetting(component, setting) === setting.on;
    },
  };
}

function select(setting, set, optionsOf) {
  const input = make("select", { class: "form-select" });
  input.addEventListener("change", () => set(input.value === "" ? undefined : input.value));
  const show = (component) => {
    const value = readSetting(component, setting) ?? "";
    const options = optionsOf(component);
    const isKnown = value === "" || options.some((each) => each.value === value);
    const written = [{ value: "", label: setting.none || say("form.none") }, ...options];
    // What the form says stays there, also when nobody knows it any more.
    if (!isKnown) written.push({ value, label: say("form.unknown", { value }) });
    const before = [...input.options].map((each) => `${each.value} ${each.text}`).join();
    if (before !== written.map((each) => `${each.value} ${each.label}`).join()) {
      input.replaceChildren(...written.map((each) => make("option", { value: each.value }, each.label)));
    }
    put(input, value);
  };
  return { body: input, input, show };
}

/** Several of a few, written as one text. */
function boxes(setting, set, optionsOf, separator, split) {
  const body = make("div", { class: "sf-boxes" });
  const show = (component) => {
    const chosen = new Set(split(readSetting(component, setting) ?? "").filter(Boolean));
    const known = optionsOf(component);
    const others = [...chosen].filter((value) => !known.some((each) => each.value === value));
    const options = [...known, ...others.map((value) => ({ value, label: say("form.unknown", { value }) }))];
    const focused = body.contains(document.activeElement) ? document.activeElement.value : null;
    body.replaceChildren(
      ...options.map(({ value, label }) => {
        const input = make("input", { type: "checkbox", class: "form-check-input", value });
        input.checked = chosen.has(value);
        input.addEventListener("change", () => {
          const ticked = [...body.querySelectorAll("input:checked")].map((each) => each.value);
          set(ticked.length ? ticked.join(separator) : undefined);
        });
        return make("label", { class: "form-check" }, input, make("span", { class: "form-check-label" }, label));
      }),
      ...(options.length ? [] : [make("p", { class: "soft" }, say("form.no-outcomes"))]),
    );
    if (focused !== null) [...body.querySelectorAll("input")].find((each) => each.value === focused)?.focus();
  };
  return { body, isSet: true, show };
}

/** Shows a value, but never over what is being typed. */
function put(input, value) {
  const text = String(value);
  if (document.activeElement === input && input.matches("input, textarea")) return;
  if (input.value !== text) input.value = text;
}
