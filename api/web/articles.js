/** The page of articles shows how far ingest is, while it is looked at. The page works without it. */

import { byId, el } from "./dom.js";
import { counted, moment } from "./format.js";
import * as server from "./server.js";

const BUSY_MS = 2_000;
const IDLE_MS = 15_000;

async function show() {
  if (!document.hidden) {
    const [ready, jobs, feeds] = await Promise.all([server.readiness(), server.jobs(), server.feeds()]);
    const pending = ready?.pending_vectors ?? null;
    byId("ingest-state").textContent = ready ? indexed(pending, ready.index) : "The Dateline server cannot be reached.";
    byId("jobs").replaceChildren(...jobs.map(jobItem));
    byId("feeds").replaceChildren(...feeds.map(feedItem));
    const isBusy = pending > 0 || jobs.some(({ status }) => status === "running");
    setTimeout(show, isBusy ? BUSY_MS : IDLE_MS);
  } else {
    document.addEventListener("visibilitychange", show, { once: true });
  }
}

function indexed(pending, state) {
  if (state === "rebuilding") return "The index is being rebuilt; questions are answered meanwhile.";
  if (state === "unavailable") return "The vector index is unavailable; questions are answered from the store.";
  if (pending) return `${counted(pending, "passage")} still to be indexed; until then they are found by their words.`;
  return "Everything stored is indexed.";
}

function jobItem({ id, status, done, total, added, revised, failed, created_at }) {
  const isRunning = status === "running";
  const label = `job-${id}`;
  const counts = [counted(added, "new article"), revised && `${revised} changed`, failed && `${failed} failed`].filter(Boolean);
  return el(
    "li",
    { class: "job" },
    el("p", { id: label }, isRunning ? `Fetching: ${done} of ${counted(total, "address", "addresses")}` : `Fetched ${moment(created_at)}`),
    isRunning && el("progress", { max: Math.max(total, 1), value: done, "aria-labelledby": label }),
    el("p", { class: "job-counts" }, counts.join(", ")),
  );
}

function feedItem({ url, title, polled_at, error }) {
  const state = error ? `Failed: ${error}` : polled_at ? `Read ${moment(polled_at)}` : "Not read yet";
  return el("li", { class: error ? "feed is-failing" : "feed" }, el("p", { dir: "auto" }, title || url), el("p", { class: "job-counts" }, state));
}

show();
