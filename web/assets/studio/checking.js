/* Has a draft checked while it is edited, and lists what was found.
 *
 * `keepChecking({ address, path, read, show, onChoose })` sends the document as it stands, laid
 * over the draft; answers that come after a newer question are dropped. The list stands in
 * [data-problems], how many there are in every [data-problem-count].
 */
import { Refused, ask } from "./asking.js";
import { make, say, sayCount } from "./words.js";

const PAUSE_MS = 400;
const AGAIN_MS = 5000;

/** Checks from now on. Where given, `onVariables` hears which variables exist at which element,
 * and `reword` gives a problem of this document in the page's own words. */
export function keepChecking({ address, path, read, show, onChoose, onVariables, reword }) {
  let timer = null;
  let asking = null;
  let told = null; // nothing is known before the first answer
  let own = [];
  const place = document.querySelector("[data-problems]");
  const count = make("p", { class: "problems-count", role: "status" });
  const lists = make("div");

  const isHere = (problem) => !problem.document || problem.document === path;

  function plan(pause) {
    clearTimeout(timer);
    timer = setTimeout(check, pause);
  }

  async function check() {
    asking?.abort();
    const mine = new AbortController();
    asking = mine;
    try {
      const json = { path, content: await read(), variables: Boolean(onVariables) };
      const answer = await ask(address, { json, signal: mine.signal });
      if (asking !== mine) return;
      told = answer.problems.map((each) => (reword && isHere(each) ? reword(each) : each));
      show?.(told, answer.counts);
      onVariables?.(answer.variables ?? {});
      list();
    } catch (error) {
      if (error.name === "AbortError" || asking !== mine) return;
      if (!(error instanceof Refused)) throw error;
      if (error.status === 0 || error.status >= 500 || error.status === 429) plan(AGAIN_MS);
    }
  }

  function list() {
    const problems = [...told, ...own];
    const errors = problems.filter((each) => !each.is_warning).length;
    const counts = { errors, warnings: problems.length - errors };
    for (const each of document.querySelectorAll("[data-problem-count]")) {
      each.textContent = counts.errors + counts.warnings || "";
      each.classList.toggle("has-errors", counts.errors > 0);
      each.setAttribute("aria-label", describe(counts));
    }
    if (!place) return;
    // Said when it is another number; the same one again would only be in the way.
    if (count.textContent !== describe(counts)) count.textContent = describe(counts);
    const focused = place.contains(document.activeElement)
      ? document.activeElement.dataset.key
      : null;
    const [here, away] = part(problems, isHere);
    const [others, elsewhere] = part(away, (problem) => problem.address);
    lists.replaceChildren(
      ...(here.length ? [make("ul", { class: "problems" }, ...here.map(line))] : []),
      ...listBelow("problems.elsewhere", elsewhere),
      ...listBelow("problems.others", others),
    );
    if (focused)
      [...place.querySelectorAll("[data-key]")]
        .find((each) => each.dataset.key === focused)
        ?.focus();
  }

  function listBelow(title, problems) {
    if (!problems.length) return [];
    return [
      make("h3", { class: "problems-elsewhere" }, say(title)),
      make("ul", { class: "problems" }, ...problems.map(line)),
    ];
  }

  function line(problem) {
    const kind = problem.is_warning ? "warning" : "error";
    const key = `${problem.document} ${problem.element} ${problem.message}`;
    const sign = make("span", { class: "problem-kind" }, say(`problems.${kind}`));
    const words = [sign, make("span", { class: "problem-words" }, problem.message)];
    const choice = isHere(problem)
      ? make(
          "button",
          { type: "button", "data-key": key, onclick: () => onChoose?.(problem) },
          ...words,
        )
      : make("a", { href: elsewhereAddress(problem), "data-key": key }, ...words);
    return make("li", { class: `problem problem-${kind}` }, choice);
  }

  function elsewhereAddress(problem) {
    if (problem.address) return problem.address; // of another process
    const draft = address.slice(0, address.lastIndexOf("/"));
    const element = problem.element ? `#${encodeURIComponent(problem.element)}` : "";
    return `${draft}/edit/${problem.document}${element}`;
  }

  count.textContent = place?.textContent.trim() ?? "";
  place?.replaceChildren(count, lists);
  plan(0);
  return {
    changed: () => plan(PAUSE_MS),
    /** Lists beside the server's problems those that the page itself sees. */
    add(problems) {
      own = problems;
      if (told) list();
    },
  };
}

/** Says how many problems there are, in words. */
function describe({ errors, warnings }) {
  if (!errors && !warnings) return say("problems.none");
  const parts = [];
  if (errors) parts.push(sayCount("problems.errors", errors));
  if (warnings) parts.push(sayCount("problems.warnings", warnings));
  return parts.join(say("presence.comma"));
}

function part(items, test) {
  return [items.filter(test), items.filter((each) => !test(each))];
}
