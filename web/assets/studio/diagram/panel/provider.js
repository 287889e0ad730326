/* What the panel shows: our groups, the mappings of the Zeebe provider and the fields of an
 * operation's template, in one order. What a process here cannot say is not shown. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { say } from "../../words.js";
import { describe, getEvent } from "../kinds.js";
import {
  callGroup,
  decisionGroup,
  operationGroup,
  operationOf,
  readOperation,
  scriptGroup,
} from "./automatic.js";
import { group } from "./entries.js";
import { boundaryGroup, errorGroup, messageGroup, timerGroup } from "./events.js";
import { knowFunctions } from "./functions.js";
import { documentationGroup, generalGroup, idEntry } from "./general.js";
import { ruleEntries, startGroup, statusGroup, workGroup } from "./user-task.js";
import { flowGroup, gatewayNote, waysGroup } from "./ways.js";

const EARLY = 2000; // before the libraries draw
const LAST = 100; // after the libraries' providers, so that theirs can be chosen from

/** Which steps are offered a list of what goes in or comes out. */
const MAPPED = {
  inputs: ["bpmn:ServiceTask", "bpmn:CallActivity"],
  outputs: ["bpmn:UserTask", "bpmn:ServiceTask", "bpmn:CallActivity"],
};

const OURS = [
  generalGroup,
  workGroup,
  startGroup,
  operationGroup,
  scriptGroup,
  decisionGroup,
  callGroup,
  waysGroup,
  flowGroup,
  gatewayNote,
  messageGroup,
  timerGroup,
  errorGroup,
  boundaryGroup,
];

class StudioProvider {
  static $inject = ["propertiesPanel", "injector", "translate"];

  constructor(propertiesPanel, injector, translate) {
    this._injector = injector;
    this._translate = translate;
    propertiesPanel.registerProvider(LAST, this);
  }

  _services() {
    const names = ["modeling", "elementTemplates", "variableResolver", "elementRegistry"];
    const found = Object.fromEntries(names.map((name) => [name, this._injector.get(name)]));
    const [editing, forms, drawing] = ["studioEditing", "studioForms", "studioDrawing"].map(
      (name) => this._injector.get(name),
    );
    return { ...found, editing, forms, drawing };
  }

  getGroups(element) {
    return (theirs) => {
      const services = this._services();
      const ours = OURS.map((make) => make(element, services));
      const groups = [
        ...ours,
        ...this._mappings(element, theirs),
        statusGroup(element, services),
        documentationGroup(element, services),
        advancedGroup(element, services),
      ];
      return groups
        .filter(Boolean)
        .map((each) => knowFunctions({ ...each, translate: this._translate }));
    };
  }

  /** Of a known operation its template's fields, else the plain lists of what goes in and out. */
  _mappings(element, theirs) {
    const fields = theirs.filter((each) =>
      each.id.startsWith("ElementTemplates__CustomProperties"),
    );
    const lists = theirs.filter((each) => each.id in MAPPED && isMapped(element, each));
    if (fields.length) return fields.map((each) => ({ ...each, shouldOpen: true }));
    return lists.map((each) => ({ ...each, label: say(`panel.${each.id}`) }));
  }
}

/** Only some steps are given something and have something to remember; elsewhere a mapping is
 * shown that is there. */
function isMapped(element, { id, items }) {
  const isMessage = id === "outputs" && getEvent(element)?.$type === "bpmn:MessageEventDefinition";
  return items.length > 0 || isMessage || MAPPED[id].some((type) => is(element, type));
}

function advancedGroup(element, services) {
  const entries = [...ruleEntries(element, services), idEntry(element, services)].filter(Boolean);
  return entries.length
    ? group("studio-advanced", say("panel.advanced"), entries, { shouldOpen: false })
    : null;
}

/** A service task is of its operation's template, whoever drew it: no mark in the document. */
function knowTemplates(elementTemplates, eventBus) {
  let known = new Map();
  eventBus.on("elementTemplates.changed", () => {
    known = new Map(elementTemplates.getAll().map((each) => [operationOf(each), each]));
  });
  elementTemplates._getTemplateId = (element) => known.get(readOperation(element))?.id;
  elementTemplates._getTemplateVersion = (element) => known.get(readOperation(element))?.version;
}
knowTemplates.$inject = ["elementTemplates", "eventBus"];

/** A gateway's fields are about its ways, too: when these change they are drawn anew. */
function watchWays(eventBus, selection) {
  eventBus.on("commandStack.changed", () => {
    const [chosen] = selection.get();
    if (is(chosen, "bpmn:ExclusiveGateway")) eventBus.fire("propertiesPanel.providersChanged");
  });
}
watchWays.$inject = ["eventBus", "selection"];

/** The large editor of an expression says whose it is: nobody knows “bpmn:ExclusiveGateway”. */
function titlePopups(eventBus) {
  eventBus.on("propertiesPanelPopup.open", EARLY, ({ config }) => {
    config.title = say("panel.of", { name: describe(config.element), label: config.label });
  });
}
titlePopups.$inject = ["eventBus"];

export default {
  __init__: ["studioProvider", knowTemplates, watchWays, titlePopups],
  studioProvider: ["type", StudioProvider],
};
