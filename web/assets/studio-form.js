/* The editor of a form: palette, form, panel and preview.
 *
 * The page says where the document is (data-source of #form-editor); what can be set stands in
 * the JSON island #form-fields.
 */
import { FormEditor } from "@bpmn-io/form-js";
import "@bpmn-io/form-js/dist/assets/form-js.css";
import "@bpmn-io/form-js/dist/assets/form-js-editor.css";
import "./style/studio/form.css";
import { keepChecking } from "./studio/checking.js";
import { readForm, writeForm } from "./studio/form/documents.js";
import { makeForm } from "./studio/form/editing.js";
import { SupportedFields } from "./studio/form/fields.js";
import { drawPalette } from "./studio/form/palette.js";
import linesModule, { dropBetweenLines } from "./studio/form/lines.js";
import { keepPanel } from "./studio/form/panel.js";
import pathsModule from "./studio/form/paths.js";
import { keepPreview } from "./studio/form/preview.js";
import { makeOpening, readAsked } from "./studio/opening.js";
import { keepSaving } from "./studio/saving.js";
import { say } from "./studio/words.js";

const place = document.getElementById("form-editor");
const known = JSON.parse(document.getElementById("form-fields").textContent);
const { source, check, preview: previewAddress, path } = place.dataset;

let form = null;
let opened = null;
const editor = new FormEditor({
  container: place.querySelector(".sf-canvas"),
  // Ours stand in their places.
  propertiesPanel: { parent: document.createElement("div") },
  palette: { parent: document.createElement("div") },
  properties: { ariaLabel: say("form.canvas") },
  additionalModules: [
    {
      formFields: ["value", new SupportedFields(known.types, (type) => form.nextName(type))],
      propertiesPanel: ["value", { attachTo() {}, registerProvider() {} }],
      propertiesProvider: ["value", null],
    },
    linesModule,
    pathsModule,
  ],
});
dropBetweenLines(editor);
place.style.setProperty("--sf-drop-here", JSON.stringify(say("form.drop-here")));
const read = () => writeForm(editor.getSchema(), opened);

const opening = makeOpening({
  canvas: place.querySelector(".sf-canvas"),
  failed: place.querySelector("[data-failed]"),
  show: async (text) => {
    opened = readForm(text);
    editor.get("selection").clear();
    await editor.importSchema(opened);
    place.classList.toggle("is-empty", !opened.components.length);
  },
});

function markProblems(problems) {
  for (const each of place.querySelectorAll(".fjs-element[data-id]")) {
    const own = problems.filter((problem) => problem.element === each.dataset.id);
    each.classList.toggle("has-error", own.some((problem) => !problem.is_warning));
    each.classList.toggle("has-warning", own.length > 0 && own.every((problem) => problem.is_warning));
  }
}

/** Goes to the chosen component, once it is drawn where it stands now. */
function goToChosen() {
  requestAnimationFrame(() => place.querySelector(".fjs-editor-selected")?.focus());
}

/** Enter goes from a component to its settings, Escape back; it is moved and removed by keys. */
function goBetween(event, panel) {
  const { key, target, altKey } = event;
  if (key === "Escape" && target.closest(".sf-panel")) {
    goToChosen();
    return;
  }
  const chosen = target.matches(".fjs-element.fjs-editor-selected") && form.selected();
  if (!chosen || chosen.type === "default") return;
  const change = {
    Delete: () => form.remove(chosen),
    "Alt+ArrowUp": () => form.move(chosen, -1),
    "Alt+ArrowDown": () => form.move(chosen, 1),
  }[altKey ? `Alt+${key}` : key];
  if (!change && key !== "Enter") return;
  event.preventDefault();
  event.stopPropagation();
  if (!change) {
    panel.enter();
    return;
  }
  change();
  goToChosen();
}

const version = await opening.begin(source);
if (version !== undefined) {
  form = makeForm(editor, known);
  const panel = keepPanel(place.querySelector(".sf-panel-place"), form, { ...known, leave: goToChosen });
  const add = (type) => {
    form.add({ type });
    // The editor goes to what is new first.
    requestAnimationFrame(() => panel.enter());
  };
  drawPalette(place.querySelector(".sf-palette"), { types: known.types, parts: known.palette, add });
  place.addEventListener("keydown", (event) => goBetween(event, panel));
  const preview = keepPreview(place.querySelector(".sf-preview"), { address: previewAddress, path, read });
  let problems = [];
  const saving = keepSaving({
    address: source,
    version,
    read,
    onReplace: async (text) => {
      await opening.open(text);
      checking.changed();
      preview.changed();
    },
  });
  const checking = keepChecking({
    address: check,
    path,
    read,
    show: (found) => {
      problems = found.filter((each) => !each.document || each.document === path);
      markProblems(problems);
      panel.tell(problems);
    },
    onChoose: ({ element }) => form.select(element) && goToChosen(),
  });
  editor.on("commandStack.changed", () => {
    if (opening.isUnderWay) return;
    place.classList.toggle("is-empty", !editor.getSchema().components.length);
    saving.changed();
    checking.changed();
    preview.changed();
  });
  editor.on("changed", () => requestAnimationFrame(() => markProblems(problems)));
  for (const button of place.querySelectorAll("[data-command]")) {
    button.addEventListener("click", () => editor.get("editorActions").trigger(button.dataset.command));
  }
  form.select(readAsked());
  place.dataset.ready = "";
}
