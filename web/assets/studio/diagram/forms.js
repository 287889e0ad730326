/* The forms of the draft's steps: makes a new one for a step, and leads to its editor. */
import { is } from "bpmn-js/lib/util/ModelUtil";
import { Refused, ask } from "../asking.js";
import { make, say } from "../words.js";
import { beginForm, catalogue } from "../catalogue.js";
import { ID } from "./naming.js";
import { chooseForm } from "./panel/user-task.js";

const SUBMITTED = "submit";
const STARTED = "start"; // the one outcome of a form that starts a case

export class Forms {
  static $inject = ["config.studio", "studioEditing"];

  constructor(config, editing) {
    this._draft = config.draft;
    this._process = config.process;
    this._flush = config.flush;
    this._editing = editing;
  }

  _path(id) {
    return `forms/${this._process}/${id}.form`;
  }

  /** Leads to a form's editor when the diagram is saved. */
  async open(id) {
    if (await this._flush()) window.location.assign(`${this._draft}/edit/${this._path(id)}`);
  }

  /** Asks what the new form is called, makes it, and gives it to the step. */
  async make(element) {
    const isTask = is(element, "bpmn:UserTask");
    const asked = isTask ? await askName(element.id) : element.id;
    if (!asked) return;
    const name = element.businessObject.name || asked;
    const form = beginForm(asked, isTask ? SUBMITTED : STARTED);
    try {
      await ask(`${this._draft}/documents/${this._path(asked)}`, {
        method: "PUT",
        body: JSON.stringify(form, null, 2),
        headers: { "If-None-Match": "*", "Content-Type": "application/octet-stream" },
      });
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      await tell(error.message || say("saving.offline"));
      return;
    }
    catalogue.forms.push({ id: asked, name, outcomes: [] });
    chooseForm(this._editing, element, asked);
    await this.open(asked);
  }
}

/** Asks for a form's name: the step takes it as its id. Nothing if the window was closed. */
function askName(suggested) {
  const field = make("input", {
    class: "form-control",
    id: "new-form-name",
    value: suggested,
    required: true,
    pattern: ID.source.replace(/[\^$]/g, ""),
    autocomplete: "off",
    "aria-describedby": "new-form-hint new-form-wrong",
  });
  const wrong = make("p", { id: "new-form-wrong", class: "studio-wrong", role: "alert" });
  const check = () => {
    const isTaken = catalogue.forms.some((each) => each.id === field.value);
    field.setCustomValidity(isTaken ? say("forms.taken") : "");
    wrong.textContent = isTaken ? say("forms.taken") : "";
    return !isTaken;
  };
  const form = make(
    "form",
    { method: "dialog" },
    make("label", { class: "form-label", for: "new-form-name" }, say("forms.name")),
    field,
    make("p", { class: "form-hint", id: "new-form-hint" }, say("forms.name_hint")),
    wrong,
    make(
      "div",
      { class: "actions" },
      make("button", { class: "btn btn-primary", value: "make" }, say("forms.make")),
      make(
        "button",
        { class: "btn", type: "button", onclick: () => dialog.close("") },
        say("pick.close"),
      ),
    ),
  );
  field.addEventListener("input", check);
  form.addEventListener("submit", (event) => {
    if (!check()) event.preventDefault();
  });
  const dialog = make("dialog", { class: "window studio-window", "aria-label": say("forms.new") });
  dialog.append(make("h2", {}, say("forms.new")), form);
  check();
  return show(dialog, () => (dialog.returnValue === "make" ? field.value : undefined));
}

/** Says why something could not be done. */
function tell(words) {
  const close = make(
    "form",
    { method: "dialog", class: "actions" },
    make("button", { class: "btn" }, say("pick.close")),
  );
  const dialog = make(
    "dialog",
    { class: "window studio-window", "aria-label": say("forms.new") },
    make("p", {}, words),
    close,
  );
  return show(dialog, () => undefined);
}

function show(dialog, answer) {
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(answer());
    });
    dialog.showModal();
  });
}

export default { studioForms: ["type", Forms] };
