/** The empty page: what the corpus covers, questions to start with, and the latest articles. */

import { byId, el } from "./dom.js";
import { counted, datelineElement, day } from "./format.js";
import * as server from "./server.js";

const SHOWN = 8;
// Long enough that typing a word asks once.
const TYPING_MS = 200;

// Questions are answered in every state; these two are worth knowing.
const INDEX_STATES = { rebuilding: "the index is being rebuilt", unavailable: "the vector index is unavailable" };

/** Fill the empty page. `onAsk(question)` asks a starter; `onOpen(places, index, opener)` opens an article. */
export function fillLibrary({ onAsk, onOpen }) {
  showCoverage();
  showStarters(onAsk);
  showShelf(onOpen);
}

async function showCoverage() {
  const ready = await server.readiness();
  if (!ready || !Number.isInteger(ready.articles)) return;
  const text = ready.articles ? covered(ready) : "No articles are stored yet";
  const state = INDEX_STATES[ready.index];
  byId("masthead-coverage").textContent = text;
  byId("hero-coverage").textContent = state ? `${text} (${state})` : text;
}

function covered({ articles, dates }) {
  const from = day(dates?.from);
  const to = day(dates?.to);
  const span = from && to && (from === to ? from : `${from} to ${to}`);
  return [counted(articles, "article"), span].filter(Boolean).join(", ");
}

async function showStarters(onAsk) {
  const questions = await server.starters();
  const items = questions.map((question) =>
    el("li", {}, el("button", { type: "button", class: "starter", dir: "auto", onclick: () => onAsk(question) }, question)),
  );
  byId("starter-list").replaceChildren(...items);
  byId("starters").hidden = items.length === 0;
}

function showShelf(onOpen) {
  let timer = null;
  let controller = new AbortController();
  const fill = async (words) => {
    controller.abort();
    controller = new AbortController();
    const found = await server.articles(SHOWN, words, controller.signal).catch(() => null);
    if (found) showArticles(found, words, onOpen);
  };
  byId("shelf-search").addEventListener("input", (event) => {
    clearTimeout(timer);
    timer = setTimeout(() => fill(event.target.value.trim()), TYPING_MS);
  });
  fill("");
}

function showArticles(found, words, onOpen) {
  const places = found.map((article) => ({ ...article, article_id: article.id }));
  const items = places.map((place, i) => {
    const title = el("button", { type: "button", class: "shelf-item", dir: "auto" }, place.title);
    title.addEventListener("click", () => onOpen(places, i, title));
    return el("li", {}, datelineElement(place), title);
  });
  const nothing = el("li", { class: "shelf-nothing" }, "No title has these words.");
  byId("shelf-list").replaceChildren(...(items.length || !words ? items : [nothing]));
  if (items.length) byId("shelf").hidden = false;
}
