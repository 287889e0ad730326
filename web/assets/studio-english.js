/* Saves the English texts while they are typed; without this the page is a plain form.
 *
 * The document is read anew, so that texts of other people that stand elsewhere are kept.
 */
import "./style/studio/english.css";
import { readDocument } from "./studio/asking.js";
import { keepSaving } from "./studio/saving.js";
import { make, say, sayCount } from "./studio/words.js";

const page = document.getElementById("english");
const fields = [...page.querySelectorAll("[name^='text.']")];
const nameOf = (field) => field.name.slice("text.".length);

async function keep() {
  const first = await readDocument(page.dataset.source);
  const removed = new Map(); // what was left over, by key: taken back it is as it was
  let texts = JSON.parse(first.text);

  const read = () => {
    const kept = Object.entries(texts).filter(([, text]) => text !== "");
    return `${JSON.stringify(Object.fromEntries(kept), null, 2)}\n`;
  };
  const saving = keepSaving({
    address: page.dataset.source,
    version: first.version,
    read,
    onReplace: (text) => {
      texts = JSON.parse(text);
      for (const field of fields) field.value = texts[nameOf(field)] ?? "";
      for (const box of page.querySelectorAll("[name=drop]")) box.checked = !(box.value in texts);
      count();
    },
  });

  function count() {
    const missing = fields.filter((field) => !field.value.trim());
    for (const field of fields) field.closest(".en-row").classList.toggle("is-missing", missing.includes(field));
    const words = missing.length ? sayCount("english.missing", missing.length) : say("english.none");
    const kind = missing.length ? "awaiting_hours" : "passed";
    page.querySelector("[data-count] .status").replaceWith(make("span", { class: `status status-${kind}` }, words));
  }

  page.addEventListener("input", ({ target }) => {
    if (!fields.includes(target)) return;
    texts[nameOf(target)] = target.value.trim();
    count();
    saving.changed();
  });
  page.addEventListener("change", ({ target }) => {
    if (target.name !== "drop") return;
    if (target.checked) {
      removed.set(target.value, texts[target.value]);
      delete texts[target.value];
    } else texts[target.value] = removed.get(target.value) ?? "";
    saving.changed();
  });
  page.querySelector("form").addEventListener("submit", async (event) => {
    event.preventDefault();
    await saving.flush();
  });
}

if (page.dataset.there === "yes") keep();
