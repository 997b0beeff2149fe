/** What is said around an answer: notices, differing reports, what can be done with it. */

import { announce, el } from "./dom.js";
import { counted, datelineElement, span } from "./format.js";

/** How the answer came about, in a few words. */
export function writtenBy({ status, mode, model }) {
  if (status === "abstained") return "No answer";
  return mode === "extractive" ? "Quoted word for word" : `Written by ${model}, checked against the passages`;
}

/** Notices of the answer, or null. What is shown as a difference is not said twice. */
export function noticeList({ withheld, notices, conflicts }) {
  const differences = new Set(conflicts.map(({ message }) => message));
  const lines = [withheldNote(withheld), ...notices.filter((notice) => !differences.has(notice))].filter(Boolean);
  if (!lines.length) return null;
  return el("ul", { class: "notices", "aria-label": "Notices" }, ...lines.map((line) => el("li", { dir: "auto" }, line)));
}

function withheldNote(withheld) {
  if (!(withheld > 0)) return null;
  const rule = withheld === 1 ? "the passages do not support it" : "the passages do not support them";
  return `${counted(withheld, "sentence")} withheld because ${rule}.`;
}

/** Articles that tell it differently, each with its chip; `makeChip(n)` gives the chip of a citation. */
export function differenceList(conflicts, makeChip) {
  if (!conflicts.length) return null;
  return el(
    "section",
    { class: "differences", "aria-label": "Differing reports" },
    ...conflicts.map(({ kind, told }) =>
      el(
        "div",
        { class: "difference" },
        el("h3", { class: "section-title" }, kind === "changed" ? "Reports changed over time" : "Reports disagree"),
        el(
          "ul",
          {},
          ...told.map((one) =>
            el(
              "li",
              { class: "told" },
              el("span", { class: "told-value", dir: "auto" }, one.value),
              el("span", { class: "told-source" }, datelineElement(one), makeChip(one.citation)),
            ),
          ),
        ),
      ),
    ),
  );
}

/** Said under an answer as of an earlier day when its articles went on; `onToday()` asks as of today. */
export function laterNote(answer, onToday) {
  if (!answer.later_coverage) return null;
  return el(
    "div",
    { class: "notices later" },
    el("p", {}, "Articles found for this question were changed after that day."),
    el("button", { type: "button", class: "quiet-button", onclick: onToday }, "Ask as of today"),
  );
}

// Where the articles may well answer, only what was made of them does not stand.
const UNTOLD = new Set(["nothing_supported", "conflicting"]);

/** An abstention: why, and what the stored articles cover. `actions` are buttons. */
export function abstention({ reason }, facets, actions) {
  const covered = facets && span(facets.dates?.from, facets.dates?.to);
  return el(
    "div",
    { class: "abstention" },
    el("p", { class: "abstention-title" }, UNTOLD.has(reason.code) ? "No sentence stood up to the check." : "The articles do not answer this."),
    el("p", { dir: "auto" }, reason.message),
    covered && el("p", { class: "abstention-covered" }, `${counted(facets.articles, "article")} stored here, ${covered}.`),
    actions.length > 0 && el("div", { class: "actions" }, ...actions),
  );
}

/** A button that copies what `text()` gives, and says so on itself. */
export function copyButton(label, text) {
  const button = el("button", { type: "button", class: "quiet-button" }, label);
  button.addEventListener("click", async () => {
    const isCopied = await navigator.clipboard?.writeText(text()).then(() => true, () => false);
    // The width stays, so that the buttons beside it do not move.
    button.style.minWidth = `${button.offsetWidth}px`;
    button.textContent = isCopied ? "Copied" : "Not allowed";
    announce(isCopied ? "Copied." : "The browser did not allow copying.");
    setTimeout(() => (button.textContent = label), 2500);
  });
  return button;
}
