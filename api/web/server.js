/** The Dateline server as the page sees it: every request, and failures put into words for people. */

import { eventsOf } from "./sse.js";

// The server sends a ping every 15 s, so this much silence means that it is gone.
const SILENCE_MS = 60_000;

/** What went wrong, as a sentence for a person. `reference` is the server's id of the request, if it gave one. */
export class Failure extends Error {
  constructor(message, reference = null) {
    super(message);
    this.name = "Failure";
    this.reference = reference;
  }
}

const UNREACHABLE = "The Dateline server cannot be reached. Check that it is running, then try again.";
const BROKEN = "The connection broke before the answer was complete. Try again.";
const UNREADABLE = "The server answered with something this page cannot read.";

/** The collection named in the page's address (`/?collection=name`), or null for the default one. */
export const collection = new URLSearchParams(location.search).get("collection") || null;

/**
 * Ask: `request` holds the members of `POST /v1/ask` but for the collection. Yields `{event, data}` with parsed data,
 * ending with `answer.completed`. Throws a Failure for everything that goes wrong, and the browser's AbortError when
 * `signal` stops it.
 */
export async function* ask(request, signal) {
  const body = { ...request, stream: true, ...(collection && { collection }) };
  const watch = new SilenceWatch(signal);
  try {
    const response = await send("/v1/ask", {
      method: "POST",
      headers: { "Content-Type": "application/json", Accept: "text/event-stream" },
      body: JSON.stringify(body),
      signal: watch.signal,
    });
    if (response.headers.get("Content-Type")?.includes("json")) {
      yield { event: "answer.completed", data: await parsed(response) };
      return;
    }
    yield* answerEvents(response.body.pipeThrough(watch.through()));
  } catch (error) {
    if (signal.aborted) throw new DOMException("Stopped", "AbortError");
    throw error instanceof Failure ? error : new Failure(BROKEN);
  } finally {
    watch.end();
  }
}

async function* answerEvents(stream) {
  for await (const { event, data } of eventsOf(stream)) {
    let value;
    try {
      value = JSON.parse(data);
    } catch {
      throw new Failure(UNREADABLE);
    }
    if (event === "error") throw failureOf(value, null, null);
    yield { event, data: value };
    if (event === "answer.completed") return;
  }
  throw new Failure(BROKEN);
}

/** Aborts a request when the person stops it or when nothing at all has arrived for a long time. */
class SilenceWatch {
  #controller = new AbortController();
  #timer = null;

  constructor(signal) {
    signal.addEventListener("abort", () => this.#controller.abort(), { once: true });
    this.#wait();
  }

  get signal() {
    return this.#controller.signal;
  }

  through() {
    return new TransformStream({
      transform: (chunk, controller) => {
        this.#wait();
        controller.enqueue(chunk);
      },
    });
  }

  end() {
    clearTimeout(this.#timer);
  }

  #wait() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#controller.abort(), SILENCE_MS);
  }
}

/** One revision of an article; the current one when `revision` is null. */
export const article = (id, revision) =>
  getJson(`/v1/articles/${encodeURIComponent(id)}`, { revision, collection });

/** The newest articles, at most `limit`, with `words` in their titles. */
export const articles = async (limit, words, signal) =>
  listOf(await getJson("/v1/articles", { limit, q: words || null, collection }, signal));

/** The current wordings of all articles that carry the text of this one. */
export const copies = async (id) => listOf(await getJson(`/v1/articles/${encodeURIComponent(id)}/cluster`, { collection }));

let asked = null;
let known = null;

/** What articles can be narrowed by, and the dates they cover; null when the server does not say. Asked for once. */
export function facets() {
  asked ??= getJson("/v1/facets", { collection }).then(
    (found) => (known = found),
    () => (asked = null),
  );
  return asked;
}

/** The same as far as it has come. */
export const facetsNow = () => known;

/** The newest jobs of ingest, and the feeds that are polled. */
export const jobs = async () => listOf(await getJson("/v1/jobs", { limit: 5 }).catch(() => null));
export const feeds = async () => listOf(await getJson("/v1/feeds", {}).catch(() => null));

/** Questions that this corpus can answer; none when the server offers none. */
export const starters = async () => listOf(await getJson("/v1/starters", { collection }).catch(() => null));

/** What the server holds and whether it is ready; null when it does not say. */
export const readiness = async () => {
  const response = await fetch("/readyz").catch(() => null);
  return response ? response.json().catch(() => null) : null;
};

const listOf = (page) => (Array.isArray(page?.data) ? page.data : []);

async function getJson(path, parameters, signal) {
  const query = new URLSearchParams(Object.entries(parameters).filter(([, value]) => value !== null));
  return parsed(await send(query.size ? `${path}?${query}` : path, { signal }));
}

async function parsed(response) {
  try {
    return await response.json();
  } catch {
    throw new Failure(UNREADABLE);
  }
}

async function send(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Failure(UNREACHABLE);
  }
  if (response.ok) return response;
  throw failureOf(await response.json().catch(() => null), response.status, response.headers);
}

/** A problem-details object (or nothing at all) as a sentence. */
function failureOf(problem, status, headers) {
  const code = status ?? problem?.status ?? 500;
  // The first fault of a request says what is wrong; the detail puts the field's name before it.
  const detail = asSentence(problem?.errors?.[0]?.detail ?? problem?.detail ?? problem?.error?.message ?? problem?.title ?? "");
  const reference = headers?.get("X-Request-Id") ?? null;
  if (code === 429) {
    const wait = Number(headers?.get("Retry-After"));
    const when = wait > 0 ? `in ${wait} second${wait === 1 ? "" : "s"}` : "in a moment";
    return new Failure(`Too many questions at once. Try again ${when}.`, reference);
  }
  if (code === 401 || code === 403) return new Failure(detail || "This server asks for a key.", reference);
  return new Failure(detail || `The server had a problem (${code}). Try again in a moment.`, reference);
}

function asSentence(text) {
  const trimmed = String(text).trim();
  if (!trimmed) return "";
  const sentence = trimmed[0].toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/.test(sentence) ? sentence : `${sentence}.`;
}
