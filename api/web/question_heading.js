/** A question as the heading of its turn. A long one shows its first lines and a button for the rest. */

import { el } from "./dom.js";

// Longer ones are no headline: they are set smaller and cut.
const HEADLINE = 200;
const LINES = 4;

/** The heading with this id, and what stands under it: a button, or nothing. */
export function questionHeading(question, id) {
  const isLong = question.length > HEADLINE || question.split("\n").length > LINES;
  const heading = el("h2", { class: `turn-question${isLong ? " is-long is-cut" : ""}`, id, dir: "auto", tabindex: "-1" }, question);
  return isLong ? [heading, rest(heading)] : [heading];
}

function rest(heading) {
  const button = el("button", { type: "button", class: "link-button turn-rest", "aria-controls": heading.id, hidden: true });
  const show = (isCut) => {
    heading.classList.toggle("is-cut", isCut);
    button.textContent = isCut ? "Show the whole question" : "Show less of the question";
    button.setAttribute("aria-expanded", String(!isCut));
  };
  button.addEventListener("click", () => show(!heading.classList.contains("is-cut")));
  show(true);
  // Whether anything is cut depends on the width.
  new ResizeObserver(() => {
    if (heading.classList.contains("is-cut")) button.hidden = heading.scrollHeight <= heading.clientHeight + 1;
  }).observe(heading);
  return button;
}
