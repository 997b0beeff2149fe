/** One question with its answer: a turn of the conversation. */

import { AnswerText } from "./answer_text.js";
import { chip } from "./chips.js";
import { asMarkdown, asText } from "./copying.js";
import { announce, el } from "./dom.js";
import { counted } from "./format.js";
import { hintList } from "./hints.js";
import { abstention, copyButton, differenceList, laterNote, noticeList, writtenBy } from "./outcome.js";
import { questionHeading } from "./question_heading.js";
import { filterCount, inWords, unfiltered } from "./scope.js";
import * as server from "./server.js";
import { shareAddress } from "./share.js";
import { passageList, sourceList } from "./sources.js";

let turns = 0;

/**
 * Shows what is told to it; asking is done elsewhere. `element.dataset.status` is "busy", "answered", "abstained",
 * "stopped" or "failed".
 */
export class Turn {
  #panel;
  #preview;
  #onRetry;
  #onAsk;
  #citations = [];
  #status = el("p", { class: "turn-status" });
  #hints = el("div", { class: "turn-hints" });
  #body = el("div", { class: "turn-body" });
  #after = el("div", { class: "turn-after" });
  #heading;
  #standalone = null;
  #text;

  /**
   * `onRetry()` asks the same question again in this turn, `onAsk(question, scope)` asks in a new one; `panel` opens
   * articles and `preview` shows quotes.
   */
  constructor({ question, scope, ignored = [] }, { panel, preview, onRetry, onAsk }) {
    this.question = question;
    this.scope = scope;
    this.ignored = new Set(ignored);
    this.answer = null;
    this.#panel = panel;
    this.#preview = preview;
    this.#onRetry = onRetry;
    this.#onAsk = onAsk;
    turns += 1;
    const id = `turn-${turns}`;
    const heading = questionHeading(question, id);
    this.#heading = heading[0];
    const parts = [...heading, this.#status, this.#hints, this.#body, this.#after];
    this.element = el("article", { class: "turn", "aria-labelledby": id, "data-turn": true }, ...parts);
  }

  focus() {
    this.#heading.focus({ preventScroll: true });
  }

  /** Say something about how the question came here, above its answer. */
  remark(text) {
    this.#status.after(el("p", { class: "notice turn-remark", role: "status" }, text));
  }

  /** Empty and waiting, as at the start or before another try. */
  begin() {
    this.answer = null;
    this.#citations = [];
    this.#text = new AnswerText((citation, statement) => this.#chip(citation, statement));
    this.#body.replaceChildren(this.#text.element);
    this.#after.replaceChildren();
    this.#hints.replaceChildren();
    this.element.dataset.status = "busy";
    this.#say("Looking for passages…");
  }

  /** Take one event of the stream. Events of a kind not known here are passed over. */
  take({ event, data }) {
    if (event === "answer.created") this.#showHints(null, data.standalone_question);
    else if (event === "retrieval.completed") {
      this.#showHints(data.hints, this.#standalone);
      this.#say(data.data?.length ? `Reading ${counted(data.data.length, "passage")}…` : "Reading…");
    } else if (event === "citation") this.#cite(data);
    else if (event === "statement.completed") this.#text.statement(data);
    else if (event === "answer.delta") this.#text.delta(data.delta);
    else if (event === "answer.completed") {
      this.#complete(data);
      const said = data.status === "abstained" ? `No answer. ${data.reason.message}` : data.answer.replace(/\s*\[\d+\]/g, "");
      announce(`${said} ${data.citations.length ? `${counted(data.citations.length, "source passage")}.` : ""}`);
    }
  }

  /** Show an answer that was given before. */
  restore(answer) {
    this.begin();
    if (answer) this.#complete(answer);
    else this.#end("stopped", el("div", { class: "stopped" }, el("p", {}, "This was not answered."), this.#retryButton("Ask again")));
  }

  /** The person pressed Stop. */
  stop() {
    const rest = this.#text.isEmpty ? "" : " What was already checked is kept.";
    this.#end("stopped", el("div", { class: "stopped" }, el("p", {}, `Stopped.${rest}`), this.#retryButton("Ask again")));
    announce("Stopped.");
  }

  /** Asking failed; the error's message is written for people. */
  fail(error) {
    this.#end(
      "failed",
      el(
        "div",
        { class: "failure", role: "alert" },
        el("p", {}, error.message),
        error.reference && el("p", { class: "failure-reference" }, `Reference: ${error.reference}`),
        this.#retryButton("Try again"),
      ),
    );
  }

  #end(status, ...nodes) {
    this.element.dataset.status = status;
    this.#say(inWords(this.scope).join(" · "));
    this.#after.replaceChildren(...nodes.filter(Boolean));
  }

  #say(text) {
    this.#status.textContent = text;
  }

  #cite(citation) {
    this.#citations.push(citation);
    this.#text.cite(citation);
  }

  #chip(citation, statement) {
    const button = chip(citation, () => {
      this.#preview.hide();
      this.#panel.open(this.#citations, this.#citations.findIndex(({ n }) => n === citation.n), button);
    });
    return this.#preview.attach(button, citation, statement);
  }

  #showHints(hints, standalone) {
    this.#standalone = standalone;
    const understood = standalone && standalone.trim() !== this.question ? standalone : null;
    const list = hintList(hints, understood, this.ignored, {
      onIgnore: (kind) => this.#askWith(() => this.ignored.add(kind)),
      onHeed: () => this.#askWith(() => this.ignored.clear()),
    });
    this.#hints.replaceChildren(...(list ? [list] : []));
  }

  /** Ask again after `change`; while an answer is on its way, nothing is changed. */
  #askWith(change) {
    if (this.element.dataset.status === "busy") return;
    change();
    this.#onRetry();
  }

  #complete(answer) {
    this.answer = answer;
    this.#showHints(answer.hints, answer.standalone_question);
    this.#citations.splice(0, Infinity, ...answer.citations);
    const open = (places) => (index, opener) => this.#panel.open(places, index, opener);
    const later = laterNote(answer, () => this.#onAsk(this.question, { ...this.scope, asOf: null }));
    if (answer.status === "abstained") {
      this.#abstain(answer);
      const places = answer.passages.map((passage) => ({ ...passage, quote: passage.text }));
      this.#end("abstained", later, noticeList(answer), places.length > 0 && passageList(places, open(places)), this.#actions(answer));
    } else {
      this.#text.complete(answer);
      const differences = differenceList(answer.conflicts, (n) => this.#chipOf(answer, n));
      this.#end("answered", differences, later, noticeList(answer), this.#actions(answer), sourceList(this.#citations, open(this.#citations)));
    }
    this.#say([writtenBy(answer), ...inWords(this.scope)].join(" · "));
  }

  #chipOf(answer, n) {
    const statement = answer.statements.find(({ citations }) => citations.includes(n));
    return this.#chip(answer.citations.find((citation) => citation.n === n), statement);
  }

  #abstain(answer) {
    const { scope } = this;
    const again = (label, changed) =>
      el("button", { type: "button", class: "quiet-button", onclick: () => this.#onAsk(this.question, changed) }, label);
    const actions = [
      scope.asOf && again("Ask as of today", { ...scope, asOf: null }),
      filterCount(scope) > 0 && again("Ask without filters", unfiltered(scope)),
    ].filter(Boolean);
    this.#body.replaceChildren(abstention(answer, server.facetsNow(), actions));
  }

  #actions(answer) {
    const question = () => (this.ignored.has("context") ? this.question : answer.standalone_question);
    return el(
      "div",
      { class: "actions", role: "group", "aria-label": "This answer" },
      copyButton("Copy as Markdown", () => asMarkdown(answer, this.scope)),
      copyButton("Copy as text", () => asText(answer, this.scope)),
      copyButton("Copy link", () => shareAddress(question(), this.scope, this.ignored)),
      this.#retryButton("Ask again"),
    );
  }

  #retryButton(label) {
    return el("button", { type: "button", class: "quiet-button", onclick: () => this.#onRetry() }, label);
  }
}
