/* Only what our server understands is offered: decisions, input data, notes; FEEL alone. */
const HIDDEN = ["create.knowledge-source", "create.business-knowledge-model", "append.knowledge-source", "append.business-knowledge-model"];
const LATE = 100;

/** Takes entries out that other providers gave. */
class OnlySupported {
  static $inject = ["palette", "contextPad"];

  constructor(palette, contextPad) {
    palette.registerProvider(LATE, this);
    contextPad.registerProvider(LATE, this);
  }

  getPaletteEntries() {
    return without;
  }

  getContextPadEntries() {
    return without;
  }
}

function without(entries) {
  return Object.fromEntries(Object.entries(entries).filter(([key]) => !HIDDEN.includes(key)));
}

/** A name that people read is changed without changing the one that expressions read. */
const keepsVariables = { nameChangeBehavior: ["value", null] };

export const drdModule = { __init__: ["onlySupported"], onlySupported: ["type", OnlySupported], ...keepsVariables };
export const tableModule = keepsVariables;

/** What a cell may be written in, and of which types columns may be. */
export const expressionLanguages = { options: [{ value: "feel", label: "FEEL" }], defaults: { editor: "feel" } };
export const dataTypes = ["string", "boolean", "number", "date", "time", "dateTime", "dayTimeDuration", "yearMonthDuration", "Any"];
