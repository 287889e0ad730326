/* Entries of the panel: labelled fields over the libraries' own. Each factory gives a definition
 * that a group lists; `get()` and `set(value)` read and write the diagram. */
import {
  CheckboxEntry,
  FeelEntry,
  Group,
  SelectEntry,
  TextAreaEntry,
  TextFieldEntry,
} from "@bpmn-io/properties-panel";
import { useEffect, useState } from "@bpmn-io/properties-panel/preact/hooks";
import { jsx, jsxs } from "@bpmn-io/properties-panel/preact/jsx-runtime";
import { useService } from "bpmn-js-properties-panel";
import { say } from "../../words.js";

/** A group that is open from the beginning unless `shouldOpen` says otherwise. */
export function group(id, label, entries, more = {}) {
  return {
    id,
    label,
    component: Group,
    shouldOpen: true,
    entries: entries.filter(Boolean),
    ...more,
  };
}

/** What fields need that is the same for all; a refused value is not written. */
function useField({ get, set, validate, ...props }) {
  const debounce = useService("debounceInput");
  const setValue = (value, error) => {
    if (!error) set(value);
  };
  return { ...props, debounce, validate, getValue: () => get(), setValue };
}

const Text = (props) => jsx(TextFieldEntry, useField(props));
const Long = (props) => jsx(TextAreaEntry, { rows: 3, ...useField(props) });
const Tick = (props) => jsx(CheckboxEntry, useField(props));

function Choice({ options, ...props }) {
  return jsx(SelectEntry, {
    ...useField(props),
    getOptions: () => keepPresent(options(), props.get()),
  });
}

/** A value that is no longer there to choose stays shown, and is said to be unknown. */
function keepPresent(options, value) {
  const all = options.flatMap((each) => each.children ?? [each]);
  if (!value || all.some((each) => each.value === value)) return options;
  return [...options, { value, label: say("panel.unknown", { value }) }];
}

function Feel(props) {
  const resolver = useService("variableResolver");
  const eventBus = useService("eventBus");
  const [variables, setVariables] = useState([]);
  const owner = props.element.businessObject;
  useEffect(() => {
    let isHere = true;
    const look = () => {
      resolver.getVariablesForElement(owner).then((found) => isHere && setVariables(found));
    };
    look();
    eventBus.on("commandStack.changed", look);
    return () => {
      isHere = false;
      eventBus.off("commandStack.changed", look);
    };
  }, [owner]);
  return jsx(FeelEntry, { feel: "required", ...useField(props), variables });
}

/** Words that are only read. */
function Note({ id, text }) {
  return jsx("div", {
    class: "bio-properties-panel-entry studio-note",
    "data-entry-id": id,
    children: jsx("p", { children: text }),
  });
}

/** A button, below its label where it has one. */
function Press({ id, label, text, value, press, isQuiet }) {
  return jsxs("div", {
    class: "bio-properties-panel-entry studio-press",
    "data-entry-id": id,
    children: [
      label
        ? jsx("span", { class: "bio-properties-panel-label", id: `${id}-label`, children: label })
        : null,
      value ? jsx("strong", { class: "studio-value", children: value }) : null,
      jsx("button", {
        type: "button",
        class: `btn btn-sm${isQuiet ? " btn-link" : ""}`,
        "aria-describedby": label ? `${id}-label` : undefined,
        onClick: press,
        children: text,
      }),
    ],
  });
}

const isFilled = (node) => Boolean(node?.value);

export const text = (id, label, get, set, more) => ({
  id,
  label,
  get,
  set,
  component: Text,
  isEdited: isFilled,
  ...more,
});
export const long = (id, label, get, set, more) => ({
  id,
  label,
  get,
  set,
  component: Long,
  isEdited: isFilled,
  ...more,
});
export const tick = (id, label, get, set, more) => ({
  id,
  label,
  get,
  set,
  component: Tick,
  ...more,
});
export const feel = (id, label, get, set, more) => ({
  id,
  label,
  get,
  set,
  component: Feel,
  ...more,
});
export const note = (id, words) => ({ id, text: words, component: Note });
export const press = (id, label, words, act, more) => ({
  id,
  label,
  text: words,
  press: act,
  component: Press,
  ...more,
});

/** A field to choose in; `options()` answers `[{value, label}]`, the empty choice comes first. */
export function choice(id, label, get, set, options, more = {}) {
  const { empty = say("panel.none"), ...others } = more;
  const all = () => (empty === null ? options() : [{ value: "", label: empty }, ...options()]);
  return { id, label, get, set, options: all, component: Choice, isEdited: isFilled, ...others };
}

export const named = (items) => items.map((each) => ({ value: each.id, label: each.name }));

/** The same below the headings that the items name; one heading's items stand together. */
export const grouped = (items) =>
  [...Map.groupBy(items, (each) => each.group)].map(([label, found]) => ({
    label,
    children: named(found),
  }));
