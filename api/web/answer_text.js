/** The words of an answer, shown statement by statement while they stream in. */

import { markersIn, statementNodes } from "./chips.js";
import { el } from "./dom.js";
import { emphasise } from "./emphasis.js";

/** Grows as statements and deltas arrive; what is shown is never changed afterwards unless the whole answer differs. */
export class AnswerText {
  #citations = new Map();
  #makeChip;
  #received = [];
  #shown = [];
  #waiting = [];

  /** `makeChip(citation, statement)` makes the button of a marker. */
  constructor(makeChip) {
    this.#makeChip = makeChip;
    this.element = el("div", { class: "answer" });
  }

  get isEmpty() {
    return this.#shown.length === 0;
  }

  cite(citation) {
    this.#citations.set(citation.n, citation);
  }

  /** A piece of the answer's text. Statements are cut from it, so that what stands between them is exact too. */
  delta(text) {
    for (const character of text) this.#received.push(character);
    this.#show();
  }

  statement(statement) {
    this.#waiting.push(statement);
    this.#show();
  }

  /** The whole answer: shows what is still missing, and starts over only if something shown was different. */
  complete(answer) {
    const isSame = (shown, i) => shown.text === answer.statements[i]?.text && shown.start === answer.statements[i].start;
    const wereLinked = this.#shown.every((s) => markersIn(s.text).every((n) => this.#citations.has(n)));
    answer.citations.forEach((citation) => this.cite(citation));
    if (!this.#shown.every(isSame) || !wereLinked) {
      this.element.replaceChildren();
      this.#shown = [];
    }
    this.#received = [...answer.answer];
    this.#waiting = answer.statements.slice(this.#shown.length);
    this.#show();
  }

  #show() {
    while (this.#waiting.length && this.#waiting[0].end <= this.#received.length) {
      const statement = this.#waiting.shift();
      const gap = this.#received.slice(this.#shown.at(-1)?.end ?? 0, statement.start).join("");
      this.#paragraph(gap).append(this.#statementElement(statement));
      this.#shown.push(statement);
    }
  }

  /** The paragraph that the next statement goes into, with the space before it. */
  #paragraph(gap) {
    const last = this.element.lastElementChild;
    if (last && !gap.includes("\n")) {
      last.append(gap);
      return last;
    }
    const paragraph = el("p", { dir: "auto" });
    this.element.append(paragraph);
    return paragraph;
  }

  #statementElement(statement) {
    const doubt = DOUBTS[statement.verdict];
    const nodes = statementNodes(statement.text, this.#citations, (citation) => this.#makeChip(citation, statement));
    const element = el("span", { class: doubt ? "statement is-doubtful" : "statement", "data-statement": true }, ...nodes);
    const { highlight, start } = statement;
    if (highlight) emphasise(element, highlight.start - start, highlight.end - start);
    if (doubt) element.append(el("span", { class: "doubt-label" }, ` (${doubt})`));
    return element;
  }
}

const DOUBTS = {
  partly: "only partly supported by its source",
  unsupported: "not supported by its source",
  contradicted: "contradicted by its source",
};
