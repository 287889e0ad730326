/* Asks whose document stays, where two people changed one. */
import { language, make, say } from "./words.js";

const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });

/** Answers "theirs", "mine" or "later" (the window was closed); mine can be kept as a file. */
export function askWhose(theirs, mine) {
  const values = {
    name: theirs.changed_by ?? say("conflict.somebody"),
    time: theirs.changed_at ? moment.format(new Date(theirs.changed_at)) : "",
  };
  const address = URL.createObjectURL(new Blob([mine.text]));
  const dialog = make(
    "dialog",
    { class: "window studio-window", "aria-labelledby": "conflict-title" },
    // Who types on while this opens has not chosen anything: no button has the focus yet.
    make("h2", { id: "conflict-title", tabindex: "-1", autofocus: true }, say("conflict.title")),
    make("p", {}, say("conflict.who", values)),
    make("p", { class: "soft" }, say("conflict.choose")),
    make(
      "form",
      { method: "dialog", class: "stack" },
      make("button", { class: "btn btn-primary", value: "theirs" }, say("conflict.theirs")),
      make("button", { class: "btn", value: "mine" }, say("conflict.mine")),
      make(
        "a",
        { class: "btn btn-link", href: address, download: mine.path.split("/").pop() },
        say("saving.download"),
      ),
    ),
  );
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      URL.revokeObjectURL(address);
      resolve(dialog.returnValue || "later");
    });
    dialog.showModal();
  });
}
