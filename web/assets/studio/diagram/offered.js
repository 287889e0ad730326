/* Takes out of the library's palette and menus what a process may not have. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { say } from "../words.js";
import { ENTRIES, KINDS, nameKind, shapeOf } from "./kinds.js";

const LAST = 100; // after every provider of the libraries

const TOOLS = ["hand-tool", "lasso-tool", "space-tool", "global-connect-tool", "tool-separator"];
const DRAWN = ["create.start-event", "create.end-event", "create.exclusive-gateway"];
const PAD = [
  "append.end-event",
  "append.gateway",
  "append.text-annotation",
  "append",
  "connect",
  "replace",
  "delete",
  "lane-insert-above",
  "lane-insert-below",
  "lane-divide-two",
  "lane-divide-three",
  "align-elements",
  "distribute-elements",
];

const keep = (entries, names) =>
  Object.fromEntries(names.filter((name) => entries[name]).map((name) => [name, entries[name]]));

/** What a menu offers, by the name of its entry: `replace-with-user-task`, `append-user-task`. */
function keepSupported(entries) {
  return Object.fromEntries(
    Object.entries(entries).filter(([name]) =>
      ENTRIES.has(name.replace(/^(replace-with|append|create)-/, "")),
    ),
  );
}

class Offered {
  static $inject = [
    "palette",
    "contextPad",
    "popupMenu",
    "elementFactory",
    "create",
    "autoPlace",
    "modeling",
  ];

  constructor(palette, contextPad, popupMenu, elementFactory, create, autoPlace, modeling) {
    this._factory = elementFactory;
    this._create = create;
    this._autoPlace = autoPlace;
    this._modeling = modeling;
    palette.registerProvider(LAST, this);
    contextPad.registerProvider(LAST, this);
    for (const menu of ["bpmn-replace", "bpmn-append", "bpmn-create"]) {
      popupMenu.registerProvider(menu, LAST, {
        getPopupMenuEntries: () => keepSupported,
        getPopupMenuHeaderEntries: () => () => ({}), // loops and repeats
      });
    }
  }

  getPaletteEntries() {
    return (entries) => ({
      ...keep(entries, TOOLS),
      ...keep(entries, DRAWN.slice(0, 1)),
      ...this._drawable("user_task"),
      ...this._drawable("service_task"),
      ...keep(entries, DRAWN.slice(2)),
      ...keep(entries, DRAWN.slice(1, 2)),
      ...keep(entries, ["create"]),
    });
  }

  /** An entry of the palette that is drawn by hand: pressed, or dragged onto the canvas. */
  _drawable(key) {
    const found = KINDS.find((each) => each.key === key);
    const start = (event) => this._create.start(event, this._factory.createShape(shapeOf(found)));
    return {
      [`create.${found.entry}`]: {
        group: "activity",
        className: found.icon,
        title: say("offered.create", { kind: nameKind(key) }),
        action: { click: start, dragstart: start },
      },
    };
  }

  getContextPadEntries(element) {
    return (entries) => {
      const chosen = keep(entries, PAD);
      return entries["append.append-task"]
        ? { ...this._appendable(element, "user_task"), ...chosen }
        : chosen;
    };
  }

  getMultiElementContextPadEntries() {
    return (entries) => keep(entries, PAD);
  }

  _appendable(element, key) {
    const found = KINDS.find((each) => each.key === key);
    const make = () => this._factory.createShape(shapeOf(found));
    if (!is(element, "bpmn:FlowNode")) return {};
    return {
      "append.user-task": {
        group: "model",
        className: "bpmn-icon-user-task",
        title: say("offered.append", { kind: nameKind(key) }),
        action: {
          click: () => this._autoPlace.append(element, make()),
          dragstart: (event) => this._create.start(event, make(), { source: element }),
        },
      },
    };
  }
}

export default { __init__: ["studioOffered"], studioOffered: ["type", Offered] };
