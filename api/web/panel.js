/** The article beside the answer, opened at the exact passage. Full-screen sheet on a phone. */

import { placeKey } from "./chips.js";
import { byId, el } from "./dom.js";
import { storyFoot, storyHead, storyLinks } from "./story_facts.js";
import * as server from "./server.js";
import { storyText } from "./story.js";

const NARROW = matchMedia("(max-width: 799.98px)");

/**
 * Shows places: `{article_id, revision, start, end, quote, title, publisher, published_at, n}`.
 * All but the first may be missing; without a span the article is opened at its top.
 */
export class Panel {
  #aside = byId("panel");
  #content = byId("panel-content");
  #places = [];
  #at = 0;
  #opener = null;
  /** The title moves into the bar while it is scrolled out of sight. */
  #watchHeading = new IntersectionObserver(
    ([heading]) => byId("panel-title").classList.toggle("is-needed", !heading.isIntersecting),
    { root: byId("panel-content") },
  );

  constructor() {
    byId("panel-close").addEventListener("click", () => this.close());
    byId("panel-backdrop").addEventListener("click", () => this.close());
    byId("panel-previous").addEventListener("click", () => this.#step(-1));
    byId("panel-next").addEventListener("click", () => this.#step(1));
    NARROW.addEventListener("change", () => this.isOpen && this.#fitToWindow());
    // Back, the natural way out on a phone, closes the sheet instead of leaving the conversation.
    addEventListener("popstate", () => this.isOpen && this.#hide());
  }

  get isOpen() {
    return !this.#aside.hidden;
  }

  /** Open `places[at]`; the others can be stepped through. Focus returns to `opener` when the panel closes. */
  open(places, at, opener) {
    this.#places = places;
    this.#at = at;
    this.#opener = opener ?? this.#opener;
    if (!this.isOpen) {
      this.#aside.hidden = false;
      document.body.classList.add("has-panel");
      if (NARROW.matches) history.pushState({ panel: true }, "");
    }
    this.#fitToWindow();
    this.#show({ takeFocus: true });
  }

  close() {
    if (!this.isOpen) return;
    if (history.state?.panel) history.back();
    else this.#hide();
  }

  #hide() {
    this.#aside.hidden = true;
    this.#content.replaceChildren();
    document.body.classList.remove("has-panel");
    markOpenChips(null);
    this.#fitToWindow();
    if (this.#opener?.isConnected) this.#opener.focus({ preventScroll: true });
    this.#opener = null;
  }

  /** On a phone the sheet covers the page, so the page behind it must not take focus. */
  #fitToWindow() {
    const covers = this.isOpen && NARROW.matches;
    for (const id of ["main", "masthead", "skip-link"]) byId(id).inert = covers;
    byId("panel-backdrop").hidden = !covers;
    this.#aside.setAttribute("role", covers ? "dialog" : "complementary");
    if (covers) this.#aside.setAttribute("aria-modal", "true");
    else this.#aside.removeAttribute("aria-modal");
  }

  #step(by) {
    this.#at += by;
    this.#show({ takeFocus: false });
  }

  #showSteps() {
    const count = this.#places.length;
    byId("panel-steps").hidden = count < 2;
    byId("panel-previous").disabled = this.#at === 0;
    byId("panel-next").disabled = this.#at >= count - 1;
    byId("panel-place").textContent = `${this.#at + 1} of ${count}`;
  }

  async #show({ takeFocus }) {
    const place = this.#places[this.#at];
    const heading = el("h2", { class: "story-title", tabindex: "-1", dir: "auto" }, place.title ?? "");
    this.#showSteps();
    byId("panel-title").textContent = "";
    markOpenChips(place);
    this.#content.replaceChildren(el("p", { class: "panel-note" }, "Opening the article…"));
    if (takeFocus) this.#content.focus({ preventScroll: true });
    const isCurrent = () => this.isOpen && this.#places[this.#at] === place;
    try {
      const article = await server.article(place.article_id, place.revision ?? null);
      if (isCurrent()) this.#showArticle(article, place, heading, takeFocus);
    } catch (error) {
      if (isCurrent()) this.#showFailure(error, heading);
    }
  }

  #showArticle(article, place, heading, takeFocus) {
    const hasSpan = Number.isInteger(place.start);
    const { element, marked } = storyText(article.body, hasSpan ? place : null);
    heading.textContent = article.title;
    this.#content.replaceChildren(
      el(
        "article",
        { class: "story", lang: article.language },
        ...storyHead(article, heading),
        storyLinks(article, { ...place, revision: article.revision }),
        hasSpan && !marked && el("p", { class: "notice" }, MISMATCH),
        element,
      ),
      storyFoot(article, (revision) => this.open([{ article_id: article.id, revision }], 0, this.#opener)),
    );
    byId("panel-title").textContent = article.title;
    this.#watchHeading.disconnect();
    this.#watchHeading.observe(heading);
    if (takeFocus && this.#content.contains(document.activeElement)) heading.focus({ preventScroll: true });
    this.#content.scrollTop = 0;
    if (marked && !this.#isInView(marked)) marked.scrollIntoView({ block: "center" });
  }

  /** Whether the passage is seen without scrolling, so that the title can stay in sight. */
  #isInView(marked) {
    return marked.getBoundingClientRect().bottom < this.#content.getBoundingClientRect().bottom - 24;
  }

  #showFailure(error, heading) {
    const again = el("button", { type: "button", class: "quiet-button", onclick: () => this.#show({ takeFocus: true }) }, "Try again");
    this.#content.replaceChildren(
      heading,
      el("div", { class: "failure", role: "alert" }, el("p", {}, error.message), again),
    );
  }
}

const MISMATCH = "The stored text does not hold the quoted words at this place, so nothing is marked.";

/** Let the chips of the open passage be seen as such. */
function markOpenChips(place) {
  const key = place && placeKey(place);
  for (const chip of document.querySelectorAll(".chip")) {
    if (key !== null && chip.dataset.place === key) chip.setAttribute("aria-current", "true");
    else chip.removeAttribute("aria-current");
  }
}
