/** The box in which a question is written, with the day and the filters it is asked for. */

import { byId } from "./dom.js";
import { Filters } from "./filters.js";
import { day } from "./format.js";
import { isTooLong, showLength } from "./question_length.js";

/** Calls `onAsk(question, scope)` and `onStop()`. */
export class Composer {
  #form = byId("composer");
  #question = byId("question");
  #cards = [byId("as-of"), byId("filters")];
  #date = byId("as-of-date");
  #filters = new Filters(() => {});
  #onAsk;

  constructor({ onAsk, onStop }) {
    this.#onAsk = onAsk;
    this.#form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.#submit();
    });
    this.#question.addEventListener("keydown", (event) => {
      // Enter while composing (Chinese, Japanese, Korean) chooses a candidate and must not send.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#submit();
    });
    this.#question.addEventListener("input", () => this.#written());
    this.#date.addEventListener("change", () => this.#showDate());
    byId("as-of-clear").addEventListener("click", () => this.#clearDate());
    byId("stop").addEventListener("click", onStop);
    for (const card of this.#cards) card.addEventListener("toggle", () => card.open && this.#closeOthers(card));
    document.addEventListener("pointerdown", (event) => {
      for (const card of this.#cards) if (!card.contains(event.target)) card.open = false;
    });
    this.#date.max = new Date().toISOString().slice(0, 10);
  }

  /** While an answer streams, Stop takes the place of Ask, and of the focus when Ask had it. */
  set busy(isBusy) {
    const [shown, gone] = isBusy ? [byId("stop"), byId("ask")] : [byId("ask"), byId("stop")];
    const hadFocus = document.activeElement === gone;
    shown.hidden = false;
    if (hadFocus) shown.focus({ preventScroll: true });
    gone.hidden = true;
  }

  get scope() {
    return { ...this.#filters.value, asOf: this.#date.value || null };
  }

  set scope(scope) {
    this.#date.value = scope.asOf ?? "";
    this.#showDate();
    this.#filters.value = scope;
  }

  /** Put a question into the box, to be changed before it is asked. */
  write(question) {
    this.#question.value = question;
    this.#written();
  }

  /** Close the card that is open; gives whether one was. */
  closeCard() {
    const open = this.#cards.find((card) => card.open);
    if (!open) return false;
    if (open.contains(document.activeElement)) open.querySelector("summary").focus();
    open.open = false;
    return true;
  }

  focus() {
    this.#question.focus({ preventScroll: true });
  }

  #closeOthers(card) {
    for (const other of this.#cards) if (other !== card) other.open = false;
  }

  #submit() {
    const question = this.#question.value.trim();
    if (!question || isTooLong(question) || byId("ask").hidden) return;
    this.#closeOthers(null);
    this.write("");
    // On a phone the answer needs the room that the keyboard takes.
    if (matchMedia("(hover: none)").matches) this.#question.blur();
    this.#onAsk(question, this.scope);
  }

  #written() {
    showLength(this.#question.value);
    this.#fit();
  }

  #showDate() {
    byId("as-of-value").textContent = this.#date.value ? day(this.#date.value) : "today";
    byId("as-of").classList.toggle("is-set", this.#date.value !== "");
  }

  #clearDate() {
    this.#date.value = "";
    this.#showDate();
    this.closeCard();
  }

  /** Grow with the text where the style sheet's `field-sizing` is not known. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#question.style.height = "auto";
    this.#question.style.height = `${this.#question.scrollHeight}px`;
  }
}
