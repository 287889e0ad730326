/* The editor of a form: palette, form, panel and preview.
 *
 * The page says where the document is (data-source of #form-editor); what can be set stands in
 * the JSON island #form-fields.
 */
import { FormEditor } from "@bpmn-io/form-js";
import "@bpmn-io/form-js/dist/assets/form-js.css";
import "@bpmn-io/form-js/dist/assets/form-js-editor.css";
import "./style/studio/form.css";
import { readDocument } from "./studio/asking.js";
import { keepChecking } from "./studio/checking.js";
import { readForm, writeForm } from "./studio/form/documents.js";
import { makeForm } from "./studio/form/editing.js";
import { SupportedFields } from "./studio/form/fields.js";
import { drawPalette } from "./studio/form/palette.js";
import linesModule, { dropBetweenLines } from "./studio/form/lines.js";
import { keepPanel } from "./studio/form/panel.js";
import pathsModule from "./studio/form/paths.js";
import { keepPreview } from "./studio/form/preview.js";
import { keepSaving } from "./studio/saving.js";
import { make, say } from "./studio/words.js";

const place = document.getElementById("form-editor");
const known = JSON.parse(document.getElementById("form-fields").textContent);
const { source, check, preview: previewAddress, path } = place.dataset;

let form = null;
let opened = null;
let isOpening = false;
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

/** Opens a document; what cannot be drawn is told, and stays as it is. */
async function open(text) {
  isOpening = true;
  try {
    opened = readForm(text);
    editor.get("selection").clear();
    await editor.importSchema(opened);
    place.classList.toggle("is-empty", !opened.components.length);
    return true;
  } catch (error) {
    place.querySelector(".sf-canvas").hidden = true;
    const failed = place.querySelector("[data-failed]");
    failed.hidden = false;
    failed.append(make("p", { class: "soft" }, error.message));
    return false;
  } finally {
    isOpening = false;
  }
}

function markProblems(problems) {
  for (const each of place.querySelectorAll(".fjs-element[data-id]")) {
    const own = problems.filter((problem) => problem.element === each.dataset.id);
    each.classList.toggle("has-error", own.some((problem) => !problem.is_warning));
    each.classList.toggle("has-warning", own.length > 0 && own.every((problem) => problem.is_warning));
  }
}

/** Enter goes from a component to its settings, Escape back; it is moved and removed by keys. */
function goBetween(event, panel) {
  const { key, target, altKey } = event;
  if (key === "Escape" && target.closest(".sf-panel")) {
    place.querySelector(".fjs-editor-selected")?.focus();
    return;
  }
  const chosen = target.matches(".fjs-element.fjs-editor-selected") && form.selected();
  if (!chosen || chosen.type === "default") return;
  const deeds = { Enter: () => panel.enter(), Delete: () => form.remove(chosen) };
  const moves = { ArrowUp: () => form.move(chosen, -1), ArrowDown: () => form.move(chosen, 1) };
  const deed = (altKey ? moves : deeds)[key];
  if (!deed) return;
  event.preventDefault();
  event.stopPropagation();
  deed();
}

const first = await readDocument(source);
if (await open(first.text)) {
  form = makeForm(editor, known);
  const panel = keepPanel(place.querySelector(".sf-panel-place"), form, known);
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
    version: first.version,
    read,
    onReplace: async (text) => {
      await open(text);
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
    onChoose: ({ element }) => form.select(element) && place.querySelector(".fjs-editor-selected")?.focus(),
  });
  editor.on("commandStack.changed", () => {
    if (isOpening) return;
    place.classList.toggle("is-empty", !editor.getSchema().components.length);
    saving.changed();
    checking.changed();
    preview.changed();
  });
  editor.on("changed", () => requestAnimationFrame(() => markProblems(problems)));
  for (const button of place.querySelectorAll("[data-command]")) {
    button.addEventListener("click", () => editor.get("editorActions").trigger(button.dataset.command));
  }
  form.select(decodeURIComponent(location.hash.slice(1)));
  place.dataset.ready = "";
}
