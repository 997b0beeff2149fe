/** The card that shows a citation's quote while its chip is pointed at or focused. */

import { byId, el } from "./dom.js";
import { datelineElement } from "./format.js";
import { voice } from "./voice.js";

// Long enough to move the pointer from the chip onto the card (WCAG 2.2, 1.4.13: hoverable, dismissible, persistent).
const LINGER_MS = 160;
const MARGIN = 8;

/** One card for the whole page. */
export class Preview {
  #card = el("div", { class: "preview", id: "preview", role: "tooltip", hidden: true });
  #chip = null;
  #timer = null;

  constructor() {
    byId("main").append(this.#card);
    this.#card.addEventListener("pointerenter", () => clearTimeout(this.#timer));
    this.#card.addEventListener("pointerleave", () => this.#hideSoon());
    addEventListener("scroll", () => this.hide(), { passive: true });
  }

  get isOpen() {
    return this.#chip !== null;
  }

  /**
   * Show `citation` whenever `chip` is pointed at with a mouse or focused from the keyboard, and how many independent
   * sources its `statement` has.
   */
  attach(chip, citation, statement) {
    const show = () => this.#show(chip, citation, statement);
    chip.addEventListener("pointerenter", (event) => event.pointerType === "mouse" && show());
    chip.addEventListener("pointerleave", () => this.#hideSoon());
    chip.addEventListener("focus", () => chip.matches(":focus-visible") && show());
    chip.addEventListener("blur", () => this.hide());
    return chip;
  }

  hide() {
    clearTimeout(this.#timer);
    this.#chip?.removeAttribute("aria-describedby");
    this.#chip = null;
    this.#card.hidden = true;
  }

  #hideSoon() {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.hide(), LINGER_MS);
  }

  #show(chip, citation, statement) {
    const who = voice(citation.attribution);
    this.hide();
    this.#chip = chip;
    const several = statement.independent_sources > 1 && `${statement.independent_sources} independent sources say this`;
    const lines = [citation.title, who, several].filter(Boolean);
    this.#card.replaceChildren(
      el("span", { class: "preview-quote", dir: "auto" }, `“${citation.quote}”`),
      datelineElement(citation),
      ...lines.map((line) => el("span", { class: "preview-line", dir: "auto" }, line)),
    );
    this.#card.hidden = false;
    chip.setAttribute("aria-describedby", "preview");
    this.#place(chip.getBoundingClientRect());
  }

  /** Above the chip when there is room, else below; always inside the window. */
  #place(box) {
    const { offsetWidth: width, offsetHeight: height } = this.#card;
    const above = box.top - height - MARGIN;
    const left = box.left + box.width / 2 - width / 2;
    const widest = document.documentElement.clientWidth - width - MARGIN;
    this.#card.style.left = `${Math.max(MARGIN, Math.min(left, widest))}px`;
    this.#card.style.top = `${above >= MARGIN ? above : box.bottom + MARGIN}px`;
  }
}
