/* Opens a draft's document in an editor; what cannot be opened is told, and stays as it is. */
import { Refused, readDocument } from "./asking.js";
import { make, say } from "./words.js";

/** Makes it for an editor: `show(text)` draws a document on `canvas`, [data-failed] says why not. */
export function makeOpening({ canvas, failed, show }) {
  const reason = make("p", { class: "soft" });
  failed.append(reason);
  let isUnderWay = false;

  function tell(message) {
    failed.hidden = message === null;
    canvas.hidden = message !== null;
    reason.textContent = message ?? "";
  }

  /** Opens a text; answers whether it could be. */
  async function open(text) {
    isUnderWay = true;
    try {
      await show(text);
      tell(null);
      return true;
    } catch (error) {
      tell(error.message);
      return false;
    } finally {
      isUnderWay = false;
    }
  }

  return {
    open,
    /** Reads a document and opens it; answers its version, nothing where it could not be. */
    async begin(source) {
      try {
        const { text, version } = await readDocument(source);
        return (await open(text)) ? version : undefined;
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        tell(error.message);
        return undefined;
      }
    },
    /** Whether what changes just now is changed by opening. */
    get isUnderWay() {
      return isUnderWay;
    },
  };
}

/** The element that the page's address asks for, if it can be read. */
export function readAsked() {
  try {
    return decodeURIComponent(location.hash.slice(1));
  } catch {
    return "";
  }
}

/** What a library could not read is gone with the next change: told among the problems. */
export function listLost(warnings) {
  return warnings.map(({ message }) => {
    const [, part = message] = message.match(/<([^>]+)>/) ?? [];
    return { document: "", element: "", message: say("problems.lost", { part }), is_warning: true };
  });
}
