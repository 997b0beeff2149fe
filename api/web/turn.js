/** One question with its answer: a turn of the conversation. */

import { AnswerText } from "./answer_text.js";
import { chip } from "./chips.js";
import { announce, el } from "./dom.js";
import { counted, day } from "./format.js";
import { hintList } from "./hints.js";
import { asMarkdown } from "./markdown.js";
import { passageList, sourceList } from "./sources.js";

let turns = 0;

/** Shows what is told to it; asking is done elsewhere. */
export class Turn {
  #question;
  #asOf;
  #panel;
  #preview;
  #onRetry;
  #citations = [];
  #ignored = new Set();
  #hints = el("div", { class: "turn-hints" });
  #status = el("p", { class: "turn-status" });
  #body = el("div", { class: "turn-body" });
  #after = el("div", { class: "turn-after" });
  #text;

  /** `onRetry()` asks the same question again; `panel` opens articles and `preview` shows quotes. */
  constructor(question, asOf, { panel, preview, onRetry }) {
    this.#question = question;
    this.#asOf = asOf;
    this.#panel = panel;
    this.#preview = preview;
    this.#onRetry = onRetry;
    turns += 1;
    const id = `turn-${turns}`;
    this.element = el(
      "article",
      { class: "turn", "aria-labelledby": id },
      el("h2", { class: "turn-question", id, dir: "auto" }, question),
      this.#status,
      this.#hints,
      this.#body,
      this.#after,
    );
  }

  /** The kinds of hints that this question is asked without. */
  get ignored() {
    return [...this.#ignored];
  }

  /** Empty and waiting, as at the start or before another try. */
  begin() {
    this.#citations = [];
    this.#text = new AnswerText(
      (citation) => this.#chip(citation),
      (statement) => announce(statement.text.replace(/\s*\[\d+\]/g, "")),
    );
    this.#body.replaceChildren(this.#text.element);
    this.#after.replaceChildren();
    this.#hints.replaceChildren();
    this.element.classList.add("is-busy");
    this.#say("Looking for passages…");
  }

  /** Take one event of the stream. Events of a kind not known here are passed over. */
  take({ event, data }) {
    if (event === "retrieval.completed") {
      this.#showHints(data.hints);
      this.#say(data.data?.length ? `Reading ${counted(data.data.length, "passage")}…` : "Reading…");
    }
    else if (event === "citation") this.#cite(data);
    else if (event === "statement.completed") this.#text.statement(data);
    else if (event === "answer.delta") this.#text.delta(data.delta);
    else if (event === "answer.completed") this.#complete(data);
  }

  /** The person pressed Stop. */
  stop() {
    const rest = this.#text.isEmpty ? "" : " What was already checked is kept.";
    this.#end(el("div", { class: "stopped" }, el("p", {}, `Stopped.${rest}`), this.#retryButton("Ask again")));
    announce("Stopped.");
  }

  /** Asking failed; the error's message is written for people. */
  fail(error) {
    this.#end(
      el(
        "div",
        { class: "failure", role: "alert" },
        el("p", {}, error.message),
        error.reference && el("p", { class: "failure-reference" }, `Reference: ${error.reference}`),
        this.#retryButton("Try again"),
      ),
    );
  }

  #end(...nodes) {
    this.element.classList.remove("is-busy");
    this.#say(this.#moment());
    this.#after.replaceChildren(...nodes.filter(Boolean));
  }

  #say(text) {
    this.#status.textContent = text;
  }

  #moment() {
    return this.#asOf ? `As of ${day(this.#asOf)}` : "";
  }

  #cite(citation) {
    this.#citations.push(citation);
    this.#text.cite(citation);
  }

  #chip(citation) {
    const button = chip(citation, () => {
      this.#preview.hide();
      this.#panel.open(this.#citations, this.#citations.findIndex(({ n }) => n === citation.n), button);
    });
    return this.#preview.attach(button, citation);
  }

  #showHints(hints) {
    const list = hintList(hints, this.#ignored, {
      onIgnore: (kind) => this.#askWith(() => this.#ignored.add(kind)),
      onHeed: () => this.#askWith(() => this.#ignored.clear()),
    });
    this.#hints.replaceChildren(...(list ? [list] : []));
  }

  /** Ask again after `change`; while an answer is on its way, nothing is changed. */
  #askWith(change) {
    if (this.element.classList.contains("is-busy")) return;
    change();
    this.#onRetry();
  }

  #complete(answer) {
    this.#showHints(answer.hints);
    this.#citations.splice(0, Infinity, ...answer.citations);
    const abstained = answer.status === "abstained";
    if (abstained) this.#abstain(answer);
    else this.#text.complete(answer);
    const notices = [withheldNote(answer), ...answer.notices];
    this.#end(
      noticeList(notices.filter(Boolean)),
      !abstained && this.#sources(copyButton(() => asMarkdown(answer, this.#asOf))),
      abstained && answer.passages?.length > 0 && this.#nearest(answer.passages),
    );
    this.#say([writtenBy(answer), this.#moment()].filter(Boolean).join(" · "));
    announce(abstained ? `No answer. ${answer.reason.message}` : `Answer complete, ${counted(answer.citations.length, "citation")}.`);
  }

  #abstain(answer) {
    this.#body.replaceChildren(
      el(
        "div",
        { class: "abstention" },
        el("p", { class: "abstention-title" }, "The articles do not answer this."),
        el("p", {}, answer.reason.message),
      ),
    );
  }

  #sources(action) {
    return sourceList(this.#citations, action, (index, opener) => this.#panel.open(this.#citations, index, opener));
  }

  #nearest(passages) {
    const places = passages.map((passage) => ({ ...passage, quote: passage.text }));
    return passageList(places, (index, opener) => this.#panel.open(places, index, opener));
  }

  #retryButton(label) {
    return el("button", { type: "button", class: "quiet-button", onclick: () => this.#onRetry() }, label);
  }
}

function writtenBy({ status, mode, model }) {
  if (status === "abstained") return `No answer · ${model}`;
  return mode === "extractive" ? `Quoted word for word · ${model}` : `Written by ${model}, checked against the passages`;
}

function withheldNote({ withheld }) {
  if (!(withheld > 0)) return null;
  return withheld === 1
    ? "1 sentence was withheld because the passages do not support it."
    : `${withheld} sentences were withheld because the passages do not support them.`;
}

function noticeList(notices) {
  if (!notices.length) return null;
  return el("ul", { class: "notices" }, ...notices.map((notice) => el("li", { class: "notice", dir: "auto" }, notice)));
}

function copyButton(text) {
  const button = el("button", { type: "button", class: "quiet-button" }, "Copy with citations");
  button.addEventListener("click", async () => {
    const isCopied = await navigator.clipboard?.writeText(text()).then(() => true, () => false);
    button.textContent = isCopied ? "Copied" : "The browser did not allow copying";
    announce(button.textContent);
    setTimeout(() => (button.textContent = "Copy with citations"), 2500);
  });
  return button;
}
