/** Markers such as [1] in a statement, made into buttons. */

import { el } from "./dom.js";
import { dateline } from "./format.js";

// A marker stays on the line of the word before it and takes the closing punctuation along; longer words may part from it.
const MARKED = /([^\s[\]]{0,24}\s?)((?:\[\d+\])+)(\p{P}{0,3})/gu;

/**
 * The nodes of a statement's text. `citations` maps numbers to citations and `makeChip` makes a citation's button;
 * a number without a citation stays plain text.
 */
export function statementNodes(text, citations, makeChip) {
  const nodes = [];
  let done = 0;
  for (const found of text.matchAll(MARKED)) {
    const [whole, word, markers, closing] = found;
    const chips = markers.match(/\d+/g).map((number) => {
      const citation = citations.get(Number(number));
      return citation ? makeChip(citation) : `[${number}]`;
    });
    nodes.push(text.slice(done, found.index), el("span", { class: "keep-together" }, word, ...chips, closing));
    done = found.index + whole.length;
  }
  nodes.push(text.slice(done));
  return nodes;
}

/** The numbers of all markers in a text. */
export const markersIn = (text) => [...text.matchAll(/\[(\d+)\]/g)].map((found) => Number(found[1]));

/** A citation's button. The brackets are there for copying and for the plain text; the style draws a box instead. */
export function chip(citation, onclick) {
  return el(
    "button",
    {
      type: "button",
      class: "chip",
      "data-chip": citation.n,
      "data-place": placeKey(citation),
      "aria-label": `Source ${citation.n}: ${dateline(citation)}`,
      onclick,
    },
    el("span", { class: "chip-bracket" }, "["),
    String(citation.n),
    el("span", { class: "chip-bracket" }, "]"),
  );
}

/** A place in an article as one string, to find its chips again. */
export const placeKey = (place) => [place.article_id, place.revision, place.start, place.end].join(" ");
