/* The form as the palette and the panel see it: what it has, and what can be done to it.
 *
 * Whatever changes the form goes through the editor's commands, so all of it can be undone.
 */
import { say } from "../words.js";
import { listAround, titleOf, walk } from "./documents.js";

const NAME = /^[a-z][a-z0-9_]*$/;
const ASKABLE = new Set(["select", "radio", "checklist", "checkbox"]);
const REFERRED = { identityType: ["select", "radio"], sameAs: ["textfield"] };

/** Makes it of an editor; `panels` are the names of the blocks that the server draws, `given` those
 * that the form reads of its process. */
export function makeForm(editor, { types, panels, given }) {
  const modeling = editor.get("modeling");
  const registry = editor.get("formFieldRegistry");
  const selection = editor.get("selection");
  const names = new Map(types.map((each) => [each.type, each.name]));
  const root = () => editor._getState().schema;
  const all = () => [...walk(root().components)];
  const parentOf = (component) => registry.get(component._parent) ?? root();
  const placeOf = (component) => parentOf(component).components.indexOf(component);

  /** A name for something new that nothing has yet: `textfield_2`. */
  function nextName(type) {
    const taken = new Set(all().flatMap(({ id, key, path, properties }) => [id, key, path, properties?.outcome]));
    let number = 1;
    while (taken.has(`${type}_${number}`)) number += 1;
    return `${type}_${number}`;
  }

  /** Adds a component behind the selected one, or into it where it holds others. */
  function add(attributes) {
    const chosen = selection.get();
    const holds = chosen && canHold(chosen, attributes.type);
    const isOutside = !chosen || chosen.type === "default";
    let target = isOutside ? root() : holds ? chosen : parentOf(chosen);
    let place = isOutside || holds ? target.components.length : placeOf(chosen) + 1;
    if (target !== root() && !canHold(target, attributes.type)) {
      target = root();
      place = target.components.length;
    }
    // What is filled in stands above the buttons; the first of them is the main one and stays it.
    const isButton = attributes.type === "button";
    const first = target.components.findIndex((each) => each.type === "button");
    const last = target.components.findLastIndex((each) => each.type === "button");
    if (isOutside && !isButton && first >= 0) place = first;
    if (isButton && !holds && chosen?.type !== "button" && last >= 0) place = last + 1;
    const { components, ...rest } = attributes;
    const made = modeling.addFormField({ ...rest, _parent: target.id }, target, place);
    for (const inner of components ?? []) modeling.addFormField({ ...inner, _parent: made.id }, made, made.components.length);
    selection.set(made);
    return made;
  }

  function canHold(holder, type) {
    if (holder.type === "group") return type !== "dynamiclist" || !listAround(holder, registry);
    const isList = holder.type === "dynamiclist";
    return isList && !["dynamiclist", "group", "button", "filepicker"].includes(type);
  }

  /** Copies a component with all it holds under new names. */
  function copy(component) {
    const taken = new Set(all().flatMap(({ id, key, path }) => [id, key, path]));
    const fresh = (name) => {
      const stem = name.replace(/_\d+$/, "");
      let number = 2;
      while (taken.has(`${stem}_${number}`)) number += 1;
      taken.add(`${stem}_${number}`);
      return `${stem}_${number}`;
    };
    const renew = ({ _parent, _path, layout, ...rest }) => {
      const name = fresh(rest.key ?? rest.path ?? rest.id);
      const made = { ...structuredClone(rest), id: name };
      if (rest.key) made.key = name;
      if (rest.path) made.path = name;
      if (rest.properties?.outcome) made.properties.outcome = name;
      if (rest.components) made.components = rest.components.map(renew);
      return made;
    };
    const chosen = renew(component);
    const parent = parentOf(component);
    put(chosen, parent, placeOf(component) + 1);
  }

  function put({ components, ...rest }, target, place) {
    const holds = components ? { components: [] } : {};
    const made = modeling.addFormField({ ...rest, ...holds, _parent: target.id }, target, place);
    components?.forEach((inner, number) => put(inner, made, number));
    selection.set(made);
  }

  function move(component, by) {
    const parent = parentOf(component);
    const from = placeOf(component);
    const to = from + by;
    if (to < 0 || to >= parent.components.length) return;
    // A place behind itself is counted before it is taken out.
    modeling.moveFormField(component, parent, parent, from, by > 0 ? to + 1 : to, null, null);
    selection.set(component);
  }

  function putInto(component, id) {
    const from = parentOf(component);
    const to = registry.get(id) ?? root();
    if (from === to) return;
    modeling.moveFormField(component, from, to, placeOf(component), to.components.length, null, null);
    selection.set(component);
  }

  /** Where a component may stand: the form, and what holds others and is not within it. */
  function placesFor(component) {
    const own = new Set([...walk([component])]);
    const holders = all().filter((each) => !own.has(each) && canHold(each, component.type));
    const inside = new Set([...walk(component.components)].map((each) => each.type));
    const able = holders.filter((each) => !(inside.has("dynamiclist") && (each.type === "dynamiclist" || listAround(each, registry))));
    const here = parentOf(component);
    if (here !== root() && !able.includes(here)) able.unshift(here);
    return [
      { id: root().id, title: say("form.the-form") },
      ...able.map((each) => ({ id: each.id, title: titleOf(each, names) })),
    ];
  }

  /** Changes a setting; the id of a field follows its name in the data while they are the same. */
  function set(component, setting, change) {
    const before = component[setting.name];
    const isName = setting.place === "attribute" && ["key", "path"].includes(setting.name);
    const isFree = isName && !registry.get(change[setting.name]);
    const renames = isFree && component.id === before;
    modeling.editFormField(component, renames ? { ...change, id: change[setting.name] } : change);
    // What gets another id is let go by the editor.
    if (selection.get() !== component) selection.set(component);
  }

  /** What is wrong with a name, in words, or nothing. */
  function problemOfName(component, { place, name }, value) {
    if (place === "property" && value === "") return null;
    if (value === "") return say("form.name-empty");
    if (place === "attribute" && name === "id" ? value.length > 100 : !NAME.test(value)) return say("form.name-wrong");
    const others = all().filter((each) => each !== component);
    if (place === "property") {
      const isTaken = name === "outcome" && others.some((each) => each.properties?.outcome === value);
      return isTaken ? say("form.name-taken", { value }) : null;
    }
    if (name === "id") return registry.get(value) && registry.get(value) !== component ? say("form.name-taken", { value }) : null;
    const list = listAround(component, registry);
    const beside = others.filter((each) => listAround(each, registry) === list);
    const isTaken = beside.some((each) => each.key === value || each.path === value);
    return isTaken ? say("form.name-taken", { value }) : null;
  }

  return {
    add,
    nextName,
    copy,
    move,
    putInto,
    placesFor,
    set,
    problemOfName,
    has: (component) => registry.get(component.id) === component,
    edit: (component, properties) => modeling.editFormField(component, properties),
    remove: (component) => modeling.removeFormField(component, parentOf(component), placeOf(component)),
    selected: () => selection.get(),
    select: (id) => {
      const found = id && registry.get(id);
      if (found) selection.set(found);
      return Boolean(found);
    },
    onSelect: (hear) => editor.on("selection.changed", hear),
    onChange: (hear) => editor.on("commandStack.changed", hear),
    keys: (component, { name }) =>
      all()
        .filter((each) => each !== component && each.key && REFERRED[name].includes(each.type))
        .map((each) => ({ value: each.key, label: `${titleOf(each, names)} (${each.key})` })),
    /** Fields whose answer a condition of the component may ask for: of its row or of the form. */
    askable: (component) => {
      const own = new Set(walk([component]));
      const around = listAround(component, registry);
      return all().filter(
        (each) => ASKABLE.has(each.type) && !own.has(each) && [null, around].includes(listAround(each, registry)),
      );
    },
    /** What an expression of the component may read, with its words: of the form, then of its process. */
    names: (component) => {
      const around = listAround(component, registry);
      const own = all()
        .filter((each) => (each.key || each.path) && [null, around].includes(listAround(each, registry)))
        .map((each) => ({ name: each.key ?? each.path, label: titleOf(each, names) }));
      return [...own, ...given.map((name) => ({ name, label: say("form.given") }))];
    },
    outcomes: () =>
      all()
        .filter((each) => each.properties?.outcome)
        .map((each) => ({ value: each.properties.outcome, label: each.label || each.properties.outcome })),
    panels: (_component, { name }) =>
      (name === "panel" ? panels : all().map((each) => each.properties?.panel).filter(Boolean)).map((each) => ({
        value: each,
        label: each,
      })),
  };
}
