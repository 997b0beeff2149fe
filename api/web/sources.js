/** What stands under an answer: its sources, or the nearest passages of an abstention. */

import { el } from "./dom.js";
import { counted, datelineElement } from "./format.js";

/** The numbered list of citations with an action beside its title; `open(index, opener)` shows one in its article. */
export function sourceList(citations, action, open) {
  const items = citations.map((citation, i) => entry(citation, citation.quote, i, open, citation.n));
  const articles = new Set(citations.map((citation) => citation.article_id)).size;
  const count = `${counted(citations.length, "passage")} from ${counted(articles, "article")}`;
  return el(
    "section",
    { class: "sources" },
    el(
      "div",
      { class: "section-head" },
      el("h3", { class: "section-title" }, "Sources ", el("span", { class: "section-count" }, count)),
      action,
    ),
    el("ol", { class: "source-list" }, ...items),
  );
}

/** The nearest passages, folded away: they do not answer, but they show what the corpus has. */
export function passageList(passages, open) {
  const items = passages.map((passage, i) => entry(passage, passage.text, i, open, null));
  return el(
    "details",
    { class: "nearest" },
    el("summary", {}, `Nearest ${passages.length === 1 ? "passage" : `${passages.length} passages`}`),
    el("ol", { class: "source-list" }, ...items),
  );
}

function entry(place, words, index, open, number) {
  const title = el("button", { type: "button", class: "source-title", dir: "auto" }, place.title || place.article_id);
  title.addEventListener("click", () => open(index, title));
  return el(
    "li",
    { class: "source" },
    number !== null && el("span", { class: "source-number", "aria-hidden": "true" }, String(number)),
    el("p", { class: "source-head" }, datelineElement(place), title),
    el("blockquote", { class: "source-quote", dir: "auto" }, words),
    copiesNote(place.copies),
  );
}

/** Others that carried the same text: one source, told more than once. */
function copiesNote(copies) {
  if (!copies?.length) return null;
  const names = copies.map((copy) => copy.publisher || copy.title || copy.article_id || copy.id || String(copy));
  return el("p", { class: "source-copies" }, `The same text was also carried by ${names.join(", ")}.`);
}
