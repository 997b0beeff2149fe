/** The box in which a question is written, with the day it is asked for. */

import { byId } from "./dom.js";
import { day } from "./format.js";

/** Calls `onAsk(question, asOf)` and `onStop()`; `asOf` is "YYYY-MM-DD" or null. */
export class Composer {
  #form = byId("composer");
  #question = byId("question");
  #details = byId("as-of");
  #date = byId("as-of-date");
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
    this.#question.addEventListener("input", () => this.#fit());
    this.#date.addEventListener("change", () => this.#showDate());
    byId("as-of-clear").addEventListener("click", () => this.#clearDate());
    byId("stop").addEventListener("click", () => {
      if (matchMedia("(hover: hover)").matches) this.focus();
      onStop();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!this.#details.contains(event.target)) this.#details.open = false;
    });
    this.#date.max = new Date().toISOString().slice(0, 10);
  }

  /** While an answer streams, Stop takes the place of Ask. */
  set busy(isBusy) {
    byId("ask").hidden = isBusy;
    byId("stop").hidden = !isBusy;
  }

  get asOf() {
    return this.#date.value || null;
  }

  /** Close the day's card; gives whether it was open. */
  closeDate() {
    const wasOpen = this.#details.open;
    if (wasOpen && this.#details.contains(document.activeElement)) this.#details.querySelector("summary").focus();
    this.#details.open = false;
    return wasOpen;
  }

  focus() {
    this.#question.focus({ preventScroll: true });
  }

  #submit() {
    const question = this.#question.value.trim();
    if (!question || byId("ask").hidden) return;
    this.#details.open = false;
    this.#question.value = "";
    this.#question.placeholder = "Ask another question";
    this.#fit();
    // On a phone the answer needs the room that the keyboard takes.
    if (matchMedia("(hover: none)").matches) this.#question.blur();
    this.#onAsk(question, this.asOf);
  }

  #showDate() {
    byId("as-of-value").textContent = this.asOf ? day(this.asOf) : "today";
    this.#details.classList.toggle("is-set", this.asOf !== null);
  }

  #clearDate() {
    this.#date.value = "";
    this.#showDate();
    this.closeDate();
  }

  /** Grow with the text where the style sheet's `field-sizing` is not known. */
  #fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.#question.style.height = "auto";
    this.#question.style.height = `${this.#question.scrollHeight}px`;
  }
}
