/** What stands under an answer: its sources, or the nearest passages of an abstention. */

import { el } from "./dom.js";
import { counted, datelineElement } from "./format.js";
import { independentSources } from "./independent.js";
import { voice } from "./voice.js";

/**
 * The articles that an answer cites, each with its numbered quotes, in order of first use; `open(index, opener)` shows
 * a citation in its article.
 */
export function sourceList(citations, open) {
  const articles = Map.groupBy(citations, ({ article_id, revision }) => `${revision} ${article_id}`);
  const items = [...articles.values()].map((cited) =>
    el(
      "li",
      { class: "source" },
      articleLine(cited[0], (opener) => open(citations.indexOf(cited[0]), opener)),
      el("ul", { class: "quotes" }, ...cited.map((citation) => quoteItem(citation, (opener) => open(citations.indexOf(citation), opener)))),
      copiesNote(cited[0].copies),
    ),
  );
  return el(
    "section",
    { class: "sources", "aria-label": "Sources" },
    el(
      "div",
      { class: "section-head" },
      el("h3", { class: "section-title" }, "Sources"),
      el("p", { class: "section-count" }, countLine(citations, articles.size)),
    ),
    el("ol", { class: "source-list" }, ...items),
  );
}

function countLine(citations, articles) {
  const independent = independentSources(citations);
  return `${counted(citations.length, "passage")} · ${counted(articles, "article")} · ${counted(independent, "independent source")}`;
}

/** The nearest passages: they do not answer, but they show what there is. All but the first few are folded away. */
export function passageList(passages, open) {
  const items = passages.map((passage, i) =>
    el(
      "li",
      { class: "source" },
      articleLine(passage, (opener) => open(i, opener)),
      el("blockquote", { class: "source-quote is-clamped", dir: "auto", "data-passage": passage.rank }, passage.text),
    ),
  );
  const [first, rest] = [items.slice(0, SHOWN), items.slice(SHOWN)];
  return el(
    "section",
    { class: "nearest", "aria-label": "Nearest passages" },
    el("h3", { class: "section-title" }, passages.length === 1 ? "The nearest passage" : "The nearest passages"),
    el("ol", { class: "source-list" }, ...first),
    rest.length > 0 &&
      el("details", {}, el("summary", {}, `${rest.length} more`), el("ol", { class: "source-list", start: SHOWN + 1 }, ...rest)),
  );
}

const SHOWN = 3;

function articleLine(place, open) {
  const title = el("button", { type: "button", class: "source-title", dir: "auto" }, place.title || place.article_id);
  title.addEventListener("click", () => open(title));
  return el("div", { class: "source-head" }, datelineElement(place), title);
}

function quoteItem(citation, open) {
  const number = el(
    "button",
    { type: "button", class: "source-number", "aria-label": `Open passage ${citation.n} in its article` },
    String(citation.n),
  );
  number.addEventListener("click", () => open(number));
  const who = voice(citation.attribution);
  return el(
    "li",
    { class: "quote" },
    number,
    el("blockquote", { class: "source-quote", dir: "auto", "data-citation": citation.n }, citation.quote),
    who && el("p", { class: "source-voice", dir: "auto" }, who),
  );
}

/** Others that carried the same text: one source, told more than once. */
function copiesNote(copies) {
  if (!copies?.length) return null;
  const names = copies.map((copy) => copy.publisher || copy.title || copy.article_id);
  return el("p", { class: "source-copies" }, `The same text, counted once: ${names.join(", ")}`);
}
