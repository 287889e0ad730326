/* Asks the server for JSON, with the token that shows the request was meant. */

const PATIENCE_MS = 30000;

/** The server said no, with a sentence and a status; status 0 is: nobody answered. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.message ?? "");
    this.status = status;
    this.answer = answer ?? {};
  }

  /** Whether the same may be taken a moment later: nobody answered, or somebody had no time. */
  get isPassing() {
    return this.status === 0 || this.status === 429 || this.status >= 500;
  }
}

/** Sends a request and answers its JSON; raises Refused for everything that is not a yes. */
export async function ask(address, options = {}) {
  try {
    return await send(address, options);
  } catch (error) {
    // Who signed in again in another window has another token; who did not, none.
    if (error.status !== 403) throw error;
    const token = await readToken();
    if (!token) throw new Refused(401, error.answer);
    if (token === document.body.dataset.csrf) throw error;
    document.body.dataset.csrf = token;
    return send(address, options);
  }
}

async function send(address, { method = "POST", json, body, headers = {}, signal, keepalive }) {
  const sent = {
    Accept: "application/json",
    "X-CSRF-Token": document.body.dataset.csrf,
    ...headers,
  };
  if (json !== undefined) sent["Content-Type"] = "application/json";
  const { response, text } = await fetchText(address, {
    method,
    headers: sent,
    body: json === undefined ? body : JSON.stringify(json),
    signal,
    redirect: "error",
    keepalive,
  });
  const answer = readJson(text);
  if (!response.ok) throw new Refused(response.status, answer);
  if (!answer) throw new Refused(0); // something on the way answered, not our server
  return answer;
}

/** Reads a document's text and its version, which stands in the ETag. */
export async function readDocument(address) {
  const { response, text } = await fetchText(address, { cache: "no-store" });
  if (!response.ok) throw new Refused(response.status, readJson(text));
  const version = Number((response.headers.get("ETag") ?? "").replace(/\D/g, ""));
  return { text, version };
}

/** Fetches and reads to the end; what takes too long or breaks off is no answer. */
async function fetchText(address, { signal, ...options }) {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  try {
    const response = await fetch(address, {
      ...options,
      signal: signal ? AbortSignal.any([signal, patience]) : patience,
    });
    return { response, text: await response.text() };
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0);
  }
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** The token of this page as it would be drawn now; nothing if it would be another page. */
async function readToken() {
  const { text } = await fetchText(location.href, { cache: "no-store" });
  return new DOMParser().parseFromString(text, "text/html").body.dataset.csrf;
}

/** The draft that a document belongs to, from the document's address. */
export function splitAddress(address) {
  const [draft, path] = address.split("/documents/");
  return { draft, path: decodeURIComponent(path) };
}
