/** The empty page: what the corpus covers, questions to start with, and the latest articles. */

import { byId, el } from "./dom.js";
import { counted, datelineElement, span } from "./format.js";
import * as server from "./server.js";

const SHOWN = 8;
// Long enough that typing a word asks once.
const TYPING_MS = 200;

// Questions are answered in every state; these two are worth knowing.
const INDEX_STATES = { rebuilding: "the index is being rebuilt", unavailable: "the vector index is unavailable" };

/** Fill the empty page. `onAsk(question)` asks a starter; `onOpen(places, index, opener)` opens an article. */
export async function fillLibrary({ onAsk, onOpen }) {
  showCoverage();
  const parts = [server.starters(), server.articles(SHOWN, "").catch(showRefusal)];
  // Both at once, so that neither moves the other.
  const [questions, found] = await Promise.all(parts);
  showStarters(questions, onAsk);
  if (found) showArticles(found, "", onOpen);
  byId("nothing-stored").hidden = found === null || found.length > 0;
  watchSearch(onOpen);
}

/** Say why the server gives nothing; that it cannot be reached is said elsewhere. */
function showRefusal(error) {
  if (error.reference) byId("refusal").textContent = error.message;
  return null;
}

async function showCoverage() {
  const [found, ready] = await Promise.all([server.facets(), server.readiness()]);
  if (!found) return;
  const text = found.articles ? covered(found) : "No articles are stored yet";
  const state = INDEX_STATES[ready?.index];
  byId("masthead-coverage").textContent = text;
  byId("hero-coverage").textContent = state ? `${text} (${state})` : text;
}

const covered = ({ articles, dates }) => [counted(articles, "article"), span(dates?.from, dates?.to)].filter(Boolean).join(", ");

function showStarters(questions, onAsk) {
  const items = questions.map((question) =>
    el("li", {}, el("button", { type: "button", class: "starter", dir: "auto", onclick: () => onAsk(question) }, question)),
  );
  byId("starter-list").replaceChildren(...items);
  byId("starters").hidden = items.length === 0;
}

function watchSearch(onOpen) {
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
