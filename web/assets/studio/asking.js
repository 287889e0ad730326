/* Asks the server for JSON, with the token that shows the request was meant. */

/** The server said no, with a sentence and a status; status 0 is: nobody answered. */
export class Refused extends Error {
  constructor(status, answer) {
    super(answer?.message ?? "");
    this.status = status;
    this.answer = answer ?? {};
  }
}

/** Sends a request and answers its JSON; raises Refused for everything that is not a yes. */
export async function ask(address, { method = "POST", json, body, headers = {}, signal } = {}) {
  const sent = {
    Accept: "application/json",
    "X-CSRF-Token": document.body.dataset.csrf,
    ...headers,
  };
  if (json !== undefined) sent["Content-Type"] = "application/json";
  let response;
  try {
    response = await fetch(address, {
      method,
      headers: sent,
      body: json === undefined ? body : JSON.stringify(json),
      signal,
      redirect: "error",
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Refused(0);
  }
  const isJson = response.headers.get("Content-Type")?.includes("json");
  const answer = isJson ? await response.json() : null;
  if (!response.ok) throw new Refused(response.status, answer);
  return answer;
}

/** Reads a document's text and its version, which stands in the ETag. */
export async function readDocument(address) {
  const response = await fetch(address, { cache: "no-store" });
  if (!response.ok) throw new Refused(response.status);
  const version = Number((response.headers.get("ETag") ?? "").replace(/\D/g, ""));
  return { text: await response.text(), version };
}

/** The draft that a document belongs to, from the document's address. */
export function splitAddress(address) {
  const [draft, path] = address.split("/documents/");
  return { draft, path: decodeURIComponent(path) };
}
